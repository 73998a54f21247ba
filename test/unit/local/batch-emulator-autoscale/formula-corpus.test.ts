// The kinds of formulas that people really use, in our own words.
import { describe, expect, it } from "vitest";
import { checkFormula } from "../../../../local/batch-emulator/autoscale/check-formula.ts";
import { evaluate, history, minute, noon } from "./formula-fixture.ts";

/** Half an hour of samples of the same value. */
const steady = (value: number) => Array.from({ length: 60 }, () => value);
const dedicated = (formula: string, pool: Parameters<typeof evaluate>[1] = {}) => {
  const outcome = evaluate(formula, pool);
  expect(outcome.error).toBeUndefined();
  return outcome.targets.dedicated;
};

describe("a fixed size", () => {
  it.each([
    ["$TargetDedicatedNodes=2"],
    ["$TargetDedicatedNodes = 2;"],
    ["\n$TargetDedicatedNodes\n=2\n;\n"],
  ])("%j is 2", (formula) => {
    expect(dedicated(formula)).toBe(2);
    expect(checkFormula(formula)).toEqual([]);
  });
});

const pendingAverage = `
  firstNodes = 1;
  mostNodes = 25;
  percent = $PendingTasks.GetSamplePercent(180 * TimeInterval_Second);
  tasks = percent < 70 ? firstNodes : avg($PendingTasks.GetSample(180 * TimeInterval_Second));
  $TargetDedicatedNodes = min(mostNodes, tasks);
  $NodeDeallocationOption = taskcompletion;`;

describe("the average of pending tasks", () => {
  it("starts small, follows the queue, has a limit and drains nodes", () => {
    expect(dedicated(pendingAverage)).toBe(1);
    expect(dedicated(pendingAverage, { samples: history({ PendingTasks: [9, 9] }) })).toBe(1);
    expect(dedicated(pendingAverage, { samples: history({ PendingTasks: steady(9) }) })).toBe(9);
    expect(dedicated(pendingAverage, { samples: history({ PendingTasks: steady(900) }) })).toBe(25);
    expect(evaluate(pendingAverage).nodeDeallocationOption).toBe("taskcompletion");
    expect(checkFormula(pendingAverage, { maxDedicated: 25 })).toEqual([]);
  });
});

const workingHours = `
  $now = time();
  $isWorkHour = $now.hour >= 8 && $now.hour < 18;
  $isWeekday = $now.weekday >= 1 && $now.weekday <= 5;
  $isWorking = $isWeekday && $isWorkHour;
  $TargetDedicatedNodes = $isWorking ? 20 : 10;
  $NodeDeallocationOption = taskcompletion;`;

describe("working hours", () => {
  it.each([
    [Date.UTC(2026, 10, 18, 8), 20],
    [Date.UTC(2026, 10, 18, 17, 59), 20],
    [Date.UTC(2026, 10, 18, 18), 10],
    [Date.UTC(2026, 10, 22, 12), 10],
  ])("at %i gives %i nodes", (nowMs, nodes) => {
    expect(dedicated(workingHours, { nowMs })).toBe(nodes);
  });

  it("prints what it found out", () => {
    expect(evaluate(workingHours).results).toContain(
      "$isWeekday=1;$isWorkHour=1;$isWorking=1;$now=2026-11-18T12:00:00.000Z",
    );
    expect(checkFormula(workingHours, { maxDedicated: 20 })).toEqual([]);
    expect(checkFormula(workingHours, { maxDedicated: 19 })).toMatchObject([{ kind: "exceedsBound" }]);
  });
});

const activeWithFallback = `
  $samples = $ActiveTasks.GetSamplePercent(TimeInterval_Minute * 15);
  $tasks = $samples < 70 ? max(0, $ActiveTasks.GetSample(1)) : max($ActiveTasks.GetSample(1), avg($ActiveTasks.GetSample(TimeInterval_Minute * 15)));
  $wanted = $tasks > 0 ? $tasks : max(0, $TargetDedicatedNodes / 2);
  $TargetDedicatedNodes = max(0, min($wanted, 20));
  $NodeDeallocationOption = taskcompletion;`;

describe("active tasks with the last sample to fall back on", () => {
  it("halves the pool when idle, follows load, has a limit", () => {
    expect(dedicated(activeWithFallback, { samples: history({ ActiveTasks: [3] }) })).toBe(3);
    expect(dedicated(activeWithFallback, { samples: history({ ActiveTasks: steady(0) }) })).toBe(2);
    expect(dedicated(activeWithFallback, { samples: history({ ActiveTasks: steady(70) }) })).toBe(20);
    expect(checkFormula(activeWithFallback, { maxDedicated: 20 })).toEqual([]);
  });
});

const slotsAware = `
  slots = 4;
  tasks = max($PendingTasks.GetSample(1));
  missing = (tasks - $TargetDedicatedNodes * slots + (slots - 1)) / slots;
  $TargetDedicatedNodes = $TargetDedicatedNodes + missing;`;

describe("slots taken into account", () => {
  it("asks for just enough nodes, because fractions are cut off", () => {
    for (const [tasks, nodes] of [
      [0, 0],
      [1, 1],
      [4, 1],
      [5, 2],
      [100, 25],
    ] as const)
      expect(dedicated(slotsAware, { samples: history({ PendingTasks: [tasks] }) })).toBe(nodes);
    expect(checkFormula(slotsAware, { maxDedicated: 50 })).toMatchObject([{ kind: "exceedsBound" }]);
  });
});

