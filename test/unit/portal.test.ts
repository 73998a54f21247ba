// What the portal's pages reckon with: log lines, lists of jobs, command lines, specs. No browser.
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { ansiLine, lastOverwrite } from "../../portal/lib/ansi.ts";
import { bucketPoints, chartSummary, columnsOf, numberText } from "../../portal/lib/chart-data.ts";
import type { WireNumber } from "../../portal/lib/chart-data.ts";
import { commandLines, workspaceOptions } from "../../portal/lib/command-lines.ts";
import { quoted, requestLines } from "../../portal/lib/request-lines.ts";
import { differences } from "../../portal/lib/differences.ts";
import { stagesOf, subjectOf } from "../../portal/lib/events.ts";
import type { EventWire } from "../../portal/lib/events.ts";
import { nextRow } from "../../portal/lib/grid-keys.ts";
import { customSpec, nextName, readSpec } from "../../portal/lib/job-spec.ts";
import {
  countsByState,
  inStates,
  jobStates,
  matching,
  sorted,
  viewOf,
  viewQuery,
} from "../../portal/lib/jobs.ts";
import type { JobRow } from "../../portal/lib/jobs.ts";
import { emptyLog, fromLineStart, shownLines, withText } from "../../portal/lib/log-text.ts";
import { placeOf, workspacePath } from "../../portal/lib/places.ts";
import { agoText, durationText, sizeText } from "../../portal/lib/texts.ts";

describe("a log line", () => {
  const text = (line: string) =>
    ansiLine(line)
      .spans.map((span) => span.text)
      .join("");

  it("has the colours that a terminal would show", () => {
    expect(ansiLine("\u001b[1;31mred\u001b[0m plain \u001b[92mgreen").spans).toEqual([
      { text: "red", style: "ansi-red ansi-bold" },
      { text: " plain ", style: "" },
      { text: "green", style: "ansi-green" },
    ]);
    expect(ansiLine("\u001b[38;5;196mcube\u001b[38;2;1;2;3mtrue").spans.map(({ style }) => style)).toEqual([
      "ansi-red",
      "",
    ]);
  });

  it("keeps nothing of what moves the cursor, sets a title or is no character", () => {
    expect(text("a\u001b[2Kb\u001b]0;title\u0007c\u001b[10;5Hd\u0000e\tf")).toBe("abcde\tf");
    expect(text("cut \u001b")).toBe("cut ");
  });

  it("goes on in the colour of the line before", () => {
    const { after } = ansiLine("\u001b[33myellow");
    expect(ansiLine("still", after).spans).toEqual([{ text: "still", style: "ansi-yellow" }]);
  });

  it("over which a progress bar was drawn is its last drawing", () => {
    expect(lastOverwrite("10 %\r50 %\r100 %\r")).toBe("100 %");
  });

  it("has styles of the page's own only, whatever it holds", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.constantFrom("\u001b[", "31m", "38;5;", "m", "<b>"))),
        (parts) => {
          for (const { style } of ansiLine(parts.join("")).spans)
            expect(style).toMatch(/^(ansi-[a-z]+( |$))*$/);
        },
      ),
    );
  });
});

describe("a log", () => {
  const words = (log: ReturnType<typeof withText>) =>
    shownLines(log).map(({ spans }) => spans.map(({ text }) => text).join(""));

  it("is the same lines however it is cut into pieces", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z ]{0,5}$/)), fc.array(fc.nat(40)), (lines, cuts) => {
        const whole = lines.join("\n");
        const at = [
          0,
          ...cuts.map((cut) => Math.min(cut, whole.length)).toSorted((a, b) => a - b),
          whole.length,
        ];
        const pieces = at.slice(1).map((end, index) => whole.slice(at[index], end));
        expect(words(pieces.reduce(withText, emptyLog))).toEqual(words(withText(emptyLog, whole)));
      }),
    );
  });

  it("that is opened at its end begins with a whole line", () => {
    const bytes = Buffer.from("alf a line\nwhole\n");
    expect(Buffer.from(fromLineStart(bytes, 100)).toString()).toBe("whole\n");
    expect(Buffer.from(fromLineStart(bytes, 0)).toString()).toBe("alf a line\nwhole\n");
  });

  it("keeps its newest lines, under the keys that they had", () => {
    const log = withText(emptyLog, Array.from({ length: 50_010 }, (_, index) => `${index}\n`).join(""));
    expect([log.lines.length, log.lines[0]?.key, log.isCut]).toEqual([50_000, 10, true]);
  });
});

const job = (name: string, state: JobRow["state"], more: Partial<JobRow> = {}): JobRow => ({
  id: `/jobs/${name}`,
  name,
  experiment: "e",
  cluster: "nodes",
  state,
  isDeleting: false,
  nodes: 1,
  priority: "normal",
  tool: "custom",
  created: "2026-11-01T00:00:00.000Z",
  started: undefined,
  ended: undefined,
  exitCode: undefined,
  error: undefined,
  ...more,
});

