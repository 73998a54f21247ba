// What the page of runs does with what it is sent: without a browser.
import { describe, expect, it } from "vitest";
import { historyPoints } from "../../portal/lib/run-curves.ts";
import {
  columnTexts,
  fieldOf,
  fieldsIn,
  quotedField,
  runRow,
  runSearch,
  runViewOf,
  usualFields,
} from "../../portal/lib/runs.ts";

const viewAt = (query: string) => runViewOf(new URLSearchParams(query));

function run(params: Readonly<Record<string, string>>, metrics: Readonly<Record<string, number>> = {}) {
  const pairs = (of: Readonly<Record<string, string>>) =>
    Object.entries(of).map(([key, value]) => ({ key, value }));
  const info = { run_id: "j1-e-a", run_uuid: "j1-e-a", experiment_id: "e", run_name: "a", user_id: "" };
  return runRow({
    info: { ...info, status: "FINISHED", start_time: 0, artifact_uri: "", lifecycle_stage: "active" },
    data: {
      params: pairs(params),
      metrics: Object.entries(metrics).map(([key, value]) => ({ key, value, step: 0, timestamp: 0 })),
      tags: pairs({ "batchai.job": "a", "batchai.sweep": "s", "batchai.trial": "4" }),
    },
    inputs: {},
    outputs: {},
  });
}

describe("a view of runs", () => {
  it("asks the service in its own order unless another was chosen", () => {
    expect(runSearch(viewAt(""), ["e"])).toEqual({ experiment_ids: ["e"] });
    expect(runSearch(viewAt("filter=metrics.a > 1&sort=-metrics.a"), ["e"])).toEqual({
      experiment_ids: ["e"],
      filter: "metrics.a > 1",
      order_by: ["metrics.a DESC"],
    });
    expect(runSearch(viewAt("sort=run_name"), []).order_by).toEqual(["attributes.run_name ASC"]);
  });

  it("quotes names as MLflow's language does, and orders by none that cannot be quoted", () => {
    const quoted = (name: string) => quotedField({ kind: "metrics", name });
    expect([quoted("loss"), quoted("val/loss"), quoted("a`b"), quoted('a`b"')]).toEqual([
      "metrics.loss",
      "metrics.`val/loss`",
      'metrics."a`b"',
      undefined,
    ]);
    expect(runSearch(viewAt(`sort=${encodeURIComponent('metrics.a`b"')}`), []).order_by).toBeUndefined();
  });

  it("tells no columns from those that nobody chose, and leaves out what is none", () => {
    expect(viewAt("").columns).toBeUndefined();
    const columns = columnTexts([]).map((text) => `column=${text}`);
    expect(viewAt(columns.join("&")).columns).toEqual([]);
    expect(viewAt("column=params.a.b&column=nonsense").columns).toEqual([{ kind: "params", name: "a.b" }]);
    expect(fieldOf("tags.a")).toBeUndefined();
  });

  it("has each run that is selected once", () => {
    expect(viewAt("run=a&run=b&run=a&compare=1")).toMatchObject({ chosen: ["a", "b"], isComparison: true });
  });
});

describe("a row of a run", () => {
  it("has the names of its job, its sweep and its trial, and takes no name for one that every object has", () => {
    const row = run({ lr: "1" });
    expect(row).toMatchObject({ job: "a", trial: { sweep: "s", number: "4" }, status: "finished" });
    expect(row.params.get("constructor")).toBeUndefined();
    expect(run({ ["__proto__"]: "x" }).params.get("__proto__")).toBe("x");
  });

  it("has columns of what tells runs apart before what is the same in all", () => {
    const rows = [
      run({ a: "1", b: "1", c: "1", z: "1" }, { loss: 1 }),
      run({ a: "1", b: "1", c: "1", z: "2" }),
    ];
    expect(usualFields(rows).map(({ name }) => name)).toEqual(["loss", "z", "a", "b"]);
    expect(fieldsIn(rows, "params").map(({ name }) => name)).toEqual(["a", "b", "c", "z"]);
  });
});

describe("the history of a metric", () => {
  it("loses no peak when it is thinned, and has a gap where something is no number", () => {
    const history = Array.from({ length: 1_000 }, (_, step) => ({ step, value: step === 333 ? 99 : 1 }));
    const points = historyPoints([...history].reverse(), 50);
    expect(points.length).toBeLessThan(200);
    expect(Math.max(...points.map(({ y }) => y ?? 0))).toBe(99);
    expect(points.at(-1)).toEqual({ x: 999, y: 1 });
    expect(historyPoints([{ step: 1, value: "NaN" }], 50)).toEqual([{ x: 1, y: null }]);
    expect(historyPoints([], 50)).toEqual([]);
  });
});
