// What the nodes of clusters came to, whether jobs used them or not: what is paid for.
import type { NodeTimeSpan } from "../cluster/node-time.ts";
import type { Machine, Period } from "./cost.ts";
import { amountsOf, hoursOf, sumOf } from "./money.ts";
import type { Amount, PriceOf } from "./money.ts";

/** Some of what a cluster's nodes did. */
export interface NodeUse {
  readonly cluster: string;
  readonly machine: Machine;
  readonly spans: readonly NodeTimeSpan[];
}

export interface NodeCost {
  readonly nodeHours: number;
  readonly busyNodeHours: number;
  readonly idleNodeHours: number;
  /** They start, or are set up. */
  readonly preparingNodeHours: number;
  /** Unusable or leaving. */
  readonly otherNodeHours: number;
  readonly amounts: readonly Amount[];
  readonly idleAmounts: readonly Amount[];
  readonly nodeHoursWithoutPrice: number;
}

const states = ["busy", "idle", "preparing", "other"] as const;

export function nodeCostOf(uses: readonly NodeUse[], period: Period, priceOf: PriceOf): NodeCost {
  const parts = uses.flatMap(({ machine, spans }) =>
    spans.flatMap((span) => {
      const [start, end] = [Date.parse(span.from), Date.parse(span.to)];
      const hours = hoursOf(start, end, period);
      return hours === 0
        ? []
        : states.map((state) => ({ state, machine, hours: (hours * span[state]) / (end - start) }));
    }),
  );
  const of = (state: (typeof states)[number]) => parts.filter((part) => part.state === state);
  const { amounts, without } = amountsOf(parts, priceOf);
  return {
    nodeHours: sumOf(parts),
    busyNodeHours: sumOf(of("busy")),
    idleNodeHours: sumOf(of("idle")),
    preparingNodeHours: sumOf(of("preparing")),
    otherNodeHours: sumOf(of("other")),
    amounts: parts.length === 0 ? [] : amounts,
    idleAmounts: amountsOf(of("idle"), priceOf).amounts,
    nodeHoursWithoutPrice: without,
  };
}
