import { describe, expect, it } from "vitest";
import {
  newCluster,
  observeCluster,
  provisionCluster,
  putClusterAgain,
  rescaleCluster,
} from "../../../../domain/cluster/rules.ts";
import { ClusterDocument, ClusterPatch, ClusterRequest } from "../../../../domain/cluster/schema.ts";
import { clusterWire } from "../../../../domain/cluster/wire.ts";
import { parse } from "../../../../domain/shared/parse.ts";
import {
  accountKey,
  blob,
  cluster,
  clusterBody,
  clusterGuid,
  clusterName,
  clusterWithMounts,
  later,
  now,
  share,
} from "../samples.ts";

const request = (properties: object = {}) => parse(ClusterRequest, clusterBody(properties));

describe("a new cluster", () => {
  it("gets the defaults that the service applied", () => {
    const minimal = cluster({ nodeSetup: { mountVolumes: { azureFileShares: [share()] } } });
    expect(clusterWire(minimal).properties).toMatchObject({
      vmPriority: "dedicated",
      scaleSettings: { manual: { targetNodeCount: 2, nodeDeallocationOption: "requeue" } },
      virtualMachineConfiguration: {
        imageReference: {
          publisher: "Canonical",
          offer: "UbuntuServer",
          sku: "16.04-LTS",
          version: "latest",
        },
      },
      nodeSetup: { mountVolumes: { azureFileShares: [{ fileMode: "0777", directoryMode: "0777" }] } },
      provisioningState: "creating",
      allocationState: "resizing",
      currentNodeCount: 0,
      nodeStateCounts: {
        idleNodeCount: 0,
        runningNodeCount: 0,
        preparingNodeCount: 0,
        unusableNodeCount: 0,
        leavingNodeCount: 0,
      },
    });
  });

  it.each([
    ["Standard_NC4as_T4_v3", "STANDARD_NC4AS_T4_V3"],
    ["Standard_ND96asr_v4", "STANDARD_ND96asr_V4"],
    ["standard_d2_v3", "STANDARD_D2_V3"],
    ["Standard_HB120rs_v3", "STANDARD_HB120rs_V3"],
    ["Standard_NC24ads_A100_v4", "STANDARD_NC24ADS_A100_V4"],
  ])("of size %s shows the service's spelling, %s, and is the same in any case", (sent, spelled) => {
    const made = cluster({ vmSize: sent });
    expect(clusterWire(made).properties.vmSize).toBe(spelled);
    expect(putClusterAgain(made, request({ vmSize: sent.toUpperCase() }))).toBe(made);
    const older = ClusterDocument.parse({ ...made, spec: { ...made.spec, vmSize: sent } });
    expect(putClusterAgain(older, request({ vmSize: sent.toLowerCase() }))).toBe(older);
  });

  it("has errors only where there are some, as clients test for their absence", () => {
    const made = cluster();
    expect(clusterWire(made).properties).not.toHaveProperty("errors");
    const errors = [{ code: "ImageReplaced", message: "It runs another image." }];
    expect(clusterWire({ ...made, errors }).properties).toMatchObject({ errors });
  });

  it("is steady when it wants no nodes", () => {
    expect(cluster({ scaleSettings: { manual: { targetNodeCount: 0 } } }).allocationState).toBe("steady");
  });

  it("keeps secret values apart and shows none", () => {
    const body = {
      nodeSetup: { mountVolumes: { azureFileShares: [share()], azureBlobFileSystems: [blob()] } },
      userAccountSettings: {
        adminUserName: "ada",
        adminUserPassword: "hunter2",
        adminUserSshPublicKey: "ssh-rsa AAA",
      },
    };
    const { document, secrets } = newCluster(clusterName, clusterGuid, request(body), now);
    expect(Object.fromEntries(secrets)).toEqual({
      "nodeSetup.mountVolumes.azureFileShares.0.accountKey": accountKey,
      "nodeSetup.mountVolumes.azureBlobFileSystems.0.accountKey": accountKey,
      adminUserPassword: "hunter2",
    });
    for (const shown of [JSON.stringify(document), JSON.stringify(clusterWire(document))]) {
      expect(shown).not.toContain(accountKey);
      expect(shown).not.toContain("hunter2");
    }
    expect(clusterWire(document).properties).toMatchObject({
      userAccountSettings: { adminUserName: "ada", adminUserSshPublicKey: "ssh-rsa AAA" },
      nodeSetup: {
        mountVolumes: {
          azureFileShares: [{ credentials: {} }],
          azureBlobFileSystems: [{ credentials: {} }],
          fileServers: [],
          unmanagedFileSystems: [],
        },
      },
    });
    expect(ClusterDocument.parse(JSON.parse(JSON.stringify(document)))).toEqual(document);
  });

  it.each([
    [["a", "a"], /relativeMountPath 'a' is used twice/],
    [["a", "a/b"], /'a\/b' and 'a' lie inside each other/],
  ])("cannot mount at %j", (paths, message) => {
    const mountVolumes = { azureFileShares: paths.map((path) => share(path)) };
    expect(() => newCluster(clusterName, clusterGuid, request({ nodeSetup: { mountVolumes } }), now)).toThrow(
      message,
    );
  });

  it("needs scale settings", () => {
    expect(() => newCluster(clusterName, clusterGuid, request({ scaleSettings: undefined }), now)).toThrow(
      /properties\.scaleSettings: is required/,
    );
  });
});

