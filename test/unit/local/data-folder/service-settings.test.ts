import { expect, it } from "vitest";
import { serviceSettings } from "../../../../local/app-settings.ts";

it("of the environment the local cloud takes what a person chooses, and nothing that says where things are", () => {
  expect(
    serviceSettings({
      BATCHAI_QUOTA_CLUSTERS: "3",
      BATCHAI_QUOTA_FAMILY_VCPUS: "NC=24",
      BATCHAI_MONITOR_MAX_INTERVAL_MS: "500",
      BATCHAI_OUTPUT_GRACE_MS: "",
      BATCHAI_STORAGE_KEY: "of another account",
      BATCHAI_BATCH_ENDPOINT: "https://elsewhere",
      AZURE_SUBSCRIPTION_ID: "another",
      PATH: "/bin",
    }),
  ).toEqual({
    BATCHAI_QUOTA_CLUSTERS: "3",
    BATCHAI_QUOTA_FAMILY_VCPUS: "NC=24",
    BATCHAI_MONITOR_MAX_INTERVAL_MS: "500",
  });
});
