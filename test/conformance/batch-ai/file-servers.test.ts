// File servers on a whole local cloud, by the genuine client: the machine's life, and clusters and jobs that mount it, with real
// processes that write and read behind the mounts.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BatchAIManagementClient } from "@azure/arm-batchai";
import { startLocal } from "../../../local/start.ts";
import type { LocalCloud } from "../../../local/start.ts";
import { batchAIClient, clusterOf, createShare, customJob, until } from "../../support/batch-ai-client.ts";
import type { FileServerCreate, JobCreate } from "../../support/batch-ai-client.ts";

let data = "";
let cloud: LocalCloud;
let client: BatchAIManagementClient;
const [group, lab] = ["local", "lab"];

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "file-servers-"));
  cloud = await startLocal({ data });
  client = batchAIClient(cloud, { longRunningOperationRetryTimeout: 1 });
  await createShare(cloud);
  await client.workspaces.create(group, lab, { location: "local" });
  await client.experiments.create(group, lab, "trials");
});
afterAll(async () => {
  await cloud.dispose();
  await rm(data, { recursive: true, force: true });
});

const server = (dataDisks: object = {}): FileServerCreate => ({
  vmSize: "STANDARD_D2S_V3",
  sshConfiguration: {
    publicIPsToAllow: ["203.0.113.7"],
    userAccountSettings: { adminUserName: "ada", adminUserPassword: "Correct-horse-7" },
  },
  dataDisks: { diskSizeInGB: 10, diskCount: 2, storageAccountType: "Standard_LRS", ...dataDisks },
});

const raw = (method: string, path: string, properties?: object) => {
  const { subscriptionId, token, urls } = cloud.description;
  const workspace = `/subscriptions/${subscriptionId}/resourceGroups/${group}/providers/Microsoft.BatchAI/workspaces/${lab}`;
  return fetch(`${urls.api}${workspace}${path}?api-version=2018-05-01`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(properties === undefined ? {} : { body: JSON.stringify({ properties }) }),
  });
};

/** @returns how it ended. */
async function ends(name: string, job: JobCreate) {
  await client.jobs.create(group, lab, "trials", name, job);
  return until(`job ${name} to end`, async () => {
    const found = await client.jobs.get(group, lab, "trials", name);
    return ["succeeded", "failed"].includes(found.executionState ?? "") ? found : undefined;
  });
}
async function printed(name: string): Promise<string> {
  const files = await client.jobs.listOutputFiles(group, lab, "trials", name, {
    outputdirectoryid: "stdouterr",
  });
  const out = files.find((file) => file.name === "stdout.txt");
  return (await fetch(out?.downloadUrl ?? "")).text();
}

