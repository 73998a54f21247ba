// What a cluster's nodes are made of and made ready with, driven by the genuine client of 2018 and looked at through the
// genuine Batch client: images, subnet, setup task, counters, remote login.
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { batchBehind, nodesOf, poolOf } from "../../support/batch-behind.ts";
import { clusterOf, until } from "../../support/batch-ai-client.ts";
import { group, startClusterLab, workspace } from "../../support/cluster-lab.ts";
import type { ClusterLab } from "../../support/cluster-lab.ts";

let lab: ClusterLab;
beforeAll(async () => {
  lab = await startClusterLab({ BATCHAI_COUNTERS_INTERVAL_S: "1" });
});
afterAll(() => lab.cloud.dispose());

const inGroup = "/subscriptions/00000000-0000-0000-0000-000000000009/resourceGroups/net/providers";
const usual = { publisher: "microsoft-dsvm", offer: "ubuntu-hpc", sku: "2404", version: "latest" };
const withImage = (imageReference: object) => ({
  virtualMachineConfiguration: { imageReference: imageReference as typeof usual },
});
const remove = (name: string) => lab.client.clusters.deleteMethod(group, workspace, name);

/** The one node's image, as Batch tells it. */
async function nodeImage(cluster: string) {
  await lab.idle(cluster, 1);
  const [node] = await nodesOf(lab.cloud, workspace, cluster);
  return node?.virtualMachineInfo?.imageReference;
}

describe("the image of a cluster", () => {
  it("row 41: a custom image is what the nodes report, with the node agent of what it was made from", async () => {
    const virtualMachineImageId = `${inGroup}/Microsoft.Compute/images/ours`;
    const base = { publisher: "Canonical", offer: "ubuntu-24_04-lts", sku: "server", version: "latest" };
    await lab.create("custom", 1, withImage({ ...base, virtualMachineImageId }));
    expect(await nodeImage("custom")).toEqual({ virtualMachineImageId });
    const shown = (await lab.cluster("custom")).virtualMachineConfiguration?.imageReference;
    expect(shown).toEqual({ ...base, virtualMachineImageId });
    const { virtualMachineConfiguration } = await poolOf(lab.cloud, workspace, "custom");
    expect(virtualMachineConfiguration?.nodeAgentSKUId).toBe("batch.node.ubuntu 24.04");
    await remove("custom");
  });

  it("row 42: an alias stands for the service's own image, a full name for itself; both are shown as they were given", async () => {
    const alias = { publisher: "Canonical", offer: "UbuntuServer", sku: "16.04-LTS", version: "latest" };
    const jammy = {
      publisher: "canonical",
      offer: "0001-com-ubuntu-server-jammy",
      sku: "22_04-lts",
      version: "22.04.202501010",
    };
    await lab.create("alias", 1, withImage(alias));
    await lab.create("named", 1, withImage(jammy));
    expect(await nodeImage("alias")).toEqual(usual);
    expect(await nodeImage("named")).toEqual(jammy);
    for (const [name, image] of [
      ["alias", alias],
      ["named", jammy],
    ] as const)
      expect((await lab.cluster(name)).virtualMachineConfiguration?.imageReference).toEqual(image);
    await Promise.all([remove("alias"), remove("named")]);
  });

  it("that is old is warned about, and the cluster works all the same", async () => {
    const bullseye = { publisher: "debian", offer: "debian-11", sku: "11" };
    await lab.create("old", 1, withImage(bullseye));
    const found = await lab.idle("old", 1);
    expect(found).toMatchObject({
      provisioningState: "succeeded",
      errors: [{ code: "ImageEndOfLife", message: expect.stringContaining("ended on 2026-08-31") }],
    });
    const gone = {
      publisher: "microsoft-ads",
      offer: "linux-data-science-vm-ubuntu",
      sku: "linuxdsvmubuntu",
    };
    await lab.create("gone", 1, withImage(gone));
    expect(await nodeImage("gone")).toEqual(usual);
    expect((await lab.cluster("gone")).errors?.map(({ code }) => code)).toEqual(["ImageReplaced"]);
    await Promise.all([remove("old"), remove("gone")]);
  });

  it("that Azure Batch does not know fails the creation and says what to do", async () => {
    const image = { publisher: "nobody", offer: "nothing", sku: "1" };
    const properties = {
      vmSize: "STANDARD_DS1_V2",
      scaleSettings: { manual: { targetNodeCount: 0 } },
      userAccountSettings: { adminUserName: "ada", adminUserPassword: "Correct-horse-7" },
      ...withImage(image),
    };
    const { subscriptionId } = lab.cloud.description;
    const path = `/subscriptions/${subscriptionId}/resourceGroups/${group}/providers/Microsoft.BatchAI/workspaces/${workspace}/clusters/unknown`;
    expect((await lab.raw("PUT", path, { properties })).status).toBe(202);
    const found = await until("the failure", async () => {
      const now = await lab.cluster("unknown");
      return now.provisioningState === "failed" ? now : undefined;
    });
    expect(found.errors).toMatchObject([
      { code: "ImageNotFound", message: expect.stringMatching(/nobody:nothing:1.*ubuntu-hpc/) },
    ]);
    await remove("unknown");
  });
});

