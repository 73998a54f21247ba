import fc from "fast-check";
import { expect, test } from "vitest";
import type { AttemptResponse } from "../../../../domain/job/attempt.ts";
import { costsOf } from "../../../../domain/usage/cost.ts";
import type { UsedBy } from "../../../../domain/usage/cost.ts";

const price = {
  vmSize: "Standard_NC6",
  vmPriority: "lowpriority",
  perNodeHour: 0.5,
  currency: "EUR",
} as const;
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
  ...{ name, job, nodeCount: 2, attempt: one, machine: spot },
  ...more,
});
const allDay = { from: Date.parse(at(0)), to: Date.parse(at(12)) };

test("node-hours are those of every attempt, also of one that goes on, and say which were interrupted", () => {
  const rows = costsOf(
    [
      used("vision", "a", attempt(1, 3, "preempted")),
      used("vision", "a", attempt(4)),
      used("text", "b", attempt(2, 3, "failed")),
    ],
    allDay,
    [],
  );
  expect(rows).toEqual([
    {
      ...{ name: "text", jobs: 1, nodeHours: 2, interruptedNodeHours: 0, attemptsNotCounted: 0 },
      ...{ amounts: [], nodeHoursWithoutPrice: 2 },
    },
    {
      ...{ name: "vision", jobs: 1, nodeHours: 20, interruptedNodeHours: 4, attemptsNotCounted: 0 },
      ...{ amounts: [], nodeHoursWithoutPrice: 20 },
    },
  ]);
});

test("a cost is told only of machines whose price is known, in its currency", () => {
  const dedicated = { vmSize: "STANDARD_NC6", vmPriority: "dedicated" } as const;
  const [row] = costsOf(
    [
      used("x", "a", attempt(1, 3)),
      used("x", "b", attempt(1, 2), { machine: dedicated }),
      used("x", "c", attempt(1, 2), { machine: undefined }),
      used("x", "d", attempt(1, 2), { machine: { vmSize: "standard_a1", vmPriority: "lowpriority" } }),
    ],
    allDay,
    [price, { ...price, vmSize: "STANDARD_A1", currency: "USD", perNodeHour: 1 }],
  );
  expect(row).toMatchObject({
    nodeHours: 10,
    amounts: [
      { amount: 2, currency: "EUR" },
      { amount: 2, currency: "USD" },
    ],
    nodeHoursWithoutPrice: 4,
  });
});

test("what nobody saw start, and what is no longer kept, is counted and not guessed", () => {
  const unseen: AttemptResponse = { ...attempt(1, 3, "preempted"), startTime: undefined };
  const [row] = costsOf([used("x", "a", unseen), used("x", "a", undefined)], allDay, [price]);
  expect(row).toMatchObject({ nodeHours: 0, amounts: [], attemptsNotCounted: 2, jobs: 1 });
});

test("periods that follow one another add up to the whole", () => {
  const hour = fc.integer({ min: 0, max: 12 });
  const attempts = fc.array(fc.tuple(hour, hour).map(([a, b]) => attempt(Math.min(a, b), Math.max(a, b))));
  fc.assert(
    fc.property(attempts, hour, (some, cut) => {
      const all = some.map((one, index) => used("x", String(index), one));
      const hoursIn = (from: number, to: number) =>
        costsOf(all, { from: Date.parse(at(from)), to: Date.parse(at(to)) }, [])[0]?.nodeHours ?? 0;
      expect(hoursIn(0, cut) + hoursIn(cut, 12)).toBeCloseTo(hoursIn(0, 12));
    }),
  );
});
