// Mounts in the name of an identity: what a request may say, what the pool and the nodes get, and who is refused.
import { describe, expect, it } from "vitest";
import { clusterWire } from "../../../../domain/cluster/wire.ts";
import { locate, locateOutput } from "../../../../domain/job/directories.ts";
import { checkFallback } from "../../../../domain/job/rules.ts";
import { planLaunch } from "../../../../domain/launch/plan.ts";
import { needsSecrets, renderPlan } from "../../../../domain/launch/render.ts";
import { AppError } from "../../../../domain/shared/errors.ts";
import { artifactDirectory } from "../../../../domain/tracking/artifacts.ts";
import { hasOwnMembers } from "../../../../domain/shared/own-members.ts";
import { blob, cluster, clusterBody, job, share } from "../samples.ts";

const identity = (name: string) =>
  `/subscriptions/s/resourceGroups/lab/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`;
const named = (name = "reader", extra: object = {}) =>
  blob("data", { credentials: undefined, identityReference: { resourceId: identity(name) }, ...extra });
const on = (mounts: object, ...identities: string[]) =>
  cluster({
    nodeSetup: { mountVolumes: mounts },
    nodeIdentities: identities.map((name) => ({ id: identity(name) })),
  });
function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
  return "accepted";
}

describe("a mount in the name of an identity", () => {
  it("is of one that the cluster's nodes have, and has no key anywhere", () => {
    const made = on({ azureBlobFileSystems: [named("Reader")] }, "writer", "reader");
    const { nodeIdentities, nodeSetup } = clusterWire(made).properties;
    expect(nodeIdentities).toEqual([{ id: identity("writer") }, { id: identity("reader") }]);
    expect(nodeSetup?.mountVolumes?.azureBlobFileSystems[0]).toMatchObject({
      credentials: {},
      identityReference: { resourceId: identity("Reader") },
    });
    const document = job(
      {
        mountVolumes: { azureBlobFileSystems: [named()] },
        stdOutErrPathPrefix: "$AZ_BATCHAI_JOB_MOUNT_ROOT/data",
      },
      made,
    );
    const plan = planLaunch(document);
    expect(needsSecrets(plan)).toBe(false);
    expect(renderPlan(plan)).toMatch(/plan_mount_blob .*'' '' '?\/subscriptions\/.*\/reader'?\n/);
    expect(locate(document, "$AZ_BATCHAI_JOB_MOUNT_ROOT/data/x")).toMatchObject({
      kind: "blob",
      directory: "x",
    });
  });

  it.each<readonly [string, () => unknown, RegExp]>([
    [
      "an identity that the cluster lacks",
      () => on({ azureBlobFileSystems: [named("stranger")] }, "reader"),
      /^properties\.nodeSetup\.mountVolumes\.azureBlobFileSystems\[0\]\.identityReference\.resourceId: the nodes of cluster 'gpu' do not have the identity .*stranger \(they have .*reader\); name it in nodeIdentities/,
    ],
    [
      "a job on a cluster without identities",
      () => job({ mountVolumes: { azureBlobFileSystems: [named()] } }),
      /^properties\.mountVolumes\.azureBlobFileSystems\[0\]\.identityReference.*\(they have none\)/,
    ],
    [
      "a key beside it",
      () =>
        on(
          { azureBlobFileSystems: [{ ...blob("data"), ...named(), credentials: blob().credentials }] },
          "reader",
        ),
      /\[0\]\.credentials: expected either credentials or an identityReference, not both/,
    ],
    [
      "neither",
      () => on({ azureBlobFileSystems: [blob("data", { credentials: undefined })] }),
      /\[0\]\.credentials: is required, .*identityReference in its place/,
    ],
    [
      "a share",
      () =>
        on(
          { azureFileShares: [share("a", { identityReference: { resourceId: identity("reader") } })] },
          "reader",
        ),
      /azureFileShares\[0\]\.identityReference: expected none: Azure Batch mounts file shares with a key/,
    ],
    [
      "no id of an identity",
      () => cluster({ nodeIdentities: [{ id: "reader" }] }),
      /nodeIdentities\[0\]\.id: expected the ARM id of a user-assigned identity/,
    ],
    ["one twice", () => on({}, "reader", "READER"), /nodeIdentities: expected each identity once/],
  ])("is refused with what to do: %s", (_name, work, message) => {
    expect(refusal(work)).toMatch(message);
  });

  it("is refused where the cluster of a spot policy lacks it", () => {
    const mountVolumes = { azureBlobFileSystems: [named()] };
    const home = {
      ...on({}, "reader"),
      spec: { ...on({}, "reader").spec, vmPriority: "lowpriority" as const },
    };
    const sibling = { ...on({}), cluster: "steady" };
    const document = job({ mountVolumes }, home);
    expect(refusal(() => checkFallback(document, home, sibling))).toContain("cluster 'steady' do not have");
    expect(refusal(() => checkFallback(document, home, { ...on({}, "reader"), cluster: "steady" }))).toBe(
      "accepted",
    );
  });

  it("is not read by the service in its own name, which may be allowed what its user is not", () => {
    const document = job(
      { stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/data" },
      on({ azureBlobFileSystems: [named()] }, "reader"),
    );
    expect(refusal(() => locateOutput(document, "stdouterr", "."))).toMatch(
      /is in 'digits' of account 'datastore', which is mounted without a key: .*Read it there as yourself/,
    );
    expect(artifactDirectory(document)).toBeUndefined();
  });

  it("belongs to our own version of the API", () => {
    expect(hasOwnMembers("cluster", clusterBody({ nodeIdentities: [] }))).toBe(true);
  });
});
