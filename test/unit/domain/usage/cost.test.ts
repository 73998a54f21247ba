import fc from "fast-check";
import { expect, test } from "vitest";
import type { AttemptResponse } from "../../../../domain/job/attempt.ts";
import { costOf, costsOf, interruptionsOf } from "../../../../domain/usage/cost.ts";
import type { Period, UsedBy } from "../../../../domain/usage/cost.ts";
import type { PriceOf } from "../../../../domain/usage/money.ts";
import { nodeCostOf } from "../../../../domain/usage/node-cost.ts";

/** Undefined for what is neither of the two. */
const priceOf: PriceOf = (machine) => {
  if (machine?.vmPriority !== "lowpriority") return undefined;
  if (machine.vmSize === "STANDARD_NC6") return { perNodeHour: 0.5, currency: "EUR" };
  return machine.vmSize === "STANDARD_A1" ? { perNodeHour: 1, currency: "USD" } : undefined;
};
const unpriced: PriceOf = () => undefined;
const rowsOf = (used: readonly UsedBy[], period: Period, prices: PriceOf) =>
  costsOf(used, period, prices).map(({ shown }) => shown);
const spot = { vmSize: "STANDARD_NC6", vmPriority: "lowpriority" } as const;
const at = (hour: number) => new Date(Date.UTC(2026, 10, 20, hour)).toISOString();
const attempt = (
  from: number,
  to?: number,
  cause: AttemptResponse["cause"] = "finished",
): AttemptResponse => ({
  ...{ number: 1, start: 1, nodes: [], startTime: at(from) },
  ...(to === undefined ? {} : { endTime: at(to), cause }),
});
const used = (
  name: string,
  job: string,
  one: AttemptResponse | undefined,
  more: Partial<UsedBy> = {},
): UsedBy => ({
  ...{ key: name, name, job, nodeCount: 2, attempt: one, machine: spot },
  ...more,
});
const allDay = { from: Date.parse(at(0)), to: Date.parse(at(12)) };

test("node-hours are those of every attempt, also of one that goes on, and say which were interrupted", () => {
  const rows = rowsOf(
    [
      used("vision", "a", attempt(1, 3, "preempted")),
      used("vision", "a", attempt(4)),
      used("text", "b", attempt(2, 3, "failed")),
    ],
    allDay,
    unpriced,
  );
  expect(rows).toEqual([
    {
      ...{ name: "vision", jobs: 1, nodeHours: 20, interruptedNodeHours: 4, lostNodeHours: 4 },
      ...{ attemptsNotCounted: 0, amounts: [], lostAmounts: [], nodeHoursWithoutPrice: 20 },
    },
    {
      ...{ name: "text", jobs: 1, nodeHours: 2, interruptedNodeHours: 0, lostNodeHours: 0 },
      ...{ attemptsNotCounted: 0, amounts: [], lostAmounts: [], nodeHoursWithoutPrice: 2 },
    },
  ]);
});

test("what an interruption took at most is told by the checkpoints that are promised, else all, cause by cause", () => {
  const some = [
    used("x", "a", attempt(1, 5, "preempted"), { checkpointMs: 3_600_000 }),
    used("x", "a", attempt(6, 7, "preempted"), { checkpointMs: 2 * 3_600_000 }),
    used("x", "b", attempt(1, 3, "nodeFault")),
    used("x", "c", attempt(1, 3, "userRetry")),
    used("x", "c", attempt(4, 5, "terminated")),
  ];
  expect(costOf(some, allDay, priceOf)).toMatchObject({
    interruptedNodeHours: 2 * (4 + 1 + 2),
    lostNodeHours: 2 * (1 + 1 + 2),
    lostAmounts: [{ amount: 4, currency: "EUR" }],
  });
  expect(interruptionsOf(some, allDay)).toEqual([
    { cause: "preempted", attempts: 2, nodeHours: 10, lostNodeHours: 4 },
    { cause: "nodeFault", attempts: 1, nodeHours: 4, lostNodeHours: 4 },
  ]);
  // Before its last hour nothing of the first was lost.
  expect(interruptionsOf(some.slice(0, 1), { from: Date.parse(at(1)), to: Date.parse(at(3)) })).toEqual([
    { cause: "preempted", attempts: 1, nodeHours: 4, lostNodeHours: 0 },
  ]);
});