describe("a cluster that is put again", () => {
  it("stays the same when the content is, whatever the order, the case of enums and the defaults spelled out", () => {
    const made = cluster({ nodeSetup: { mountVolumes: { azureFileShares: [share()] } } });
    const again = request({
      vmPriority: "Dedicated",
      nodeSetup: {
        mountVolumes: {
          azureBlobFileSystems: [],
          azureFileShares: [share("afs", { directoryMode: "0777" })],
        },
      },
    });
    expect(putClusterAgain(made, again)).toBe(made);
  });

  it("is a conflict when the content differs or the cluster is being deleted", () => {
    const made = cluster();
    expect(() => putClusterAgain(made, request({ vmSize: "STANDARD_D3" }))).toThrow(
      /exists with other settings/,
    );
    expect(() => putClusterAgain(provisionCluster(made, "deleting", later), request())).toThrow(
      /is being deleted/,
    );
  });
});

describe("a cluster that lives", () => {
  const patch = (scaleSettings: object) => parse(ClusterPatch, { properties: { scaleSettings } });

  it("takes new scale settings as a whole", () => {
    const auto = rescaleCluster(
      cluster(),
      patch({ autoScale: { minimumNodeCount: 0, maximumNodeCount: 3, initialNodeCount: 2 } }),
    );
    expect(clusterWire(auto).properties.scaleSettings).toEqual({
      autoScale: { minimumNodeCount: 0, maximumNodeCount: 3, initialNodeCount: 0 },
    });
    const manual = rescaleCluster(
      auto,
      patch({ manual: { targetNodeCount: 1, nodeDeallocationOption: "Terminate" } }),
    );
    expect(JSON.parse(JSON.stringify(clusterWire(manual).properties.scaleSettings))).toEqual({
      manual: { targetNodeCount: 1, nodeDeallocationOption: "terminate" },
    });
  });

  it("cannot be resized while it is being deleted", () => {
    const going = provisionCluster(cluster(), "deleting", later);
    expect(() => rescaleCluster(going, patch({ manual: { targetNodeCount: 1 } }))).toThrow(
      /is deleting and cannot be resized/,
    );
  });

  it("changes only when something new was seen of it", () => {
    const made = clusterWithMounts();
    const seen = {
      allocationState: "steady",
      currentNodeCount: 2,
      nodeStateCounts: made.nodeStateCounts,
      errors: [],
    } as const;
    const steady = observeCluster(made, seen, later);
    expect(steady).toMatchObject({
      allocationState: "steady",
      allocationStateTransitionTime: later.toISOString(),
    });
    expect(observeCluster(steady, seen, new Date(0))).toBe(steady);
  });

  it("never goes back from deleting", () => {
    const going = provisionCluster(cluster(), "deleting", later);
    expect(() => provisionCluster(going, "succeeded", later)).toThrow(
      expect.objectContaining({
        code: "InvalidState",
        message: "cluster 'gpu' is deleting and cannot become succeeded",
      }),
    );
  });
});
