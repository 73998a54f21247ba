// The two small languages that callers write, filters and autoscale formulas, fed with their own words in any order and with
// plain noise: they answer or refuse with a position or a reason, and never anything else.
// Runs long: thousands of sentences.
import fc from "fast-check";
import { expect, test } from "vitest";
import { filterOf, time, value } from "../../../../local/batch-emulator/protocol/fields.ts";
import { parseFilter } from "../../../../local/batch-emulator/protocol/filter-syntax.ts";
import type { Call } from "../../../../local/batch-emulator/protocol/wire.ts";
import { BatchFault } from "../../../../local/batch-emulator/service/account/fault.ts";
import { createFormulaAutoscale } from "../../../../local/batch-emulator/service/autoscale/formula-autoscale.ts";
import { seededRandom } from "../../../../local/random.ts";

const runs = Number(process.env["BATCH_LANGUAGE_RUNS"] ?? 3000);
const seed = Number(process.env["BATCH_LANGUAGE_SEED"] ?? 20_261_125);

interface Thing {
  readonly id: string;
  readonly at: number;
  readonly nested: Readonly<Record<string, unknown>>;
}
const fields = {
  id: value<Thing>((thing) => thing.id),
  at: time<Thing>((thing) => thing.at),
  nested: value<Thing>((thing) => thing.nested),
};
const things: readonly Thing[] = [
  { id: "a", at: 0, nested: { code: 1, text: null, deep: { flag: true } } },
  { id: "B'b", at: 1e12, nested: {} },
];

const filterWords = fc.constantFrom(
  ...[
    "id",
    "at",
    "nested/code",
    "nested/text",
    "nested/deep/flag",
    "constructor",
    "__proto__",
    "id/length",
    "x/y",
  ],
  ...[
    "eq",
    "ne",
    "gt",
    "ge",
    "lt",
    "le",
    "and",
    "or",
    "not",
    "startswith(",
    "(",
    ")",
    ",",
    "true",
    "false",
    "null",
  ],
  ...[
    "'a'",
    "'it''s'",
    "'",
    "0",
    "-1",
    "1.5",
    "1e5",
    "DateTime'2026-01-01T00:00:00Z'",
    "DateTime'x'",
    "$",
    "\u0000",
  ],
);

test(`filters: any words or noise are answered with a choice or the service's 400 (${runs} runs, seed ${seed})`, () => {
  const text = fc.oneof(
    { weight: 4, arbitrary: fc.array(filterWords, { maxLength: 24 }).map((words) => words.join(" ")) },
    { weight: 1, arbitrary: fc.string({ maxLength: 200, unit: "binary" }) },
    { weight: 1, arbitrary: fc.nat(300).map((depth) => `${"(".repeat(depth)}id eq 'a'${")".repeat(depth)}`) },
  );
  fc.assert(
    fc.property(text, (filter) => {
      const request = { query: new Map([["$filter", filter]]), baseUrl: "" };
      try {
        const accepts = filterOf({ request } as unknown as Call, fields, parseFilter);
        for (const thing of things) expect(typeof (accepts?.(thing) ?? true)).toBe("boolean");
      } catch (error) {
        expect(error).toBeInstanceOf(BatchFault);
        expect((error as BatchFault).code).toBe("InvalidQueryParameterValue");
      }
    }),
    { numRuns: runs, seed },
  );
});

const formulaWords = fc.constantFrom(
  ...[
    "$TargetDedicatedNodes",
    "$TargetLowPriorityNodes",
    "$NodeDeallocationOption",
    "$x",
    "y",
    "$ActiveTasks",
  ],
  ...[
    "$CurrentDedicatedNodes",
    "$preemptedNodeCount",
    "$PendingTasks.GetSample(",
    "$CPUPercent.GetSamplePercent(",
  ],
  ...[
    "=",
    "==",
    "!=",
    "<",
    ">=",
    "+",
    "-",
    "*",
    "/",
    "!",
    "?",
    ":",
    "&&",
    "||",
    ";",
    ",",
    "(",
    ")",
    ".",
    "\n",
    "// x\n",
  ],
  ...[
    "0",
    "1.5",
    "1e308",
    "100000000000000000000",
    "TimeInterval_Minute",
    "TimeInterval_Year",
    "TimeInterval_100ns",
  ],
  ...[
    "time()",
    'time("2026-01-01T00:00:00Z")',
    'time("nonsense")',
    '"text"',
    '"',
    "requeue",
    "taskcompletion",
  ],
  ...[
    "avg(",
    "min(",
    "max(",
    "sum(",
    "std(",
    "percentile(",
    "val(",
    "ln(",
    "rand()",
    "stop()",
    "len(",
    "norm(",
  ],
  ...[
    ".hour",
    ".weekday",
    ".Count()",
    ".HistoryBeginTime()",
    ".constructor",
    "__proto__",
    "toString()",
    "constructor",
  ],
);

test(`formulas: any words or noise evaluate, or tell what is wrong (${runs} runs, seed ${seed})`, () => {
  const engine = createFormulaAutoscale(seededRandom(1), 30_000);
  for (const name of ["ActiveTasks", "PendingTasks", "CurrentDedicatedNodes", "CPUPercent"])
    for (let at = 0; at < 10; at += 1) engine.record("p", at * 30_000, { [name]: at });
  const statement = fc
    .tuple(fc.constantFrom("$TargetDedicatedNodes", "$x", "y"), fc.array(formulaWords, { maxLength: 7 }))
    .map(([name, words]) => `${name} = ${words.join(" ")};`);
  const text = fc.oneof(
    { weight: 3, arbitrary: fc.array(statement, { maxLength: 5 }).map((lines) => lines.join("\n")) },
    { weight: 2, arbitrary: fc.array(formulaWords, { maxLength: 20 }).map((words) => words.join(" ")) },
    { weight: 1, arbitrary: fc.string({ maxLength: 200, unit: "binary" }) },
    { weight: 1, arbitrary: fc.nat(2000).map((depth) => `$x=${"(".repeat(depth)}1${")".repeat(depth)}`) },
    { weight: 1, arbitrary: fc.nat(4000).map((length) => `$x=${"-".repeat(length)}1`) },
  );
  fc.assert(
    fc.property(text, (formula) => {
      const syntax = engine.syntaxError(formula);
      if (syntax !== undefined) {
        expect(syntax.message.length).toBeGreaterThan(0);
        return;
      }
      const run = engine.evaluate("p", {
        formula,
        now: 300_000,
        taskSlotsPerNode: 2,
        current: { targetDedicated: 1, targetLowPriority: 2 },
      });
      expect([typeof run.results, run.error?.message]).not.toContain("");
      for (const target of [run.targetDedicated, run.targetLowPriority])
        expect([target, Number.isSafeInteger(target) && target >= 0]).toEqual([target, true]);
    }),
    { numRuns: runs, seed },
  );
});
