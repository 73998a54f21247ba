import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseFormula } from "../../../../local/batch-emulator/autoscale/formula-syntax.ts";
import { FormulaSyntaxError } from "../../../../local/batch-emulator/autoscale/formula-tokens.ts";
import { createSampleHistory } from "../../../../local/batch-emulator/autoscale/sample-history.ts";
import { evaluate, history, minute, noon, valueOf } from "./formula-fixture.ts";

describe("expressions of a formula", () => {
  it.each([
    ["1 + 2 * 3 - 4 / 2", "5"],
    ["(1 + 2) * 3", "9"],
    ["2 - 1 - 1", "0"],
    ["-2 * -3", "6"],
    ["!0 + !5", "1"],
    ["--1", "1"],
    [".5 + 1e2 + 300.0", "400.5"],
    ["1 < 2 == 1", "1"],
    ["1 || 0 && 0", "1"],
    ["0 == 1 ? 1 : 0 == 0 ? 2 : 3", "2"],
    ["2 > 1 ? 1 : 0", "1"],
    ["1 >= 1 && 1 <= 0 || 3 != 3", "0"],
    ['"a" == "a"', "1"],
    ["1 / 0 > 5", "1"],
  ])("%s is %s", (expression, value) => {
    expect(valueOf(expression)).toBe(value);
  });

  it.each([
    ["TimeInterval_Minute * 90", "01:30:00"],
    ["2 * TimeInterval_Day + TimeInterval_Second", "2.00:00:01"],
    ["TimeInterval_Hour / 4", "00:15:00"],
    ["TimeInterval_Zero - TimeInterval_Second", "-00:00:01"],
    ["-TimeInterval_Week", "-7.00:00:00"],
    ["TimeInterval_100ns * 3", "00:00:00.0000003"],
    ["TimeInterval_Hour == 60 * TimeInterval_Minute", "1"],
    ["TimeInterval_Millisecond > TimeInterval_Microsecond", "1"],
    ["time()", "2026-11-18T12:00:00.000Z"],
    ["time() - TimeInterval_Day", "2026-11-17T12:00:00.000Z"],
    ["TimeInterval_Day + time()", "2026-11-19T12:00:00.000Z"],
    ['time() - time("2026-11-18T11:00:00Z")', "01:00:00"],
    ['time("Wed, 18 Nov 2026 11:00:00 GMT") < time()', "1"],
    ['time("2026-11-18T11:00:00.123456")', "2026-11-18T11:00:00.123Z"],
    ['time("2026-11-18T11:00:00+02:00")', "2026-11-18T09:00:00.000Z"],
    ['time("2026-11-18")', "2026-11-18T00:00:00.000Z"],
    ["time().year * 10000 + time().month * 100 + time().day", "20261118"],
    ["time().weekday", "3"],
    ["(time() - 3 * TimeInterval_Day).weekday", "0"],
    ["time().hour + time().minute + time().second", "12"],
  ])("%s is %s", (expression, value) => {
    expect(valueOf(expression)).toBe(value);
  });

  it.each([
    ["avg(1, 2, 6)", "3"],
    ["sum($ActiveTasks.GetSample(3), 10)", "16"],
    ["max($ActiveTasks.GetSample(3))", "3"],
    ["min(4, $ActiveTasks.GetSample(3))", "1"],
    ["range($ActiveTasks.GetSample(3))", "2"],
    ["len($ActiveTasks.GetSample(3))", "3"],
    ["norm(3, 4)", "5"],
    ["std(2, 4, 4, 4, 5, 5, 7, 9)", "2.138089935299395"],
    ["percentile($ActiveTasks.GetSample(3), 50)", "2"],
    ["percentile($ActiveTasks.GetSample(3), 75)", "2.5"],
    ["val($ActiveTasks.GetSample(3), 2)", "3"],
    ["lg(8) + ln(1) + log(1000)", "6"],
    ["lg($ActiveTasks.GetSample(2)) * 0 + 1", "1,1"],
    ["ceil(1.2) + floor(1.8) + round(1.5)", "5"],
    ["$ActiveTasks.GetSample(3) * 2 + 1", "3,5,7"],
    ["$ActiveTasks.GetSample(3) - $ActiveTasks.GetSample(3)", "0,0,0"],
    ["rand() >= 0 && rand() < 1", "1"],
  ])("%s is %s", (expression, value) => {
    expect(valueOf(expression, { samples: history({ ActiveTasks: [1, 2, 3] }) })).toBe(value);
  });

  it.each([
    ["1 + time()", "'+' is not defined for a double and a timestamp (line 1, column 12)"],
    ['"a" + "b"', "'+' is not defined for a string and a string (line 1, column 14)"],
    ["unknown", "The variable 'unknown' has no value (line 1, column 10)"],
    ["nothing(1)", "There is no function 'nothing' (line 1, column 10)"],
    ["time().century", "a timestamp has no 'century' (line 1, column 17)"],
    ["$ActiveTasks.Nothing()", "$ActiveTasks has no method 'Nothing' (line 1, column 23)"],
    ["$ActiveTasks + 1", "$ActiveTasks has no sample yet (line 1, column 10)"],
    ['time("tomorrow")', '"tomorrow" is not a time; write it like 2026-01-31T08:00:00Z (line 1, column 10)'],
    ["val(avg(1), 3)", "The vector has no element 3; it has 1 (line 1, column 10)"],
    ["avg()", "avg has nothing to work on (line 1, column 10)"],
    ['1 && "a"', "An operand of '&&' must be a double, not a string (line 1, column 12)"],
  ])("%s cannot be evaluated: %s", (expression, message) => {
    expect(valueOf(expression)).toBe(`error: ${message}`);
  });

  it("evaluates only the side of a choice, && and || that it needs", () => {
    expect(valueOf("1 ? 2 : unknown")).toBe("2");
    expect(valueOf("0 && unknown")).toBe("0");
    expect(valueOf("1 || unknown")).toBe("1");
  });
});

