// What the services below an idle deployment cost, beside its nodes: committed figures, each with its day and its source where one is known.
// Prices are of regions of the United States; an operator's own are laid over them by meter.
import { z } from "zod";
import committed from "./service-prices.json" with { type: "json" };

export const Meter = z.enum([
  "functionTime",
  "functionExecutions",
  "alwaysReadyTime",
  "tableOperations",
  "tableCapacity",
  "queueOperations",
  "blobReads",
  "vaultOperations",
  "logs",
  "privateEndpoints",
  "privateZones",
  "natGateway",
  "natTraffic",
  "publicAddress",
]);
export type Meter = z.infer<typeof Meter>;

export const ServicePrice = z.strictObject({
  meter: Meter,
  /** Of one unit. */
  price: z.number().min(0),
  unit: z.string().min(1),
  /** Units that a subscription has for nothing each month. */
  freeAMonth: z.number().min(0).optional(),
  location: z.string().min(1),
  /** Absent where the source records no day. */
  collectedOn: z.iso.date({ error: "expected a day such as '2026-11-01'" }).optional(),
  source: z.string().min(1).max(1000),
});
export type ServicePrice = z.infer<typeof ServicePrice>;

export const ServicePriceTable = z.strictObject({
  currency: z.string().regex(/^[A-Z]{3}$/, { error: "expected three capital letters such as 'USD'" }),
  prices: z
    .array(ServicePrice)
    .refine((prices) => new Set(prices.map(({ meter }) => meter)).size === prices.length, {
      error: "expected each meter once",
    }),
});
export type ServicePriceTable = z.infer<typeof ServicePriceTable>;

export const committedServicePrices: ServicePriceTable = ServicePriceTable.parse(committed);

/**
 * @param own an operator's, whose meters count instead of the committed ones.
 * @throws Error for another currency where meters of both tables would be added up.
 */
export function laidOver(own: ServicePriceTable | undefined): ServicePriceTable {
  if (own === undefined) return committedServicePrices;
  const missing = Meter.options.filter((meter) => own.prices.every((price) => price.meter !== meter));
  if (missing.length > 0 && own.currency !== committedServicePrices.currency)
    throw new Error(
      `prices in ${own.currency} cannot be added to those in ${committedServicePrices.currency}: also give ${missing.join(", ")}`,
    );
  const rest = committedServicePrices.prices.filter(({ meter }) => missing.includes(meter));
  return { currency: own.currency, prices: [...own.prices, ...rest] };
}
