import { describe, expect, it } from "vitest";
import { parseEnvironment } from "../../../functions/config.ts";

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

describe("the configuration", () => {
  it("needs no more than what has no sensible default", () => {
    expect(parseEnvironment(good)).toMatchObject({
      BATCHAI_ARM_ENDPOINT: "https://management.azure.com",
      BATCHAI_BLOB_ENDPOINT_TEMPLATE: "https://{account}.blob.core.windows.net",
      BATCHAI_MONITOR_MIN_INTERVAL_MS: 5_000,
      BATCHAI_MONITOR_MAX_INTERVAL_MS: 60_000,
    });
  });

  it("takes an empty variable as absent", () => {
    expect(parseEnvironment({ ...good, BATCHAI_STORAGE_KEY: "" }).BATCHAI_STORAGE_KEY).toBeUndefined();
  });

  it("tells every problem at once, without values", () => {
    const bad = {
      ...good,
      BATCHAI_SECRETS_KEY: "c2hvcnQ=",
      BATCHAI_BATCH_ENDPOINT: "ftp://x",
      BATCHAI_LOCATION: undefined,
    };
    const attempt = () => parseEnvironment(bad);
    for (const name of ["BATCHAI_SECRETS_KEY", "BATCHAI_BATCH_ENDPOINT", "BATCHAI_LOCATION"])
      expect(attempt).toThrow(name);
    expect(attempt).not.toThrow("c2hvcnQ=");
  });
});