describe("a list of jobs", () => {
  const rows = fc.array(
    fc
      .tuple(fc.stringMatching(/^[ab]{1,3}$/), fc.constantFrom(...jobStates))
      .map(([name, state]) => job(name, state)),
  );

  it("counts exactly what each state's filter shows", () => {
    fc.assert(
      fc.property(rows, fc.constantFrom("", "a", "b a"), (jobs, text) => {
        const view = { ...viewOf(new URLSearchParams()), text };
        const found = matching(jobs, view);
        const counts = countsByState(found);
        for (const state of jobStates)
          expect(inStates(found, { ...view, states: [state] })).toHaveLength(counts[state]);
      }),
    );
  });

  it("is found again from its address", () => {
    const query = new URLSearchParams("q=a+b&state=running,failed&cluster=nodes&sort=-duration");
    const view = viewOf(query);
    expect(view).toEqual({
      text: "a b",
      states: ["running", "failed"],
      cluster: "nodes",
      sort: "duration",
      isDescending: true,
    });
    expect(viewOf(new URLSearchParams(viewQuery(view)))).toEqual(view);
    expect(viewOf(new URLSearchParams("sort=nonsense&state=nonsense"))).toEqual(
      viewOf(new URLSearchParams("sort=created&state=")),
    );
  });

  it("sorts by how long jobs ran, those that never ran first", () => {
    const at = (seconds: number) => new Date(seconds * 1000).toISOString();
    const jobs = [
      job("long", "running", { started: at(0) }),
      job("short", "succeeded", { started: at(0), ended: at(5) }),
      job("none", "queued"),
    ];
    const view = viewOf(new URLSearchParams("sort=duration"));
    expect(sorted(jobs, view, 60_000).map(({ name }) => name)).toEqual(["none", "short", "long"]);
  });
});

describe("command lines", () => {
  const place = { subscriptionId: "s", group: "local", workspace: "lab" };
  const lines = commandLines(place, "http://127.0.0.1:7180");

  it("name the group, and quote what a shell would read", () => {
    expect(lines.terminate("e", "first").batchai).toBe(
      "batchai job terminate -g local -w lab -e e -n first -y",
    );
    expect(lines.terminate("e", "$(rm -rf ~)'").batchai).toContain(` -n '$(rm -rf ~)'\\''' `);
    expect(lines.resize("nodes", { kind: "auto", min: 0, max: 4 }).batchai).toBe(
      "batchai cluster auto-scale -g local -w lab -n nodes --min 0 --max 4",
    );
  });

  it("ask why a job is as it is", () => {
    expect(lines.why("e", "first")).toEqual({ batchai: "batchai why first -g local -w lab -e e" });
    expect(workspaceOptions({ ...place, group: "a (b)" })).toBe("-g 'a (b)' -w lab");
  });

  it("quote every word so that a shell gives it back", () => {
    fc.assert(
      fc.property(fc.string(), (word) => {
        const text = quoted(word);
        const read = text.startsWith("'") ? text.slice(1, -1).replaceAll(`'\\''`, "'") : text;
        expect(read).toBe(word);
      }),
    );
  });

  it("have a curl of the same, with its version and without a token in it", () => {
    expect(lines.events(workspacePath(place)).curl).toBe(
      `curl -H "Authorization: Bearer $BATCHAI_TOKEN" 'http://127.0.0.1:7180/subscriptions/s/resourceGroups/local/providers/Microsoft.BatchAI/workspaces/lab/events?api-version=2026-11-01'`,
    );
  });
});

describe("events", () => {
  const event = (to: string, time: string): EventWire => ({
    id: "/workspaces/lab/experiments/e/jobs/first/events/1",
    properties: { time, actor: "a", cause: "c", state: "executionState", to },
  });

  it("are the stages of a job, each until the next", () => {
    expect(stagesOf([event("queued", "1"), event("running", "2"), event("succeeded", "3")])).toEqual([
      { state: "queued", since: "1", until: "2" },
      { state: "running", since: "2", until: "3" },
      { state: "succeeded", since: "3", until: undefined },
    ]);
  });

  it("tell what they are about", () => {
    expect(subjectOf(event("queued", "1"))).toEqual({ kind: "job", name: "first" });
  });
});

