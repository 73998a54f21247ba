// The language of searches: what MLflow's clients and people write, and what is refused with the remedy.
import { describe, expect, it } from "vitest";
import { filterOf } from "../../../../domain/tracking/search/filter.ts";
import { like } from "../../../../domain/tracking/search/like.ts";
import { orderOf } from "../../../../domain/tracking/search/order.ts";
import { runSearched, searchableRun } from "../../../../domain/tracking/search/of-runs.ts";
import type { RunView } from "../../../../domain/tracking/view.ts";

function run(told: Partial<RunView> & { readonly loss?: number } = {}): RunView {
  const { loss, ...rest } = told;
  return {
    id: "j6-digits-mnist",
    experiment: "digits",
    name: "mnist",
    user: "ada",
    status: "FINISHED",
    startTime: 1000,
    endTime: 2000,
    deleted: false,
    metrics: loss === undefined ? [] : [{ key: "loss", value: loss, step: 1, time: 1 }],
    params: { lr: "0.1", "batch size": "64" },
    tags: { team: "Vision" },
    datasets: [{ tags: { "mlflow.data.context": "training" }, dataset: { name: "ds", digest: "abc" } }],
    modelInputs: [],
    modelOutputs: [],
    ...rest,
  };
}
const item = (told?: Parameters<typeof run>[0]) => searchableRun(run(told), () => "file:///x");
const finds = (filter: string, told?: Parameters<typeof run>[0]) => filterOf(filter, runSearched)(item(told));

describe("a filter", () => {
  it.each([
    ["", true],
    ["metrics.loss < 0.5 and params.lr = '0.1'", true],
    ["metrics.loss < 0.5 AND params.lr = '0.2'", false],
    ["metrics.`loss` <= 2.5e-1", true],
    ["metric.loss != 0.25", false],
    ["metrics.loss > -1", true],
    ["metrics.nothing < 1", false],
    ["params.`batch size` = '64'", true],
    ['params."batch size" = "64"', true],
    ["params.lr LIKE '0.%'", true],
    ["params.nothing IS NULL and params.lr IS NOT NULL", true],
    ["tags.team = 'vision'", false],
    ["tag.team ILIKE 'vis%'", true],
    ["tags.team != 'Vision'", false],
    ["attributes.status = 'FINISHED'", true],
    ["status != 'FAILED'", true],
    ["run_id IN ('a', 'j6-digits-mnist')", true],
    ["attr.run_name NOT IN ('mnist')", false],
    ["start_time >= 1000 and end_time < 2001", true],
    ["created > 1", true],
    ["dataset.name = 'ds' and datasets.context = 'training'", true],
    ["dataset.digest LIKE 'z%'", false],
    ["tags.team.lead IS NULL", true],
  ])("%s: %s", (filter, expected) => {
    expect(finds(filter, { loss: 0.25 })).toBe(expected);
  });

  it.each([
    ["metrics.loss", "''"],
    ["metrics.loss < 'a'", "compared with a number"],
    ["params.lr = 0.1", "in single quotes"],
    ["params.lr > '1'", "'>' cannot compare"],
    ["metrics.loss LIKE 'a'", "'LIKE' cannot compare"],
    ["params.lr = '1' or params.lr = '2'", "expected 'and'"],
    ["nothing = 'a'", "there is no attribute 'nothing'"],
    ["run_id IN ()", "expected a list"],
    ["run_id IN ('a' 'b')", "expected a list"],
    ["params.lr = 'a", "cannot be read"],
    ["dataset.size = '1'", "nothing of a dataset"],
    ["params.lr = '0.1' and", "expected a field"],
  ])("refuses %s and says why", (filter, told) => {
    expect(() => filterOf(filter, runSearched)).toThrow(told);
  });

  it("takes no time over patterns that are made to take it", () => {
    expect(like("a".repeat(5000), `${"%a".repeat(200)}%b`)).toBe(false);
    expect(like("abc", "a_c")).toBe(true);
    expect(like("abc", "%")).toBe(true);
    expect(like("abc", "ab")).toBe(false);
  });
});

describe("an order", () => {
  const order = (by: readonly string[], runs: readonly RunView[]) =>
    runs
      .map((one) => ({ one, seen: searchableRun(one, () => "") }))
      .sort((a, b) => orderOf(by, ["run_id"], runSearched)(a.seen, b.seen))
      .map(({ one }) => one.id);

  it("puts what has no value last and NaN before it, either way", () => {
    const runs = [
      run({ id: "none" }),
      run({ id: "nan", loss: Number.NaN }),
      run({ id: "one", loss: 1 }),
      run({ id: "two", loss: 2 }),
    ];
    expect(order(["metrics.loss ASC"], runs)).toEqual(["one", "two", "nan", "none"]);
    expect(order(["metrics.loss DESC"], runs)).toEqual(["two", "one", "nan", "none"]);
  });

  it("goes on with the next key where the first says nothing", () => {
    expect(
      order(["status", "start_time DESC"], [run({ id: "a", startTime: 1 }), run({ id: "b", startTime: 2 })]),
    ).toEqual(["b", "a"]);
  });

  it("refuses other words", () => {
    expect(() => orderOf(["metrics.loss UP"], [], runSearched)).toThrow("ASC or DESC");
  });
});
