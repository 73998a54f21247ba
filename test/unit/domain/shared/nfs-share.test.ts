// Azure file shares over NFS: what is accepted, what pools and nodes get, and which clusters may mount them.
import { describe, expect, it } from "vitest";
import { mountingCluster } from "../../../../domain/cluster/rules.ts";
import { clusterWire } from "../../../../domain/cluster/wire.ts";
import { locateOutput } from "../../../../domain/job/directories.ts";
import { checkFallback, mountingJob } from "../../../../domain/job/rules.ts";
import { planLaunch } from "../../../../domain/launch/plan.ts";
import { needsSecrets } from "../../../../domain/launch/render.ts";
import { AppError } from "../../../../domain/shared/errors.ts";
import { hasOwnMembers } from "../../../../domain/shared/own-members.ts";
import { nfsOptions, nfsSource } from "../../../../domain/shared/nfs-share.ts";
import { cluster, job, jobBody, share } from "../samples.ts";

const subnet = {
  id: "/subscriptions/s/resourceGroups/lab/providers/Microsoft.Network/virtualNetworks/v/subnets/nodes",
};
const nfs = (extra: object = {}) => share("nfs", { credentials: undefined, protocol: "nfs", ...extra });
const mountVolumes = { azureFileShares: [nfs()] };
function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
  return "accepted";
}

describe("a file share over NFS", () => {
  it("has no key; pools and launchers mount it by its name, as Azure Files takes it", () => {
    const made = mountingCluster(cluster({ nodeSetup: { mountVolumes }, subnet }), []);
    const [mount] = made.spec.mountVolumes?.azureFileShares ?? [];
    if (mount === undefined) throw new Error("no share");
    expect(nfsSource(mount)).toBe("datastore.file.core.windows.net:/datastore/logs");
    expect(nfsOptions({ ...mount, readOnly: true })).toBe("vers=4,minorversion=1,sec=sys,ro");
    expect(clusterWire(made).properties.nodeSetup?.mountVolumes?.azureFileShares[0]).toMatchObject({
      credentials: {},
      protocol: "nfs",
    });
    const plan = planLaunch(mountingJob(job({ mountVolumes }, made), made, []));
    expect(plan.mounts).toEqual([
      {
        kind: "fileServer",
        relativePath: "nfs",
        source: "datastore.file.core.windows.net:/datastore/logs",
        options: "vers=4,minorversion=1,sec=sys",
      },
    ]);
    expect(needsSecrets(plan)).toBe(false);
  });

  it("is what nodes of one job share, and is not read by the service, which has no key", () => {
    const on = cluster({ nodeSetup: { mountVolumes }, subnet });
    const document = job({ nodeCount: 2, stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/nfs" }, on);
    expect(planLaunch(document)).toMatchObject({ stdouterr: { storage: "share" } });
    expect(planLaunch(document).sharedTemp).toContain("$AZ_BATCHAI_MOUNT_ROOT/nfs/");
    expect(refusal(() => locateOutput(document, "stdouterr", "."))).toContain("mounted without a key");
  });

  it("is refused where the nodes are in no network, with what to do", () => {
    const lone = cluster({ nodeSetup: { mountVolumes } });
    const reason =
      "azureFileShares[0].protocol: a share over NFS is reached from a virtual network only, and cluster 'gpu' is in none; " +
      "create the cluster with a subnet that the storage account lets in, or mount a share over SMB";
    expect(refusal(() => mountingCluster(lone, []))).toBe(`properties.nodeSetup.mountVolumes.${reason}`);
    const on = cluster({});
    expect(refusal(() => mountingJob(job({ mountVolumes }, on), on, []))).toBe(
      `properties.mountVolumes.${reason}`,
    );
    const spot = cluster({ subnet, vmPriority: "lowpriority" });
    const sibling = { ...cluster({}), cluster: "steady" };
    expect(refusal(() => checkFallback(job({ mountVolumes }, spot), spot, sibling))).toContain(
      "cluster 'steady' is in none",
    );
    const served = [{ key: "k", source: "10.0.0.4:/data", subnetId: subnet.id }];
    expect(refusal(() => mountingCluster(lone, served))).toBe("accepted");
  });

  it.each<readonly [object, RegExp]>([
    [share("a", { protocol: "nfs" }), /credentials: expected none beside protocol 'nfs'/],
    [share("a", { credentials: undefined }), /credentials: is required, .*protocol 'nfs'/],
    [nfs({ fileMode: "0755" }), /fileMode: is of shares over SMB/],
    [share("a", { protocol: "cifs" }), /protocol: expected one of 'smb', 'nfs'/],
  ])("is refused as %j", (one, message) => {
    expect(refusal(() => cluster({ nodeSetup: { mountVolumes: { azureFileShares: [one] } } }))).toMatch(
      message,
    );
  });

  it("belongs to our own version of the API", () => {
    expect(hasOwnMembers("job", jobBody({ mountVolumes }))).toBe(true);
  });
});
