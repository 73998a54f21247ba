// What a node of a size costs here. No job stays away for want of a price; a budget in money does.
import { money, noPriceSentence } from "../price/cost.ts";
import { priceOf } from "../price/table.ts";
import type { PriceTable } from "../price/table.ts";
import { fine } from "./check.ts";
import type { Check } from "./check.ts";

export function priceCheck(vmSize: string, location: string, tables: readonly PriceTable[]): Check {
  const name = `price of ${vmSize}`;
  const [dedicated, spot] = (["dedicated", "lowpriority"] as const).map((vmPriority) =>
    priceOf(tables, { vmSize, location, vmPriority }),
  );
  if (dedicated === undefined) return fine(name, noPriceSentence(vmSize, location, "dedicated"));
  const cheaper =
    spot === undefined ? "no spot price is known" : `${money(spot.perNodeHour, spot.currency)} spot`;
  return fine(
    name,
    `${money(dedicated.perNodeHour, dedicated.currency)} a node-hour, ${cheaper} (list prices of ${dedicated.collectedOn})`,
  );
}
