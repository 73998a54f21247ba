import { describe, expect, it } from "vitest";
import { retiredReason } from "../../../../domain/cluster/vm-life.ts";
import { committedPrices } from "../../../../domain/price/committed.ts";
import { costSentence } from "../../../../domain/price/cost.ts";
import { priceOf, pricesIn, PriceTable } from "../../../../domain/price/table.ts";

const table = (prices: PriceTable["prices"], currency = "USD", collectedOn = "2026-11-01"): PriceTable => ({
  currency,
  collectedOn,
  source: `a price list in ${currency}`,
  prices,
});
const size = "Standard_NC24ads_A100_v4";

describe("the price of a node", () => {
  it("is found however size and region are spelled, with its day and source", () => {
    const tables = [table({ [size]: { eastus: { dedicated: 3.5, spot: 0.5 } } })];
    const asked = { vmSize: "STANDARD_NC24ADS_A100_V4", location: "East US" } as const;
    expect(priceOf(tables, { ...asked, vmPriority: "dedicated" })).toEqual({
      vmSize: "STANDARD_NC24ADS_A100_V4",
      location: "eastus",
      vmPriority: "dedicated",
      perNodeHour: 3.5,
      currency: "USD",
      collectedOn: "2026-11-01",
      source: "a price list in USD",
    });
    expect(priceOf(tables, { ...asked, vmPriority: "lowpriority" })?.perNodeHour).toBe(0.5);
  });

  it("is never taken from another size, region or priority", () => {
    const tables = [table({ [size]: { eastus: { dedicated: 3.5 } } })];
    const asked = { vmSize: size, location: "eastus", vmPriority: "dedicated" } as const;
    expect(priceOf(tables, asked)).toBeDefined();
    expect(priceOf(tables, { ...asked, vmSize: "Standard_NC48ads_A100_v4" })).toBeUndefined();
    expect(priceOf(tables, { ...asked, location: "eastus2" })).toBeUndefined();
    expect(priceOf(tables, { ...asked, vmPriority: "lowpriority" })).toBeUndefined();
  });

  it("is an operator's own where theirs has it, with its own day and currency, and the app's where not", () => {
    const app = table({ [size]: { eastus: { dedicated: 3.5, spot: 0.5 }, westus2: { dedicated: 3.6 } } });
    const own = table({ [size.toUpperCase()]: { "East US": { dedicated: 2.9 } } }, "EUR", "2026-11-20");
    const found = [...pricesIn([own, app], "eastus"), ...pricesIn([own, app], "westus2")];
    expect(
      found.map(({ vmPriority, perNodeHour, currency, collectedOn }) => [
        vmPriority,
        perNodeHour,
        currency,
        collectedOn,
      ]),
    ).toEqual([
      ["dedicated", 2.9, "EUR", "2026-11-20"],
      ["lowpriority", 0.5, "USD", "2026-11-01"],
      ["dedicated", 3.6, "USD", "2026-11-01"],
    ]);
  });
});

describe("a table of prices", () => {
  it.each([
    [{ currency: "dollars" }, "currency"],
    [{ collectedOn: "last week" }, "collectedOn"],
    [{ prices: { [size]: { eastus: { dedicated: 0 } } } }, "dedicated"],
    [{ prices: { [size]: { eastus: {} } } }, "eastus"],
    [{ prices: { [size]: { eastus: { dedicated: 1, lowPriority: 1 } } } }, "eastus"],
    [{ unknown: 1 }, ""],
  ])("is refused as %j", (wrong, at) => {
    const parsed = PriceTable.safeParse({ ...table({}), ...wrong });
    expect(parsed.error?.issues[0]?.path.join(".")).toContain(at);
    expect(parsed.success).toBe(false);
  });
});

describe("the table that is part of the app", () => {
  const rows = Object.entries(committedPrices.prices).flatMap(([vmSize, regions]) =>
    Object.values(regions).map((prices) => ({ vmSize, ...prices })),
  );

  it("has its day and its source, and a spot price that is below the other wherever there are both", () => {
    expect(committedPrices.source).toContain("Retail Prices API");
    expect(rows.length).toBeGreaterThan(100);
    for (const { vmSize, dedicated = 0, spot } of rows) {
      expect(dedicated, vmSize).toBeGreaterThan(0);
      if (spot !== undefined) expect(spot, vmSize).toBeLessThan(dedicated);
    }
  });

  it("has no size that Azure had retired when it was committed", () => {
    const committed = new Date("2026-11-29");
    expect(rows.filter(({ vmSize }) => retiredReason(vmSize, committed) !== undefined)).toEqual([]);
  });
});

describe("what nodes cost", () => {
  const [price] = pricesIn([table({ [size]: { eastus: { dedicated: 3.673 } } })], "eastus");
  if (price === undefined) throw new Error("no price");

  it("is a range where their number is one, and is told for some hours, too", () => {
    expect(costSentence(price, { fewest: 0, most: 4 }, 10)).toBe(
      "0 to 4 nodes, dedicated: 0 USD to 14.69 USD an hour; 0 USD to 146.9 USD for 10 hours (3.673 USD a node-hour, list price of 2026-11-01)",
    );
    expect(costSentence(price, { fewest: 1, most: 1 }, undefined)).toBe(
      "1 node, dedicated: 3.673 USD an hour (3.673 USD a node-hour, list price of 2026-11-01)",
    );
  });
});