test("a cost is told only of machines whose price is known, in its currency; the dearest comes first", () => {
  const dedicated = { vmSize: "STANDARD_NC6", vmPriority: "dedicated" } as const;
  const [row, ...others] = rowsOf(
    [
      used("little", "z", attempt(1, 2)),
      used("x", "a", attempt(1, 3)),
      used("x", "b", attempt(1, 2), { machine: dedicated }),
      used("x", "c", attempt(1, 2), { machine: undefined }),
      used("x", "d", attempt(1, 2), { machine: { vmSize: "STANDARD_A1", vmPriority: "lowpriority" } }),
      used("unknown", "y", attempt(1, 9), { machine: undefined }),
    ],
    allDay,
    priceOf,
  );
  expect(row).toMatchObject({
    name: "x",
    nodeHours: 10,
    amounts: [
      { amount: 2, currency: "EUR" },
      { amount: 2, currency: "USD" },
    ],
    nodeHoursWithoutPrice: 4,
  });
  expect(others.map(({ name }) => name)).toEqual(["little", "unknown"]);
});

test("what nobody saw start, and what is no longer kept, is counted and not guessed", () => {
  const unseen: AttemptResponse = { ...attempt(1, 3, "preempted"), startTime: undefined };
  const [row] = rowsOf([used("x", "a", unseen), used("x", "a", undefined)], allDay, priceOf);
  expect(row).toMatchObject({ nodeHours: 0, amounts: [], attemptsNotCounted: 2, jobs: 1 });
});

test("periods that follow one another add up to the whole, and groups to the total", () => {
  const hour = fc.integer({ min: 0, max: 12 });
  const attempts = fc.array(
    fc.tuple(hour, hour, fc.integer({ min: 0, max: 5 })).map(([a, b, checkpoint]) => ({
      attempt: attempt(Math.min(a, b), Math.max(a, b), "preempted"),
      checkpointMs: checkpoint === 0 ? undefined : checkpoint * 1_800_000,
    })),
  );
  fc.assert(
    fc.property(attempts, hour, (some, cut) => {
      const all = some.map(({ attempt: one, checkpointMs }, index) =>
        used(`group ${index % 3}`, String(index), one, { checkpointMs }),
      );
      const within = (from: number, to: number) => ({ from: Date.parse(at(from)), to: Date.parse(at(to)) });
      const whole = costOf(all, within(0, 12), priceOf);
      for (const what of ["nodeHours", "lostNodeHours", "interruptedNodeHours"] as const) {
        const parts = [within(0, cut), within(cut, 12)].map((period) => costOf(all, period, priceOf)[what]);
        expect((parts[0] ?? 0) + (parts[1] ?? 0)).toBeCloseTo(whole[what]);
        const groups = rowsOf(all, within(0, 12), priceOf).reduce((sum, row) => sum + row[what], 0);
        expect(groups).toBeCloseTo(whole[what]);
      }
      expect(whole.lostNodeHours).toBeLessThanOrEqual(whole.interruptedNodeHours);
    }),
  );
});

test("nodes are told by what they did, cut at the ends of a period, with what idle ones cost", () => {
  const hourMs = 3_600_000;
  const span = {
    from: at(0),
    to: at(4),
    busy: 4 * hourMs,
    idle: 8 * hourMs,
    preparing: 2 * hourMs,
    other: 0,
  };
  const uses = [
    { cluster: "c", machine: spot, spans: [span, { ...span, from: at(10), to: at(14) }] },
    { cluster: "d", machine: { vmSize: "STANDARD_A8", vmPriority: "dedicated" } as const, spans: [span] },
  ];
  expect(nodeCostOf(uses, { from: Date.parse(at(1)), to: Date.parse(at(12)) }, priceOf)).toEqual({
    nodeHours: 28,
    busyNodeHours: 8,
    idleNodeHours: 16,
    preparingNodeHours: 4,
    otherNodeHours: 0,
    amounts: [{ amount: 8.75, currency: "EUR" }],
    idleAmounts: [{ amount: 5, currency: "EUR" }],
    nodeHoursWithoutPrice: 10.5,
  });
});
