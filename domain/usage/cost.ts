// What jobs used, from what the service keeps of them: the time of each attempt on its nodes. An attempt whose start nobody saw, and one that is
// no longer kept, is counted as such and not guessed. Lost is what an interruption took at most: what the attempt did since the last checkpoint that its
// job's spot policy promises, and all of it where none is promised.
import { RetryCause } from "../job/attempt.ts";
import type { AttemptCause, AttemptResponse } from "../job/attempt.ts";
import type { VmPriority } from "../price/table.ts";
import { amountsOf, hoursOf, sumOf } from "./money.ts";
import type { Amount, Hours, PriceOf } from "./money.ts";

export interface Machine {
  readonly vmSize: string;
  readonly vmPriority: VmPriority;
}

export interface UsedBy {
  /** What is reckoned together, and how people call it. */
  readonly key: string;
  readonly name: string;
  readonly job: string;
  readonly nodeCount: number;
  /** Undefined: it is no longer kept. */
  readonly attempt: AttemptResponse | undefined;
  /** Undefined where nobody knows it any more. */
  readonly machine: Machine | undefined;
  /** How much work an interruption costs at most; undefined: all. */
  readonly checkpointMs?: number | undefined;
}

export interface Cost {
  readonly jobs: number;
  readonly nodeHours: number;
  /** Of attempts that ended because their nodes were taken or lost; part of nodeHours. */
  readonly interruptedNodeHours: number;
  /** Of these, what was done in vain at most. */
  readonly lostNodeHours: number;
  readonly attemptsNotCounted: number;
  /** One for each currency in which a price is known. */
  readonly amounts: readonly Amount[];
  readonly lostAmounts: readonly Amount[];
  /** Of machines without a known price. */
  readonly nodeHoursWithoutPrice: number;
}

export interface NamedCost extends Cost {
  readonly name: string;
}

/** Epoch milliseconds. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

/** Why there is a next attempt, but that its program failed. */
export const interruptions = RetryCause.options.filter((cause) => cause !== "userRetry");
const isInterruption = (cause: AttemptCause | undefined) => interruptions.some((one) => one === cause);

/** One for each key, the dearest first, then that of the most node-hours. */
export function costsOf(
  used: readonly UsedBy[],
  period: Period,
  priceOf: PriceOf,
): readonly { readonly shown: NamedCost; readonly used: readonly UsedBy[] }[] {
  const groups = new Map<string, UsedBy[]>();
  for (const one of used.filter(({ attempt }) => attempt === undefined || wasWithin(attempt, period))) {
    const known = groups.get(one.key);
    if (known === undefined) groups.set(one.key, [one]);
    else known.push(one);
  }
  return [...groups.values()]
    .map((some) => ({
      shown: { name: some[0]?.name ?? "", ...costOf(some, period, priceOf) },
      used: some,
    }))
    .toSorted(
      ({ shown: a }, { shown: b }) =>
        worth(b) - worth(a) || b.nodeHours - a.nodeHours || a.name.localeCompare(b.name, "en"),
    );
}

const worth = ({ amounts }: Cost) => amounts.reduce((sum, { amount }) => sum + amount, 0);

export function costOf(used: readonly UsedBy[], period: Period, priceOf: PriceOf): Cost {
  const inPeriod = used.filter(({ attempt }) => attempt === undefined || wasWithin(attempt, period));
  const counted = inPeriod.flatMap((one) => timeOf(one, period));
  const lost = counted.map(({ lost: hours, machine }) => ({ hours, machine }));
  return {
    jobs: new Set(inPeriod.map(({ job }) => job)).size,
    nodeHours: sumOf(counted),
    interruptedNodeHours: sumOf(counted.filter(({ cause }) => isInterruption(cause))),
    lostNodeHours: sumOf(lost),
    attemptsNotCounted: inPeriod.filter(({ attempt }) => attempt?.startTime === undefined).length,
    amounts: amountsOf(counted, priceOf).amounts,
    lostAmounts: amountsOf(lost, priceOf).amounts,
    nodeHoursWithoutPrice: amountsOf(counted, priceOf).without,
  };
}

export interface Interruption {
  readonly cause: (typeof interruptions)[number];
  readonly attempts: number;
  readonly nodeHours: number;
  readonly lostNodeHours: number;
}

/** What took nodes away, as far as anything did. */
export function interruptionsOf(used: readonly UsedBy[], period: Period): readonly Interruption[] {
  const counted = used.flatMap((one) => timeOf(one, period));
  return interruptions.flatMap((cause) => {
    const some = counted.filter((one) => one.cause === cause);
    const lost = some.map(({ lost: hours }) => ({ hours }));
    return some.length === 0
      ? []
      : [{ cause, attempts: some.length, nodeHours: sumOf(some), lostNodeHours: sumOf(lost) }];
  });
}

interface Counted extends Hours {
  readonly cause: AttemptCause | undefined;
  readonly lost: number;
}

/** Nothing where nobody saw the start, or it was at another time. */
function timeOf({ attempt, nodeCount, machine, checkpointMs }: UsedBy, period: Period): readonly Counted[] {
  if (attempt?.startTime === undefined || !wasWithin(attempt, period)) return [];
  const { cause } = attempt;
  const start = Date.parse(attempt.startTime);
  const end = attempt.endTime === undefined ? period.to : Date.parse(attempt.endTime);
  const since = checkpointMs === undefined ? start : Math.max(start, end - checkpointMs);
  const hours = hoursOf(start, end, period) * nodeCount;
  return [
    { hours, machine, cause, lost: isInterruption(cause) ? hoursOf(since, end, period) * nodeCount : 0 },
  ];
}

function wasWithin({ startTime, endTime }: AttemptResponse, { from, to }: Period): boolean {
  const start = startTime === undefined ? -Infinity : Date.parse(startTime);
  const end = endTime === undefined ? Infinity : Date.parse(endTime);
  return start <= to && end >= from;
}