describe("a file server", () => {
  it("rows 55, 56, 57: is made with its disks in a network of its own, shown, listed, paged, and deleted with its folder", async () => {
    const made = await client.fileServers.create(group, lab, "one", server({ cachingType: "ReadOnly" }));
    const id = expect.stringMatching(/\/fileservers\/one$/) as string;
    expect(made).toMatchObject({
      id,
      name: "one",
      type: "Microsoft.BatchAI/workspaces/fileservers",
      vmSize: "STANDARD_D2S_V3",
      provisioningState: "succeeded",
      dataDisks: {
        diskSizeInGB: 10,
        diskCount: 2,
        storageAccountType: "Standard_LRS",
        cachingType: "readonly",
      },
      sshConfiguration: { publicIPsToAllow: ["203.0.113.7"], userAccountSettings: { adminUserName: "ada" } },
      mountSettings: {
        mountPoint: "/data",
        fileServerPublicIP: expect.stringMatching(/^203\.0\.113\.\d+$/) as string,
        fileServerInternalIP: "10.0.0.4",
      },
      subnet: {
        id: expect.stringMatching(/\/virtualNetworks\/[-0-9a-f]{36}vnet\/subnets\/Subnet-1$/) as string,
      },
    });
    expect(JSON.stringify(made)).not.toContain("Correct-horse-7");
    const joined = await client.fileServers.create(group, lab, "two", { ...server(), subnet: made.subnet! });
    expect([joined.subnet, joined.mountSettings?.fileServerInternalIP]).toEqual([made.subnet, "10.0.0.5"]);
    const page = await client.fileServers.listByWorkspace(group, lab, {
      fileServersListByWorkspaceOptions: { maxResults: 1 },
    });
    expect(page).toHaveLength(1);
    expect(await client.fileServers.listByWorkspaceNext(page.nextLink ?? "")).toHaveLength(1);
    const same = await raw("PUT", "/fileServers/ONE", server({ cachingType: "readonly" }));
    expect([same.status, ((await same.json()) as { name: string }).name]).toEqual([200, "one"]);
    expect((await raw("PUT", "/fileServers/one", server({ diskCount: 3 }))).status).toBe(409);
    const folders = join(data, "file-servers", group);
    expect(readdirSync(folders)).toHaveLength(2);
    for (const name of ["two", "one"]) await client.fileServers.deleteMethod(group, lab, name);
    await expect(client.fileServers.get(group, lab, "one")).rejects.toMatchObject({
      code: "FileServerNotFound",
    });
    expect(readdirSync(folders)).toEqual([]);
    expect(readFileSync(join(data, "resource-manager.json"), "utf8")).not.toMatch(/vnet|Correct-horse/);
  });

  it("rows 60, 61: is mounted by clusters and jobs of its network, whole or a folder of it", async () => {
    const { id = "", subnet } = await client.fileServers.create(group, lab, "disk", server());
    const mount = { fileServer: { id }, relativeMountPath: "nfs" };
    const base = clusterOf(cloud, 1);
    const mountVolumes = { ...base.nodeSetup?.mountVolumes, fileServers: [mount] };
    const cluster = await client.clusters.create(group, lab, "served", {
      ...base,
      nodeSetup: { mountVolumes },
    });
    expect(cluster.subnet).toEqual(subnet);
    const neighbour = await client.clusters.create(group, lab, "neighbour", { ...base, subnet: subnet! });
    const write =
      'mkdir -p "$AZ_BATCHAI_MOUNT_ROOT/nfs/digits" && echo seven >"$AZ_BATCHAI_MOUNT_ROOT/nfs/digits/7.txt"';
    expect((await ends("writes", customJob(cluster.id ?? "", write))).executionState).toBe("succeeded");
    const read = 'ls "$AZ_BATCHAI_JOB_MOUNT_ROOT/part"; cat "$AZ_BATCHAI_JOB_MOUNT_ROOT/part/7.txt"';
    const part = {
      ...mount,
      sourceDirectory: "digits",
      relativeMountPath: "part",
      mountOptions: "hard,noatime",
    };
    const reading = customJob(neighbour.id ?? "", read, { mountVolumes: { fileServers: [part] } });
    expect((await ends("reads", reading)).executionState).toBe("succeeded");
    expect(await printed("reads")).toBe("7.txt\nseven\n");
    const none = { ...part, sourceDirectory: "letters" };
    const failed = await ends(
      "fails",
      customJob(neighbour.id ?? "", read, { mountVolumes: { fileServers: [none] } }),
    );
    expect(failed.executionInfo?.errors).toMatchObject([
      {
        code: "JobLaunchFailed",
        details: [
          {
            name: "Info",
            value: expect.stringMatching(/file server 10\.0\.0\.4:\/data\/letters: .*No such file/) as string,
          },
        ],
      },
    ]);
    const held = await raw("DELETE", "/fileServers/disk");
    expect(held.status).toBe(409);
    for (const name of ["served", "neighbour"]) await client.clusters.deleteMethod(group, lab, name);
    await client.fileServers.deleteMethod(group, lab, "disk");
    expect(existsSync(join(data, "file-servers", group))).toBe(true);
    expect(readdirSync(join(data, "file-servers", group))).toEqual([]);
  }, 120_000);
});
