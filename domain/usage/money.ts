// Hours of nodes, and what they come to.
import type { KnownPrice } from "../price/table.ts";
import type { Machine, Period } from "./cost.ts";

export interface Amount {
  readonly amount: number;
  readonly currency: string;
}

export interface Hours {
  readonly hours: number;
  /** Undefined where nobody knows it any more. */
  readonly machine: Machine | undefined;
}

/** Undefined where no price is known. */
export type PriceOf = (
  machine: Machine | undefined,
) => Pick<KnownPrice, "perNodeHour" | "currency"> | undefined;

const hourMs = 3_600_000;

/** How much of a stretch is in a period; all three in epoch milliseconds. */
export function hoursOf(start: number, end: number, { from, to }: Period): number {
  return Math.max(0, Math.min(end, to) - Math.max(start, from)) / hourMs;
}

export function sumOf(some: readonly { readonly hours: number }[]): number {
  return rounded(some.reduce((total, { hours }) => total + hours, 0));
}

export function amountsOf(
  some: readonly Hours[],
  priceOf: PriceOf,
): { readonly amounts: readonly Amount[]; readonly without: number } {
  const amounts = new Map<string, number>();
  let without = 0;
  for (const { hours, machine } of some) {
    const price = priceOf(machine);
    if (price === undefined) without += hours;
    else amounts.set(price.currency, (amounts.get(price.currency) ?? 0) + hours * price.perNodeHour);
  }
  return {
    amounts: [...amounts].map(([currency, amount]) => ({ amount: rounded(amount), currency })),
    without: rounded(without),
  };
}

/** To what money and hours are told by. */
const rounded = (value: number) => Number(value.toFixed(4));