describe("what a chart shows", () => {
  const bucket = (
    fromStep: number,
    toStep: number,
    values: readonly [WireNumber, WireNumber, WireNumber],
  ) => {
    const [min, max, last] = values;
    return { fromStep, toStep, min, max, last };
  };

  it("has the extremes of each bucket, and gaps for what is no number", () => {
    const buckets = [
      bucket(0, 0, [1, 1, 1]),
      bucket(1, 3, [0, 9, 8]),
      bucket(4, 6, [2, 7, 2]),
      bucket(7, 7, ["NaN", "NaN", "NaN"]),
    ];
    expect(bucketPoints(buckets)).toEqual([
      { x: 0, y: 1 },
      { x: 1, y: 0 },
      { x: 2, y: 9 },
      { x: 3, y: 8 },
      { x: 4, y: 7 },
      { x: 6, y: 2 },
      { x: 7, y: null },
    ]);
  });

  it("has one column of places for all curves, and tells a gap from a place of another curve", () => {
    const curves = [
      {
        name: "a",
        points: [
          { x: 2, y: 5 },
          { x: 1, y: null },
        ],
      },
      { name: "b", points: [{ x: 3, y: 7 }] },
    ];
    expect(columnsOf(curves)).toEqual({
      xs: [1, 2, 3],
      ys: [
        [null, 5, undefined],
        [undefined, undefined, 7],
      ],
    });
    expect(chartSummary("loss", "step", curves)).toBe("loss: step 1 to 3; a ends at no number, b ends at 7");
    expect(chartSummary("loss", "step", [])).toBe("loss: no values yet");
  });

  it("is said with the digits that matter", () => {
    expect([0.123456789, 1234567, 0, "NaN", null, 12].map(numberText)).toEqual([
      "0.12346",
      "1.235e+6",
      "0",
      "NaN",
      "no number",
      "12",
    ]);
  });
});

test("two bodies differ where a value does, parts of lists told apart by their names", () => {
  const body = (value: string, more: object = {}) => ({
    a: {
      variables: [
        { name: "X", value },
        { name: "Y", value: "1" },
      ],
      sizes: [1, 2],
      ...more,
    },
  });
  expect(differences(body("1"), body("1"))).toEqual([]);
  expect(differences(body("1"), body("2", { extra: true }))).toEqual([
    { path: "a.extra", here: undefined, there: "true" },
    { path: "a.variables.X.value", here: "1", there: "2" },
  ]);
});

test("a call is a program in Python as well, whose strings are JSON's", () => {
  const { python } = requestLines("http://127.0.0.1:1", {
    method: "PUT",
    path: "/a%20b",
    body: { text: `"it's" \n` },
  });
  expect(python).toBe(
    [
      "import os, urllib.request",
      'request = urllib.request.Request("http://127.0.0.1:1/a%20b?api-version=2018-05-01", method="PUT", headers={"Authorization": "Bearer " + os.environ["BATCHAI_TOKEN"], "Content-Type": "application/json"})',
      `request.data = ${JSON.stringify(JSON.stringify({ text: `"it's" \n` }))}.encode()`,
      "print(urllib.request.urlopen(request).read().decode())",
    ].join("\n"),
  );
});

test("a job.json is read, or said what is wrong with", () => {
  expect(readSpec(JSON.stringify(customSpec("true", 2)))).toMatchObject({
    kind: "spec",
    properties: { nodeCount: 2 },
  });
  expect(readSpec("{")).toMatchObject({
    kind: "problem",
    message: expect.stringContaining("no JSON") as string,
  });
  expect(readSpec("[]")).toMatchObject({
    kind: "problem",
    message: expect.stringContaining("properties") as string,
  });
});

test("a copy takes the next free name, of no more than 64 characters", () => {
  expect(nextName("first", new Set(["first"]))).toBe("first-2");
  expect(nextName("first-2", new Set(["first", "first-2"]))).toBe("first-3");
  expect(nextName("x".repeat(64), new Set()).length).toBeLessThanOrEqual(64);
});

test("keys move within the list and not beyond it", () => {
  const place = { current: 0, count: 3, page: 10 };
  expect(["ArrowUp", "j", "PageDown", "End", "q"].map((key) => nextRow(key, place))).toEqual([
    0,
    1,
    2,
    2,
    undefined,
  ]);
});

test("times and sizes are read at a glance", () => {
  expect([
    durationText(200_000),
    durationText(90_000_000),
    durationText(3_600_000),
    durationText(10),
  ]).toEqual(["3 min 20 s", "1 d 1 h", "1 h", "0 s"]);
  expect(agoText("2026-11-01T00:00:00.000Z", Date.parse("2026-11-01T02:30:00Z"))).toBe("2 h ago");
  expect([sizeText(0), sizeText(999), sizeText(1_500), sizeText(2_500_000_000)]).toEqual([
    "0 B",
    "999 B",
    "1.5 KB",
    "2.5 GB",
  ]);
});

test("a place is read off the id of what is in it", () => {
  const id = "/subscriptions/s/resourceGroups/local/providers/Microsoft.BatchAI/workspaces/lab/clusters/c";
  expect(placeOf(id)).toEqual({ subscriptionId: "s", group: "local", workspace: "lab" });
});
