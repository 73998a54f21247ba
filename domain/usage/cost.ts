// What jobs used, from what the service keeps of them: the time of each attempt on its nodes. An attempt whose start nobody saw, and one that is
// no longer kept, is counted as such and not guessed.
import { RetryCause } from "../job/attempt.ts";
import type { AttemptCause, AttemptResponse } from "../job/attempt.ts";
import { spelledSize } from "../cluster/vm-size.ts";
import type { KnownPrice, VmPriority } from "../price/table.ts";

export interface Machine {
  readonly vmSize: string;
  readonly vmPriority: VmPriority;
}

type Price = Pick<KnownPrice, "vmSize" | "vmPriority" | "perNodeHour" | "currency">;

export interface UsedBy {
  /** Whose it is in this reckoning. */
  readonly name: string;
  readonly job: string;
  readonly nodeCount: number;
  /** Undefined: it is no longer kept, or nobody saw its start. */
  readonly attempt: AttemptResponse | undefined;
  /** Undefined where the cluster is gone. */
  readonly machine: Machine | undefined;
}

export interface Cost {
  readonly name: string;
  readonly jobs: number;
  readonly nodeHours: number;
  /** Of attempts that ended because their nodes were taken or lost; part of nodeHours. */
  readonly interruptedNodeHours: number;
  readonly attemptsNotCounted: number;
  /** One for each currency in which a price is known. */
  readonly amounts: readonly { readonly amount: number; readonly currency: string }[];
  /** Of machines without a known price. */
  readonly nodeHoursWithoutPrice: number;
}

/** Epoch milliseconds. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

/** Why there is a next attempt, but that its program failed. */
const interruptions: ReadonlySet<AttemptCause | undefined> = new Set(
  RetryCause.options.filter((cause) => cause !== "userRetry"),
);
const hourMs = 3_600_000;

/** In order of names. */
export function costsOf(used: readonly UsedBy[], period: Period, prices: readonly Price[]): readonly Cost[] {
  const names = [...new Set(used.map(({ name }) => name))].sort();
  return names.map((name) =>
    costOf(
      name,
      used.filter((one) => one.name === name),
      period,
      prices,
    ),
  );
}

function costOf(name: string, used: readonly UsedBy[], period: Period, prices: readonly Price[]): Cost {
  const counted = used.flatMap(({ attempt, nodeCount, machine, job }) => {
    const hours = attempt === undefined ? undefined : hoursOf(attempt, nodeCount, period);
    return hours === undefined ? [] : [{ hours, cause: attempt?.cause, machine, job }];
  });
  const sum = (some: readonly { readonly hours: number }[]) =>
    rounded(some.reduce((total, { hours }) => total + hours, 0));
  const inPeriod = used.filter(({ attempt }) => attempt === undefined || wasWithin(attempt, period));
  return {
    name,
    jobs: new Set(inPeriod.map(({ job }) => job)).size,
    nodeHours: sum(counted),
    interruptedNodeHours: sum(counted.filter(({ cause }) => interruptions.has(cause))),
    attemptsNotCounted: inPeriod.filter(({ attempt }) => attempt?.startTime === undefined).length,
    ...priced(counted, prices, sum),
  };
}

function priced(
  counted: readonly { readonly hours: number; readonly machine: Machine | undefined }[],
  prices: readonly Price[],
  sum: (some: readonly { readonly hours: number }[]) => number,
) {
  const amounts = new Map<string, number>();
  const without: { readonly hours: number }[] = [];
  for (const { hours, machine } of counted) {
    const price = machine && prices.find((one) => isOf(one, machine));
    if (price === undefined) without.push({ hours });
    else amounts.set(price.currency, (amounts.get(price.currency) ?? 0) + hours * price.perNodeHour);
  }
  return {
    amounts: [...amounts].map(([currency, amount]) => ({ amount: rounded(amount), currency })),
    nodeHoursWithoutPrice: sum(without),
  };
}

const isOf = (price: Price, { vmSize, vmPriority }: Machine) =>
  spelledSize(price.vmSize) === spelledSize(vmSize) && price.vmPriority === vmPriority;

/** Undefined where nobody saw the start. */
function hoursOf({ startTime, endTime }: AttemptResponse, nodeCount: number, { from, to }: Period) {
  if (startTime === undefined) return undefined;
  const [start, end] = [Date.parse(startTime), endTime === undefined ? to : Date.parse(endTime)];
  return (Math.max(0, Math.min(end, to) - Math.max(start, from)) * nodeCount) / hourMs;
}

function wasWithin({ startTime, endTime }: AttemptResponse, { from, to }: Period): boolean {
  const start = startTime === undefined ? -Infinity : Date.parse(startTime);
  const end = endTime === undefined ? Infinity : Date.parse(endTime);
  return start <= to && end >= from;
}

/** To what money and hours are told by. */
const rounded = (value: number) => Number(value.toFixed(4));