describe("a formula that cannot be read", () => {
  it.each([
    ["", "The formula is empty", 1, 1],
    ["  // nothing\n", "The formula is empty", 1, 1],
    ["$TargetDedicatedNodes=", "Expected a value, found the end of the formula", 1, 23],
    ["a = 1\nb = 2", "Expected ';' between two statements, found 'b'", 2, 1],
    ["a = (1 + 2;", "Expected ')' to close the parenthesis, found ';'", 1, 11],
    ["a = 1 ? 2;", "Expected ':' of the choice, found ';'", 1, 10],
    ["x = 1;\n\n  y = 3 # 4;", "Unexpected character '#'", 3, 9],
    ['a = "open', "The string is not closed", 1, 5],
    ["a = b.;", "Expected the name of a method after '.', found ';'", 1, 7],
    ["a = max(1,;", "Expected a value, found ';'", 1, 11],
    ["$1 = 2", "Unexpected character '$'", 1, 1],
  ])("%j is refused with its position", (formula, message, line, column) => {
    try {
      parseFormula(formula);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(FormulaSyntaxError);
      expect((error as Error).message).toBe(`${message} (line ${line}, column ${column})`);
      expect((error as FormulaSyntaxError).at).toEqual({ line, column });
    }
  });

  it("is refused when it is longer than 8,192 characters, has more than 100 statements or is nested too deeply", () => {
    expect(() => parseFormula(`a=1;${" ".repeat(8_189)}`)).toThrow("longer than 8192");
    expect(parseFormula("a=1;".repeat(100))).toHaveLength(100);
    expect(() => parseFormula("a=1;".repeat(101))).toThrow("more than 100 statements");
    expect(() => parseFormula(`a=${"(".repeat(4_000)}1${")".repeat(4_000)}`)).toThrow("nested too deeply");
    expect(parseFormula(`a=${"-".repeat(8_000)}1`)).toHaveLength(1);
  });

  it("never fails in another way, whatever the text", () => {
    const word = fc.constantFrom(
      "a",
      "$ActiveTasks",
      ".GetSample(",
      ")",
      "(",
      "=",
      ";",
      "1",
      "+",
      "-",
      "?",
      ":",
      '"x"',
      "time()",
      ",",
      "&&",
      "!",
      "\n",
      "max(",
      "TimeInterval_Second",
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(word, { maxLength: 30 }).map((words) => words.join("")),
    );
    fc.assert(
      fc.property(text, (formula) => {
        try {
          evaluate(formula);
        } catch (error) {
          expect(error).toBeInstanceOf(FormulaSyntaxError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("samples in a formula", () => {
  const samples = history({ ActiveTasks: [1, 2, 3, 4, 5, 6], CurrentDedicatedNodes: [7] });
  it.each([
    ["$ActiveTasks.GetSample(1)", "6"],
    ["$ActiveTasks.GetSample(99)", "1,2,3,4,5,6"],
    ["$ActiveTasks.GetSample(TimeInterval_Minute)", "4,5,6"],
    ["$ActiveTasks.GetSample(TimeInterval_Minute, TimeInterval_Minute * 2)", "2,3,4"],
    ["$ActiveTasks.GetSample(TimeInterval_Minute * 2, TimeInterval_Minute)", "2,3,4"],
    ["$ActiveTasks.GetSample(time() - TimeInterval_Second * 30, time())", "5,6"],
    ["$ActiveTasks.GetSample(TimeInterval_Minute * 2, 90)", "2,3,4,5,6"],
    [
      "$ActiveTasks.GetSample(TimeInterval_Minute * 10, 70)",
      "error: $ActiveTasks has only 30 % of the samples, 70 % are wanted (line 1, column 23)",
    ],
    ["$ActiveTasks.GetSamplePercent(TimeInterval_Minute * 6)", "50"],
    ["$ActiveTasks.GetSamplePercent(TimeInterval_Minute)", "100"],
    ["$CPUPercent.GetSamplePercent(TimeInterval_Minute)", "0"],
    ["$ActiveTasks.GetSamplePeriod()", "00:00:30"],
    ["$ActiveTasks.Count()", "6"],
    ["time() - $ActiveTasks.HistoryBeginTime()", "00:02:30"],
    ["$CurrentDedicatedNodes * 1.5", "10.5"],
    ["$currentdedicatednodes", "7"],
    ["$TaskSlotsPerNode * 3", "3"],
    ["$ActiveTasks.GetSample(1) > 0", "1"],
  ])("%s is %s", (expression, value) => {
    expect(valueOf(expression, { samples })).toBe(value);
  });

  it("become visible late when the history is told so, and old ones are forgotten", () => {
    const late = createSampleHistory({ visibleAfterMs: minute, capacity: 3 });
    for (let index = 0; index < 6; index += 1)
      late.record(noon - minute + (index - 4) * 30_000, { ActiveTasks: index });
    expect(valueOf("$ActiveTasks.GetSample(10)", { samples: late })).toBe("3,4");
    expect(valueOf("$ActiveTasks.GetSample(10)", { samples: late, nowMs: noon + minute })).toBe("3,4,5");
  });
});

describe("what a formula sets", () => {
  it("is printed with the targets first and its own variables sorted", () => {
    expect(
      evaluate("z = 1 == 1; $a = time(); $TargetDedicatedNodes = 3; $NodeDeallocationOption = taskcompletion")
        .results,
    ).toBe(
      "$TargetDedicatedNodes=3;$TargetLowPriorityNodes=0;$NodeDeallocationOption=taskcompletion;$a=2026-11-18T12:00:00.000Z;$z=1",
    );
  });

  it("is cut to whole numbers, not below zero, and what it leaves alone is kept", () => {
    expect(evaluate("$TargetDedicatedNodes = 2.9").targets).toEqual({ dedicated: 2, lowPriority: 0 });
    expect(evaluate("$TargetLowPriorityNodes = -3").targets).toEqual({ dedicated: 5, lowPriority: 0 });
    expect(evaluate("a = 1").targets).toEqual({ dedicated: 5, lowPriority: 0 });
  });

  it("may use the older names, unless the full name is set too", () => {
    expect(evaluate("$TargetDedicated = 2; $TargetLowPriority = 3").targets).toEqual({
      dedicated: 2,
      lowPriority: 3,
    });
    expect(evaluate("$TargetDedicatedNodes = 9; $TargetDedicated = 2").targets.dedicated).toBe(9);
    expect(
      evaluate("$TargetDedicated = 2; $TargetLowPriorityNodes = $TargetDedicatedNodes + 1").targets
        .lowPriority,
    ).toBe(3);
  });

  it("stays set when the formula stops itself", () => {
    expect(evaluate("$TargetDedicatedNodes = 1; stop(); $TargetDedicatedNodes = 8").targets.dedicated).toBe(
      1,
    );
  });

  it.each([
    ["$TargetDedicatedNodes = 1; $TargetDedicatedNodes = unknown"],
    ["$TargetDedicatedNodes = 1 / 0"],
    ["$TargetDedicatedNodes = 0 / 0"],
    ["$TargetDedicatedNodes = 1; $ActiveTasks = 3"],
    ['$TargetDedicatedNodes = 1; $NodeDeallocationOption = "burn"'],
  ])("is nothing when it fails: %s", (formula) => {
    const outcome = evaluate(formula);
    expect(outcome.error?.code).toBe("AutoScalingFormulaEvaluationError");
    expect(outcome.error?.at?.line).toBe(1);
    expect(outcome.results).toBe(
      "$TargetDedicatedNodes=5;$TargetLowPriorityNodes=0;$NodeDeallocationOption=requeue",
    );
  });
});
