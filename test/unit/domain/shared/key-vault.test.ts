import { describe, expect, it } from "vitest";
import { putJobAgain } from "../../../../domain/job/rules.ts";
import { JobRequest } from "../../../../domain/job/schema.ts";
import { jobWire } from "../../../../domain/job/wire.ts";
import { newCluster } from "../../../../domain/cluster/rules.ts";
import { ClusterRequest } from "../../../../domain/cluster/schema.ts";
import { clusterWire } from "../../../../domain/cluster/wire.ts";
import { KeyVaultSecretReference, vaultSecret } from "../../../../domain/shared/key-vault.ts";
import { parse } from "../../../../domain/shared/parse.ts";
import { vaultReference } from "../../../support/vault-reference.ts";
import { clusterBody, clusterGuid, clusterName, job, jobBody, now, share } from "../samples.ts";

const read = (reference: object) => vaultSecret(parse(KeyVaultSecretReference, reference));
const reference = vaultReference("vault1", "key");

describe("a reference to a secret", () => {
  it("names a vault, a secret and perhaps a version", () => {
    expect(read(reference)).toEqual({ vault: "vault1", name: "key" });
    const version = "0123456789abcdef0123456789abcdef";
    const secretUrl = `https://VAULT1.vault.azure.net:443/secrets/key/${version}`;
    expect(read({ ...reference, secretUrl })).toEqual({ vault: "vault1", name: "key", version });
  });

  it.each([
    [{ secretUrl: "http://vault1.vault.azure.net/secrets/key" }, "secretUrl"],
    [{ secretUrl: "https://evil.example/secrets/key" }, "secretUrl"],
    [{ secretUrl: "https://vault1.vault.azure.net/keys/key" }, "secretUrl"],
    [{ secretUrl: "https://vault1.vault.azure.net/secrets/../key" }, "secretUrl"],
    [{ secretUrl: "https://vault1.vault.azure.net@evil.example/secrets/key" }, "secretUrl"],
    [{ secretUrl: "https://another.vault.azure.net/secrets/key" }, "secretUrl"],
    [{ sourceVault: { id: "vault1" } }, "sourceVault.id"],
    [{ sourceVault: undefined }, "sourceVault"],
  ])("is refused with %j", (part, target) => {
    expect(() => read({ ...reference, ...part })).toThrow(expect.objectContaining({ target }));
  });
});

describe("a job with references", () => {
  const properties = {
    secrets: [{ name: "TOKEN", valueSecretReference: reference }],
    mountVolumes: {
      azureFileShares: [share("logs", { credentials: { accountKeySecretReference: reference } })],
    },
  };

  it("keeps them, shows them, and is the same when it is put again", () => {
    const document = job(properties);
    const shown = jobWire(document).properties;
    expect(shown.secrets).toEqual(properties.secrets);
    expect(shown.mountVolumes?.azureFileShares[0]?.credentials).toEqual({
      accountKeySecretReference: reference,
    });
    const again = (changed: object) =>
      putJobAgain(document, parse(JobRequest, jobBody({ ...properties, ...changed })));
    expect(again({})).toBe(document);
    const other = [{ name: "TOKEN", valueSecretReference: vaultReference("vault1", "other") }];
    expect(() => again({ secrets: other })).toThrow(expect.objectContaining({ code: "Conflict" }));
  });

  it.each([
    [{ secrets: [{ name: "TOKEN" }] }, "properties.secrets[0].value"],
    [
      { secrets: [{ name: "TOKEN", value: "x", valueSecretReference: reference }] },
      "properties.secrets[0].valueSecretReference",
    ],
    [
      { mountVolumes: { azureFileShares: [share("logs", { credentials: {} })] } },
      "properties.mountVolumes.azureFileShares[0].credentials.accountKey",
    ],
  ])("gives each secret once: %j", (wrong, target) => {
    expect(() => parse(JobRequest, jobBody(wrong))).toThrow(expect.objectContaining({ target }));
  });
});

it("a cluster keeps references for its setup task and its counters, and shows them", () => {
  const nodeSetup = {
    setupTask: {
      commandLine: "true",
      stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/logs",
      secrets: [{ name: "SETUP", valueSecretReference: reference }],
    },
    performanceCountersSettings: {
      appInsightsReference: {
        component: {
          id: "/subscriptions/s/resourceGroups/g/providers/Microsoft.Insights/components/c",
        },
        instrumentationKeySecretReference: reference,
      },
    },
  };
  const request = parse(ClusterRequest, clusterBody({ nodeSetup }));
  const { document, secrets } = newCluster(clusterName, clusterGuid, request, now);
  expect([...secrets.values()].filter((source) => source === reference)).toEqual([]);
  expect([...secrets.values()].filter((source) => typeof source === "object")).toEqual([
    reference,
    reference,
  ]);
  const shown = clusterWire(document).properties.nodeSetup;
  expect(shown).toMatchObject({
    setupTask: { secrets: nodeSetup.setupTask.secrets },
    performanceCountersSettings: nodeSetup.performanceCountersSettings,
  });
});
