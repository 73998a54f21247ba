import { describe, expect, it } from "vitest";
import { committedPrices } from "../../../domain/price/committed.ts";
import { priceTables, readConfiguration } from "../../../functions/config.ts";

const good = {
  AZURE_SUBSCRIPTION_ID: "s",
  BATCHAI_LOCATION: "eastus",
  BATCHAI_BATCH_ACCOUNT_ID: "/subscriptions/s/resourceGroups/g/providers/Microsoft.Batch/batchAccounts/b",
  BATCHAI_BATCH_ENDPOINT: "https://b.eastus.batch.azure.com",
  BATCHAI_STORAGE_ACCOUNT: "store",
  BATCHAI_SECRETS_KEY: Buffer.alloc(32).toString("base64"),
  BATCHAI_AUTH_ISSUER: "https://sts.example/",
  BATCHAI_AUTH_AUDIENCE: "a,b",
  BATCHAI_AUTH_JWKS_URL: "https://sts.example/keys",
};

const parsed = (variables: Record<string, string | undefined>) => {
  const configuration = readConfiguration(variables);
  if (configuration.kind === "complete") return configuration.environment;
  throw new Error(JSON.stringify(configuration.problems));
};

describe("the configuration", () => {
  it("needs no more than what has no sensible default", () => {
    expect(parsed(good)).toMatchObject({
      BATCHAI_ARM_ENDPOINT: "https://management.azure.com",
      BATCHAI_BLOB_ENDPOINT_TEMPLATE: "https://{account}.blob.core.windows.net",
      BATCHAI_MONITOR_MIN_INTERVAL_MS: 5_000,
      BATCHAI_MONITOR_MAX_INTERVAL_MS: 60_000,
    });
  });

  it("takes an empty variable as absent", () => {
    expect(parsed({ ...good, BATCHAI_STORAGE_KEY: "" }).BATCHAI_STORAGE_KEY).toBeUndefined();
  });

  it.each([
    "https://management.azure.com",
    "a, https://management.azure.com/",
    "https://management.core.windows.net/",
  ])(
    "takes no tokens for Azure Resource Manager (%s): whoever got one could administer the caller's subscription",
    (BATCHAI_AUTH_AUDIENCE) => {
      expect(() => parsed({ ...good, BATCHAI_AUTH_AUDIENCE })).toThrow(
        /BATCHAI_AUTH_AUDIENCE.*log in for api:/,
      );
      const local = { ...good, BATCHAI_AUTH_AUDIENCE, BATCHAI_AUTH_ISSUER: "http://127.0.0.1:1/adfs" };
      expect(() => parsed(local)).not.toThrow();
    },
  );

  it("opens ssh to nobody, or to the ranges that are named, and never to everybody", () => {
    const sources = (text?: string) => parsed({ ...good, BATCHAI_SSH_SOURCES: text }).BATCHAI_SSH_SOURCES;
    expect(sources()).toEqual([]);
    expect(sources("203.0.113.0/24,VirtualNetwork")).toEqual(["203.0.113.0/24", "VirtualNetwork"]);
    for (const open of ["0.0.0.0/0", "203.0.113.1,::/0", "Internet", "*"])
      expect(() => sources(open)).toThrow("BATCHAI_SSH_SOURCES");
  });

  it("takes an operator's prices as JSON or from a file, laid over the app's, and refuses what is no table", () => {
    const table = { currency: "EUR", collectedOn: "2026-11-20", source: "our contract", prices: {} };
    const tables = (BATCHAI_PRICES?: string) => priceTables(parsed({ ...good, BATCHAI_PRICES }));
    expect(tables()).toEqual([committedPrices]);
    expect(tables(JSON.stringify(table))).toEqual([table, committedPrices]);
    const committed = new URL("../../../domain/price/prices.json", import.meta.url);
    expect(tables(committed.href)).toEqual([committedPrices, committedPrices]);
    for (const wrong of [
      "prices.json",
      "file:///nowhere/at-all",
      "{}",
      JSON.stringify({ ...table, prices: 1 }),
    ])
      expect(() => tables(wrong)).toThrow("BATCHAI_PRICES");
    expect(() => tables("file:///nowhere/at-all")).toThrow("cannot be read (ENOENT)");
    expect(() => tables("not-to-be-seen")).not.toThrow("not-to-be-seen");
  });

  it("tells every problem at once, without values", () => {
    const bad = {
      ...good,
      BATCHAI_SECRETS_KEY: "c2hvcnQ=",
      BATCHAI_BATCH_ENDPOINT: "ftp://x",
      BATCHAI_LOCATION: undefined,
    };
    const configuration = readConfiguration(bad);
    expect(configuration).toMatchObject({
      kind: "incomplete",
      problems: [
        { setting: "BATCHAI_LOCATION", reason: "it is not set" },
        { setting: "BATCHAI_BATCH_ENDPOINT" },
        { setting: "BATCHAI_SECRETS_KEY", reason: expect.stringContaining("32 bytes in base64") },
      ],
    });
    expect(JSON.stringify(configuration)).not.toContain("c2hvcnQ=");
    const strict = () => readConfiguration({ ...bad, BATCHAI_SETTINGS_STRICT: "true" });
    expect(strict).toThrow(/BATCHAI_LOCATION: it is not set\n.*BATCHAI_BATCH_ENDPOINT/);
  });

  it("takes several keys for secrets, the current one first", () => {
    const [one, two] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    const keys = (text: string) => parsed({ ...good, BATCHAI_SECRETS_KEY: text }).BATCHAI_SECRETS_KEY;
    expect(keys(one.toString("base64"))).toEqual([one]);
    expect(keys(`${two.toString("base64")}, ${one.toString("base64")}`)).toEqual([two, one]);
    expect(() => keys(`${two.toString("base64")},c2hvcnQ=`)).toThrow("32 bytes in base64");
  });
});
