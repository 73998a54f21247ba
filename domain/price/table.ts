// What a node costs an hour: tables that somebody collected on a day, each price with its day and its source. A size or a region that no table
// has has no known price; nothing is guessed from neighbours.
import { z } from "zod";
import { plainLocation } from "../shared/location.ts";
import { spelledSize, vmSizePattern } from "../cluster/vm-size.ts";

const perHour = z
  .number({ error: "expected a number above 0" })
  .refine((price) => price > 0, { error: "expected a number above 0; leave a price out that is not known" });

/** Of one node for one hour, in the currency of its table. `spot`: what nodes with vmPriority lowpriority are billed as. */
const Prices = z
  .strictObject({ dedicated: perHour.optional(), spot: perHour.optional() })
  .refine(({ dedicated, spot }) => dedicated !== undefined || spot !== undefined, {
    error: "expected dedicated, spot or both",
  });

export const PriceTable = z.strictObject({
  currency: z.string().regex(/^[A-Z]{3}$/, { error: "expected three capital letters such as 'USD'" }),
  collectedOn: z.iso.date({ error: "expected the day on which the prices held, such as '2026-11-01'" }),
  source: z.string().min(1).max(1000),
  /** By size, then by region. */
  prices: z.record(
    z.string().regex(vmSizePattern, { error: "expected a VM size such as 'Standard_D2s_v5'" }),
    z.record(z.string().regex(/^[A-Za-z][\w -]*$/, { error: "expected a region such as 'eastus'" }), Prices),
  ),
});
export type PriceTable = z.infer<typeof PriceTable>;

export type VmPriority = "dedicated" | "lowpriority";

export interface KnownPrice {
  /** As this service spells it. */
  readonly vmSize: string;
  readonly location: string;
  readonly vmPriority: VmPriority;
  readonly perNodeHour: number;
  readonly currency: string;
  readonly collectedOn: string;
  readonly source: string;
}

/** @param tables what an earlier one says counts: an operator's own comes before the one that is part of the app. */
export function priceOf(
  tables: readonly PriceTable[],
  asked: { readonly vmSize: string; readonly location: string; readonly vmPriority: VmPriority },
): KnownPrice | undefined {
  const { vmPriority } = asked;
  const [vmSize, location] = [spelledSize(asked.vmSize), plainLocation(asked.location)];
  for (const { currency, collectedOn, source, prices } of tables) {
    const regions = entry(prices, (size) => spelledSize(size) === vmSize);
    const found = entry(regions ?? {}, (region) => plainLocation(region) === location);
    const perNodeHour = vmPriority === "dedicated" ? found?.dedicated : found?.spot;
    if (perNodeHour !== undefined)
      return { vmSize, location, vmPriority, perNodeHour, currency, collectedOn, source };
  }
  return undefined;
}

/** All that is known of a region, size by size. @param sizes only these. */
export function pricesIn(
  tables: readonly PriceTable[],
  location: string,
  sizes: readonly string[] = [],
): readonly KnownPrice[] {
  const known = sizes.length > 0 ? sizes : tables.flatMap(({ prices }) => Object.keys(prices));
  const wanted = [...new Set(known.map(spelledSize))].toSorted((a, b) =>
    a.localeCompare(b, "en", { numeric: true }),
  );
  return wanted.flatMap((vmSize) =>
    (["dedicated", "lowpriority"] as const).flatMap((vmPriority) => {
      const price = priceOf(tables, { vmSize, location, vmPriority });
      return price === undefined ? [] : [price];
    }),
  );
}

function entry<Value>(
  record: Readonly<Record<string, Value>>,
  isWanted: (key: string) => boolean,
): Value | undefined {
  return Object.entries(record).find(([key]) => isWanted(key))?.[1];
}
