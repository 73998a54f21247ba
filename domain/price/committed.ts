// The table that is part of the app: list prices of the sizes and regions that scripts/take-prices.mjs names. Made anew by that script, never
// at run time.
import prices from "./prices.json" with { type: "json" };
import { PriceTable } from "./table.ts";

export const committedPrices: PriceTable = PriceTable.parse(prices);