describe("the subnet of a cluster", () => {
  const id = `${inGroup}/Microsoft.Network/virtualNetworks/lab/subnets/gpu`;

  it("is given to the pool, and shown", async () => {
    await lab.create("inside", 0, { subnet: { id } });
    expect((await lab.cluster("inside")).subnet).toEqual({ id });
    expect((await poolOf(lab.cloud, workspace, "inside")).networkConfiguration?.subnetId).toBe(id);
    await remove("inside");
  });

  it("is refused when it is none", async () => {
    await expect(lab.create("outside", 0, { subnet: { id: "gpu" } })).rejects.toMatchObject({
      statusCode: 400,
      message: expect.stringContaining("properties.subnet.id"),
    });
  });
});

describe("the setup task of a cluster", () => {
  const logs = { stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/files" };
  const suffixOf = async (name: string) =>
    (await lab.cluster(name)).nodeSetup?.setupTask?.stdOutErrPathSuffix ?? "";

  it("rows 44, 45, 47: runs on every node with its variables and secrets, and leaves a log per node below its suffix", async () => {
    const setupTask = {
      ...logs,
      commandLine: 'id -u; echo "$COLOUR $TOKEN"',
      environmentVariables: [{ name: "COLOUR", value: "green" }],
      secrets: [{ name: "TOKEN", value: "hush-hush" }],
    };
    await lab.create("setup", 2, { nodeSetup: { setupTask } });
    await lab.idle("setup", 2);
    const suffix = await suffixOf("setup");
    expect(suffix).toMatch(/\/workspaces\/lab\/clusters\/setup\/[0-9a-f-]{36}$/);
    for (const { id } of await nodesOf(lab.cloud, workspace, "setup")) {
      const log = await lab.shared(`${suffix}/stdout-${id}.txt`);
      expect(log).toBe(`${process.getuid?.() ?? 0}\ngreen hush-hush\n`);
    }
    const pool = await poolOf(lab.cloud, workspace, "setup");
    expect(pool.startTask?.userIdentity?.autoUser).toEqual({ scope: "pool", elevationLevel: "admin" });
    expect(JSON.stringify([pool, await lab.cluster("setup")])).not.toContain("hush-hush");
    await remove("setup");
  });

  it("row 46: that fails leaves its nodes unusable, and the cluster says why, without the secrets", async () => {
    const setupTask = {
      ...logs,
      commandLine: 'echo "no driver for $TOKEN" >&2; exit 3',
      secrets: [{ name: "TOKEN", value: "hush-hush" }],
    };
    await lab.create("broken", 2, { nodeSetup: { setupTask } });
    const found = await until("two unusable nodes", async () => {
      const now = await lab.cluster("broken");
      return now.nodeStateCounts?.unusableNodeCount === 2 && now.errors?.length === 2 ? now : undefined;
    });
    const ids = (await nodesOf(lab.cloud, workspace, "broken")).map(({ id }) => id ?? "").sort();
    expect(found.errors).toEqual(
      ids.map((id) => ({
        code: "NodeSetupFailed",
        message: `The setup task of node ${id} exited with 3; the node is not used. Its output is below $AZ_BATCHAI_MOUNT_ROOT/files.`,
        details: [
          { name: "NodeId", value: id },
          { name: "ExitCode", value: "3" },
          { name: "Log", value: "the setup task exited with 3\nno driver for [secret]" },
        ],
      })),
    );
    await remove("broken");
  });
});

describe("the performance counters of a cluster", () => {
  it("are reported per node to the configured place, and the key is nowhere to be seen", async () => {
    const instrumentationKey = "0a1b2c3d-0000-4000-8000-123456789abc";
    const component = { id: `${inGroup}/Microsoft.Insights/components/lab` };
    const appInsightsReference = { component, instrumentationKey };
    await lab.create("counted", 2, {
      nodeSetup: { performanceCountersSettings: { appInsightsReference } },
    });
    await lab.idle("counted", 2);
    const folder = join(dirname(lab.cloud.cloudFile), "counters");
    const nodes = (await nodesOf(lab.cloud, workspace, "counted")).map(({ id }) => id ?? "");
    for (const node of nodes) {
      const lines = await until(`counters of ${node}`, async () => {
        const text = await readFile(join(folder, `${node}.jsonl`), "utf8").catch(() => "");
        // What follows the last line's end, or has not arrived, is still being written.
        const whole = text.split("\n").slice(0, -1);
        return whole.some((line) => line.includes("Network sent bytes/s")) ? whole : undefined;
      });
      const envelopes = lines.map((line) => JSON.parse(line) as Envelope);
      const names = envelopes.map(({ data }) => data.baseData.metrics[0]?.name);
      for (const name of ["CPU utilization %", "Memory used %", "Disk used %", "Network sent bytes/s"])
        expect(names).toContain(name);
      expect(envelopes[0]).toMatchObject({
        tags: { "ai.cloud.role": `${workspace}/counted`, "ai.cloud.roleInstance": node },
        data: { baseData: { properties: { workspace, cluster: "counted", node } } },
      });
    }
    expect((await lab.cluster("counted")).nodeSetup?.performanceCountersSettings).toEqual({
      appInsightsReference: { component },
    });
    const pool = await poolOf(lab.cloud, workspace, "counted");
    expect(JSON.stringify([pool, await readdir(folder)])).not.toContain(instrumentationKey);
    await remove("counted");
  });
});

interface Envelope {
  readonly data: { readonly baseData: { readonly metrics: readonly { readonly name: string }[] } };
}

describe("the nodes of a cluster", () => {
  it("are so many as auto scale is to begin with", async () => {
    const { scaleSettings: _, ...spec } = clusterOf(lab.cloud, 0);
    const autoScale = { minimumNodeCount: 0, maximumNodeCount: 3, initialNodeCount: 2 };
    await lab.client.clusters.create(group, workspace, "initial", { ...spec, scaleSettings: { autoScale } });
    // Nodes without work are kept for minutes.
    await lab.idle("initial", 2);
    await remove("initial");
  });

  it("row 49: are listed with an address and a port each", async () => {
    await lab.create("listed", 2);
    await lab.idle("listed", 2);
    const logins = await lab.client.clusters.listRemoteLoginInformation(group, workspace, "listed");
    const nodes = await nodesOf(lab.cloud, workspace, "listed");
    expect(logins.map(({ nodeId }) => nodeId).sort()).toEqual(nodes.map(({ id }) => id).sort());
    for (const { ipAddress, port } of logins) {
      expect(ipAddress).toMatch(/^127\.\d+\.\d+\.\d+$/);
      expect(port).toBeGreaterThan(0);
    }
    await remove("listed");
  });

  it("have an admin user whose password no one sees, also when only a key was given", async () => {
    const adminUserSshPublicKey = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ== ada@home";
    await lab.create("keyed", 1, { userAccountSettings: { adminUserName: "ada", adminUserSshPublicKey } });
    await lab.idle("keyed", 1);
    const pool = await poolOf(lab.cloud, workspace, "keyed");
    expect(pool.userAccounts).toEqual([
      { name: "ada", elevationLevel: "admin" },
      { name: "batchainodes", elevationLevel: "nonadmin", linuxUserConfiguration: {} },
    ]);
    const [node] = await nodesOf(lab.cloud, workspace, "keyed");
    const files = await batchBehind(lab.cloud).file.listFromComputeNode(pool.id, node?.id ?? "", {
      recursive: true,
    });
    const names = files.map(({ name }) => name ?? "");
    expect(names.filter((name) => /node-setup-secrets|\.ssh/.test(name))).toEqual([]);
    const nodes = join(dirname(lab.cloud.cloudFile), "batch/nodes");
    const onDisk = await readdir(nodes, { recursive: true });
    expect(onDisk.some((name) => name.endsWith("machine/home/ada/.ssh/authorized_keys"))).toBe(true);
    expect(onDisk.some((name) => name.endsWith("machine/root/.ssh/batchai_nodes"))).toBe(true);
    await remove("keyed");
  });
});
