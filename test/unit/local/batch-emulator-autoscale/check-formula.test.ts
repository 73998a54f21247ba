import { describe, expect, it } from "vitest";
import { checkFormula } from "../../../../local/batch-emulator/autoscale/check-formula.ts";

const kinds = (formula: string, expectations = {}) =>
  checkFormula(formula, expectations).map((one) => one.kind);

describe("the checker of autoscale formulas", () => {
  it.each([
    ["$TargetDedicatedNodes = max($TargetDedicatedNodes, $PendingTasks.GetSample(1));"],
    ["$TargetDedicatedNodes = $TargetDedicatedNodes + 1;"],
    ["$TargetDedicatedNodes = 3; $TargetLowPriorityNodes = $TargetLowPriorityNodes;"],
    ["wanted = min(10, $PendingTasks.GetSample(1));"],
  ])("finds that %s can never scale down", (formula) => {
    expect(kinds(formula)).toEqual(["neverScalesDown"]);
  });

  it("finds a bound that is exceeded and tells when", () => {
    const [finding] = checkFormula("$TargetDedicatedNodes = $PendingTasks.GetSample(1);", {
      maxDedicated: 100,
    });
    expect(finding).toMatchObject({ kind: "exceedsBound" });
    expect(finding?.message).toMatch(
      /^\$TargetDedicatedNodes becomes 1020, more than 100, when 1,000 tasks wait/,
    );
    expect(kinds("$TargetLowPriorityNodes = 5;", { maxLowPriority: 4 })).toEqual(["exceedsBound"]);
    expect(kinds("$TargetLowPriorityNodes = 5;", { maxLowPriority: 5 })).toEqual([]);
  });

  it("finds a bound that is exceeded only at a time that the formula names", () => {
    const formula = `$TargetDedicatedNodes = time() > time("2031-05-01T00:00:00Z") ? 50 : 1;`;
    expect(kinds(formula, { maxDedicated: 10 })).toEqual(["exceedsBound"]);
  });

  it("finds variables that are read before they are set, or never set, with their positions", () => {
    expect(
      checkFormula("$TargetDedicatedNodes = 1 ? 2 : missing;\nlater = 1 + later; $x = 1; y = x;"),
    ).toEqual([
      {
        kind: "readsUnset",
        message: "'missing' is never set (line 1, column 33)",
        at: { line: 1, column: 33 },
      },
      {
        kind: "readsUnset",
        message: "'later' is read before it is set (line 2, column 13)",
        at: { line: 2, column: 13 },
      },
    ]);
  });

  it("finds formulas that fail whatever happens, and those that cannot be read", () => {
    expect(kinds('$TargetDedicatedNodes = 1 + "a";')).toEqual(["alwaysFails"]);
    expect(kinds("$TargetDedicatedNodes = $CPUPercent.Sample(1);")).toEqual(["alwaysFails"]);
    expect(checkFormula("$TargetDedicatedNodes = ;")).toMatchObject([
      { kind: "syntax", at: { line: 1, column: 25 } },
    ]);
  });
});
