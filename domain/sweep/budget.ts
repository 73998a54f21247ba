// What trials may cost. Counted in node-milliseconds: a trial reserves the longest that it can run before it starts, and gives
// back what it did not need when it ends, so that what is spent and what is promised never exceed the cap together.
import { parseDuration } from "../shared/duration.ts";
import type { Budget, Limits } from "./spec.ts";

const hourMs = 3_600_000;

export function budgetProblem(
  budget: Budget,
  limits: Limits,
  nodeCount: number,
): { readonly path: string; readonly message: string } | undefined {
  const { nodeHours, amount, currency, pricePerNodeHour, pricedOn } = budget;
  const { priceSource } = budget;
  const needed = [amount, currency, pricePerNodeHour, pricedOn].filter((member) => member !== undefined);
  const money = needed.length;
  if (nodeHours !== undefined && (money > 0 || priceSource !== undefined))
    return { path: "", message: "has nodeHours and money; keep one of them" };
  if (nodeHours === undefined && money < 4)
    return {
      path: "",
      message:
        "needs nodeHours, or amount and currency, by a price that the service knows or by pricePerNodeHour and pricedOn",
    };
  if (limits.trialTimeout === undefined)
    return {
      path: "",
      message: "needs limits.trialTimeout: what one trial may cost is reserved before it starts",
    };
  const [cap, one] = [capNodeMs(budget), reservationNodeMs(limits, nodeCount)];
  if (one <= cap) return undefined;
  return {
    path: nodeHours === undefined ? "amount" : "nodeHours",
    message: `pays for ${hours(cap)} node-hours, and one trial may need ${hours(one)}; raise it, or lower limits.trialTimeout`,
  };
}

/** In money, with the price left to the service. */
export function leavesPriceOut(
  budget: Budget | undefined,
): budget is Budget & { readonly amount: number; readonly currency: string } {
  if (budget?.amount === undefined || budget.currency === undefined || budget.nodeHours !== undefined)
    return false;
  return [budget.pricePerNodeHour, budget.pricedOn, budget.priceSource].every((part) => part === undefined);
}

/** With the price of an earlier budget, so that what is asked for again means the same; as it is where that had none of the currency. */
export function withPriceOf(budget: Budget, earlier: Budget | undefined): Budget {
  if (earlier?.currency !== budget.currency || earlier?.pricePerNodeHour === undefined) return budget;
  const { pricePerNodeHour, pricedOn, priceSource } = earlier;
  const { priceSource: _, ...asked } = budget;
  return {
    ...asked,
    pricePerNodeHour,
    ...(pricedOn === undefined ? {} : { pricedOn }),
    ...(priceSource === undefined ? {} : { priceSource }),
  };
}

export function capNodeMs({ nodeHours, amount, pricePerNodeHour }: Budget): number {
  if (nodeHours !== undefined) return nodeHours * hourMs;
  return ((amount ?? 0) / (pricePerNodeHour ?? 1)) * hourMs;
}

/** What one run of a trial can cost at most. */
export function reservationNodeMs({ trialTimeout }: Limits, nodeCount: number): number {
  return (parseDuration(trialTimeout ?? "PT0S") ?? 0) * nodeCount;
}

/** What has been paid or promised, in the budget's own unit. */
export function costOf(
  budget: Budget | undefined,
  nodeMs: number,
): { readonly nodeHours: number; readonly amount?: number } {
  const nodeHours = nodeMs / hourMs;
  const price = budget?.pricePerNodeHour;
  return { nodeHours, ...(price === undefined ? {} : { amount: nodeHours * price }) };
}

function hours(nodeMs: number): string {
  return String(Number((nodeMs / hourMs).toPrecision(4)));
}