const idleToZero = (from: string) => `
  $span = TimeInterval_Minute * 10;
  $isStarted = time() - time("${from}") > $span;
  $isIdle = $isStarted && max($RunningTasks.GetSample($span, 50), $ActiveTasks.GetSample($span, 50)) == 0;
  $TargetDedicatedNodes = $isStarted ? ($isIdle ? 0 : $TargetDedicatedNodes) : 4;`;

describe("an initial size, then nothing when idle", () => {
  it.each([["Wed, 18 Nov 2026 11:00:00 GMT"], ["2026-11-18T11:00:00Z"], ["2026-11-18T11:00:00.1234567Z"]])(
    "since %s",
    (from) => {
      const samples = (value: number) => history({ RunningTasks: steady(value), ActiveTasks: steady(0) });
      const hour = 60 * minute;
      expect(dedicated(idleToZero(from), { nowMs: noon - hour + minute })).toBe(4);
      expect(dedicated(idleToZero(from), { samples: samples(0) })).toBe(0);
      expect(dedicated(idleToZero(from), { samples: samples(1) })).toBe(5);
      expect(evaluate(idleToZero(from)).error?.message).toContain("only 0 % of the samples, 50 % are wanted");
      expect(checkFormula(idleToZero(from), { maxDedicated: 25 })).toEqual([]);
    },
  );
});

const workflowEngine = `
// Compute the life of the pool.
$poolLife = time() - time("2026-11-18T11:58:00.123456Z");
$span = TimeInterval_Minute * 5;

// Samples are needed for a full span.
$samples = $PendingTasks.GetSamplePercent($span);
$tasks = $samples < 70 ? max(0, $PendingTasks.GetSample(1)) : max($PendingTasks.GetSample(1), avg($PendingTasks.GetSample($span)));
$target = $tasks > 0 ? $tasks : max(0, $TargetDedicatedNodes / 2);

// Between 1 and 10 nodes, once the pool is older than the span.
$TargetDedicatedNodes = $poolLife < $span ? 3 : max(1, min($target, 10));
$NodeDeallocationOption = taskcompletion;
`;

describe("a workflow engine's formula", () => {
  it("keeps the first size for a while, then clamps the load", () => {
    const samples = history({ PendingTasks: steady(7) });
    expect(dedicated(workflowEngine, { samples })).toBe(3);
    expect(dedicated(workflowEngine, { samples, nowMs: noon + 4 * minute })).toBe(7);
    const idle = history({ PendingTasks: steady(0) });
    const after = { nowMs: noon + 4 * minute, targets: { dedicated: 1, lowPriority: 0 } };
    expect(dedicated(workflowEngine, { samples: idle, ...after })).toBe(1);
    expect(checkFormula(workflowEngine, { maxDedicated: 10 })).toEqual([]);
  });
});

const generated = `
maxDedicated = 8;
maxLowPriority = 16;
weight = 1;
lookback = TimeInterval_Second * 300.0;
percentNeeded = 50.0;
rebalance = 0 == 1;
activeAvailable = $ActiveTasks.GetSamplePercent(lookback);
activeNow = val($ActiveTasks.GetSample(1), 0);
active = activeAvailable < percentNeeded ? activeNow : avg($ActiveTasks.GetSample(lookback));
runningNow = val($RunningTasks.GetSample(1), 0);
pendingNow = val($PendingTasks.GetSample(1), 0);
total = active + runningNow;
isGrowing = pendingNow > total ? 1 : 0;
total = (isGrowing > 0 && weight < 2) ? pendingNow : total;
slots = $TaskSlotsPerNode;
wanted = total / slots;
wanted = wanted > 0 && wanted < 1 ? 1 : wanted;
currentDedicated = $CurrentDedicatedNodes;
currentLow = $CurrentLowPriorityNodes;
preempted = $PreemptedNodeCount.GetSample(1);
usesLow = maxLowPriority > 0;
isEmpty = currentDedicated == 0 && currentLow == 0;
division = (maxDedicated == 0 || maxLowPriority == 0) ? 1 : 2;
half = wanted / division;
dedicatedWanted = min(maxDedicated, half);
lowWanted = min(maxLowPriority, wanted - dedicatedWanted);
replacement = preempted > 0 ? preempted : 0;
dedicatedWanted = min(maxDedicated, dedicatedWanted + replacement);
dedicatedWanted = rebalance ? (dedicatedWanted + lowWanted) / 2 : dedicatedWanted;
$TargetDedicatedNodes = isEmpty && total == 0 ? 0 : dedicatedWanted;
$TargetLowPriorityNodes = usesLow ? lowWanted : 0;
$NodeDeallocationOption = taskcompletion;
`;

describe("a generated formula of thirty statements", () => {
  const samples = (active: number, preempted: number) =>
    history({
      ActiveTasks: steady(active),
      RunningTasks: steady(2),
      PendingTasks: steady(active + 2),
      CurrentDedicatedNodes: steady(2),
      CurrentLowPriorityNodes: steady(2),
      PreemptedNodeCount: steady(preempted),
    });

  it("shares the load between both kinds of nodes and replaces preempted ones", () => {
    expect(evaluate(generated, { samples: samples(8, 0) }).targets).toEqual({ dedicated: 5, lowPriority: 5 });
    expect(evaluate(generated, { samples: samples(8, 2) }).targets).toEqual({ dedicated: 7, lowPriority: 5 });
    expect(evaluate(generated, { samples: samples(998, 0) }).targets).toEqual({
      dedicated: 8,
      lowPriority: 16,
    });
    expect(evaluate(generated, { samples: samples(-1, 0) }).results).toContain("$wanted=1;$weight=1");
    expect(checkFormula(generated, { maxDedicated: 8, maxLowPriority: 16 })).toEqual([]);
  });
});
