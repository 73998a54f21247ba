// The matrix of mounts on a whole local cloud: what jobs and clusters say when storage is not as it should be, what is left on the
// node, and how they go on when it is.
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BlobServiceClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import * as files from "@azure/storage-file-share";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { whyFacts } from "../../../cli/why-facts.ts";
import { createClient } from "../../../client/client.ts";
import { diagnose } from "../../../domain/diagnosis/diagnose.ts";
import { parseId } from "../../../domain/shared/resource-id.ts";
import type { LocalCloud } from "../../../local/start.ts";
import { startLocal } from "../../../local/start.ts";
import { unmountBelow } from "../../../local/unmount-below.ts";
import { clusterOf, createShare, until } from "../../support/batch-ai-client.ts";
import { labOf } from "../../support/mounts/lab.ts";
import type { Lab, ServingMachine } from "../../support/mounts/lab.ts";
import { clusterCode, jobCode, kindNames, troubles, words } from "../../support/mounts/matrix.ts";
import type { Kind, State } from "../../support/mounts/matrix.ts";
import { processesIn } from "../../support/walk/remains.ts";

let data: string;
let cloud: LocalCloud;
let lab: Lab;
/** Of file servers. */
let serverIds: Readonly<Record<State, string>>;
/** Of the server that is there. */
let exportFolder: string;
let subnet: { id: string };
let premium: { name: string; key: string };
let blobs: BlobServiceClient;
const shares = (account: { name: string; key: string }) => {
  const key = new files.StorageSharedKeyCredential(account.name, account.key);
  const origin = new URL(cloud.description.urls.file).origin;
  return new files.ShareServiceClient(`${origin}/${account.name}`, key);
};
/** Binding folders takes root. */
const mayMount = process.getuid?.() === 0 && process.platform === "linux";
const list: Readonly<Record<Kind, string>> = {
  ...{ share: "azureFileShares", container: "azureBlobFileSystems", fileServer: "fileServers" },
  ...{ unmanaged: "unmanagedFileSystems", nfsShare: "azureFileShares" },
};
const wrongKey = Buffer.alloc(64, 6).toString("base64");

/** Asks the resource manager itself: the API passes on what is about storage alone. */
async function arm(path: string, body: object): Promise<unknown> {
  const { subscriptionId, token } = cloud.description;
  const kept = JSON.parse(await readFile(join(data, "cloud/settings.json"), "utf8")) as {
    ports: { control: number };
  };
  const group = `/subscriptions/${subscriptionId}/resourceGroups/local/providers`;
  const method = "method" in body ? (body.method as string) : "PUT";
  const answer = await fetch(`http://127.0.0.1:${kept.ports.control}${group}/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(["GET", "DELETE"].includes(method) ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  const text = await answer.text();
  return text === "" ? undefined : JSON.parse(text);
}

interface ArmResource {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly properties: Record<string, unknown>;
}
const machinesOf = async (type: string) =>
  (
    (await arm(`${type}?api-version=${type.startsWith("Microsoft.Network") ? "2025-09-01" : "2026-04-01"}`, {
      method: "GET",
    })) as { value: ArmResource[] }
  ).value;

/** Somebody changes the rules of the machine's security group, so that nodes do not reach its NFS server any more. */
async function shutOut({ address }: ServingMachine): Promise<void> {
  const nics = await machinesOf("Microsoft.Network/networkInterfaces");
  const nic = nics.find(({ properties }) => JSON.stringify(properties).includes(`"${address}"`));
  const { id: groupId } = nic?.properties["networkSecurityGroup"] as { id: string };
  const groups = await machinesOf("Microsoft.Network/networkSecurityGroups");
  const found = groups.find(({ id }) => id.toLowerCase() === groupId.toLowerCase());
  if (found === undefined) throw new Error(`${address} is in no security group`);
  const rule = {
    ...{ priority: 105, access: "Deny", direction: "Inbound", protocol: "Tcp", sourcePortRange: "*" },
    ...{
      sourceAddressPrefix: "10.0.0.0/8",
      destinationAddressPrefix: "*",
      destinationPortRange: "2000-2100",
    },
  };
  const rules = found.properties["securityRules"] as object[];
  await arm(`Microsoft.Network/networkSecurityGroups/${found.name}?api-version=2025-09-01`, {
    location: found.location,
    properties: { securityRules: [...rules, { name: "not-today", properties: rule }] },
  });
}

async function machineAt({ address }: ServingMachine): Promise<ArmResource> {
  const nics = await machinesOf("Microsoft.Network/networkInterfaces");
  const nic = nics.find(({ properties }) => JSON.stringify(properties).includes(`"${address}"`));
  const all = await machinesOf("Microsoft.Compute/virtualMachines");
  const machine = all.find(({ properties }) => JSON.stringify(properties).includes(`"${nic?.id}"`));
  if (machine === undefined) throw new Error(`no machine has ${address}`);
  return machine;
}

/** Somebody deletes the machine behind the service. */
async function deleteMachine(machine: ServingMachine): Promise<void> {
  const { name } = await machineAt(machine);
  await arm(`Microsoft.Compute/virtualMachines/${name}?api-version=2026-04-01`, { method: "DELETE" });
}

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "mount-matrix-"));
  cloud = await startLocal({ data: join(data, "cloud") });
  const { storageAccount, urls } = cloud.description;
  blobs = new BlobServiceClient(
    urls.blob,
    new StorageSharedKeyCredential(storageAccount.name, storageAccount.key),
  );
  await blobs.createContainer("digits");
  for (const share of ["results", "more"]) await createShare(cloud, share);
  await mkdir(join(data, "own"));
  lab = await labOf(cloud);
  const account = "Microsoft.Storage/storageAccounts/fastfiles";
  await arm(`${account}?api-version=2023-01-01`, {
    ...{ location: "local", kind: "FileStorage", sku: { name: "Premium_LRS" }, properties: {} },
  });
  const listed = await arm(`${account}/listKeys?api-version=2023-01-01`, { method: "POST" });
  premium = { name: "fastfiles", key: (listed as { keys: { value: string }[] }).keys[0]?.value ?? "" };
  await shares(premium).createShare("over-nfs", { protocols: { nfsEnabled: true } });
  await shares(premium).createShare("over-smb");
  const served = await lab.fileServer("disk");
  exportFolder = join(data, "cloud/file-servers/local", (await machineAt(served)).name);
  subnet = served.subnet;
  const [shut, gone] = await Promise.all([lab.fileServer("shut", subnet), lab.fileServer("gone", subnet)]);
  serverIds = {
    ...{ ok: served.id, readOnly: served.id, missing: served.id },
    ...{ denied: shut.id, silent: gone.id },
  };
  await shutOut(shut);
  await deleteMachine(gone);
}, 120_000);
afterAll(async () => {
  await cloud.dispose();
  unmountBelow(data); // what users mount stays mounted
  await rm(data, { recursive: true, force: true });
});

/** A mount of the kind whose storage is in that state. */
function mount(kind: Kind, state: State): object {
  const { storageAccount } = cloud.description;
  const account = state === "silent" ? "stranger" : storageAccount.name;
  const credentials = { accountKey: state === "denied" ? wrongKey : storageAccount.key };
  const name = (usual: string) => (state === "missing" ? "nowhere" : usual);
  const common = { relativeMountPath: kind, ...(state === "readOnly" ? { readOnly: true } : {}) };
  switch (kind) {
    case "share": {
      const azureFileUrl = `https://${account}.file.core.windows.net/${name("more")}`;
      return { accountName: account, azureFileUrl, credentials, ...common };
    }
    case "container":
      return { accountName: account, containerName: name("digits"), credentials, ...common };
    case "fileServer":
      return {
        fileServer: { id: serverIds[state] },
        ...(state === "missing" ? { sourceDirectory: "nowhere" } : {}),
        ...common,
      };
    case "unmanaged": {
      const commands: Partial<Record<State, string>> = {
        missing: `test -e ${join(data, "nowhere")} || { echo no such export >&2; exit 32; }; mount --bind ${join(data, "own")}`,
        ...{ denied: "echo not allowed >&2; exit 32; :", silent: "echo timed out >&2; exit 32; :" },
      };
      return { mountCommand: commands[state] ?? `mount --bind ${join(data, "own")}`, ...common };
    }
    case "nfsShare": {
      const share = state === "denied" ? "over-smb" : name("over-nfs");
      const accountName = state === "silent" ? "stranger" : premium.name;
      const azureFileUrl = `https://${accountName}.file.core.windows.net/${share}`;
      return { accountName, azureFileUrl, protocol: "nfs", ...common };
    }
  }
}
const volumes = (...mounts: (readonly [Kind, State])[]) => {
  const all: Record<string, object[]> = {};
  for (const [kind, state] of mounts) (all[list[kind]] ??= []).push(mount(kind, state));
  return all;
};
const clusterWith = (mounted: Record<string, object[]>) => {
  const { nodeSetup: _own, ...rest } = clusterOf(cloud, 1);
  return { ...rest, subnet, nodeSetup: { mountVolumes: mounted } };
};
const jobOn = (cluster: string, commandLine: string, more: object = {}) => ({
  cluster: { id: cluster },
  nodeCount: 1,
  stdOutErrPathPrefix: "$AZ_BATCHAI_JOB_TEMP_DIR",
  customToolkitSettings: { commandLine },
  ...more,
});
/** Writes to each kind of mount that is there, or is refused by each. */
const writes = (root: string, mounted: readonly Kind[]) =>
  mounted
    .map(
      (kind) =>
        `echo word >$${root}/${kind}/from-$AZ_BATCH_NODE_ID && test -s $${root}/${kind}/from-$AZ_BATCH_NODE_ID`,
    )
    .join(" && ");
const cannotWrite = (root: string, mounted: readonly Kind[]) =>
  mounted.map((kind) => `ls $${root}/${kind} && ! touch $${root}/${kind}/x 2>/dev/null`).join(" && ");

const nodeFolder = () => join(data, "cloud/batch/nodes");
const nodesNow = () => readdir(nodeFolder());

/** What nodes have at their mount points, what the system has mounted for them, and which processes are theirs. */
async function remainsOn(nodes: readonly string[]): Promise<readonly string[]> {
  const table = readFileSync("/proc/self/mounts", "utf8").split("\n");
  const found = await Promise.all(
    nodes.map(async (node) => {
      const root = join(nodeFolder(), node);
      const entries = await readdir(root, { recursive: true, withFileTypes: true });
      const points = entries.filter(
        (entry) => /(fsmounts|LS_root\/mounts)$/.test(entry.parentPath) && !entry.isFile(),
      );
      const used = points.filter(
        (point) =>
          !point.isDirectory() ||
          entries.some(({ parentPath }) => parentPath === join(point.parentPath, point.name)),
      );
      const mounted = table.filter((line) => line.includes(`${root}/`));
      return [
        ...used.map(({ parentPath, name }) => join(parentPath, name)),
        ...mounted,
        ...processesIn(root),
      ];
    }),
  );
  return found.flat();
}

/** Folders of mounts that nodes have, and what the system has mounted for them. */
async function remains(): Promise<readonly string[]> {
  const all = await readdir(join(data, "cloud/batch"), { recursive: true });
  const ofJobs = all.filter((path) => /LS_root\/jobs\/.*\/mounts\//.test(path));
  const table = readFileSync("/proc/self/mounts", "utf8").split("\n");
  return [...ofJobs, ...table.filter((line) => line.includes(`${data}/`) && line.includes("LS_root/jobs"))];
}

const tried = kindNames.flatMap((kind) => troubles.map((trouble) => [kind, trouble] as const));
const usable = kindNames.filter((kind) => mayMount || kind !== "unmanaged");

describe("mounts of a job", () => {
  let cluster: string;
  beforeAll(async () => {
    cluster = (await lab.cluster("for-jobs", clusterWith({}))).id;
  });

  it("are all written to, and undone afterwards", { timeout: 60_000 }, async () => {
    const mountVolumes = volumes(...usable.map((kind) => [kind, "ok"] as const));
    const command = writes("AZ_BATCHAI_JOB_MOUNT_ROOT", usable);
    const job = await lab.job("ok", jobOn(cluster, command, { mountVolumes }));
    expect(job).toMatchObject({ executionState: "succeeded" });
    expect(await remains()).toEqual([]);
  });

  it.skipIf(!mayMount)(
    "take nothing when they are read-only, and are undone",
    { timeout: 60_000 },
    async () => {
      const mountVolumes = volumes(...usable.map((kind) => [kind, "readOnly"] as const));
      const command = cannotWrite("AZ_BATCHAI_JOB_MOUNT_ROOT", usable);
      const job = await lab.job("read-only", jobOn(cluster, command, { mountVolumes }));
      expect(job).toMatchObject({ executionState: "succeeded" });
      expect(await remains()).toEqual([]);
    },
  );

  it.each(tried)(
    "%s, %s: the job fails with its code and names the thing, and nothing stays",
    { timeout: 60_000 },
    async (kind, trouble) => {
      const mountVolumes = volumes([kind, trouble]);
      const job = await lab.job(`${kind}-${trouble}`.toLowerCase(), jobOn(cluster, "true", { mountVolumes }));
      expect(job).toMatchObject({
        executionState: "failed",
        executionInfo: { errors: [{ code: jobCode[kind] }] },
      });
      expect(JSON.stringify(job.executionInfo?.errors)).toContain(words[kind][trouble]);
      expect(await remains()).toEqual([]);
    },
  );
});

describe("mounts of a cluster", () => {
  it("are all written to", { timeout: 60_000 }, async () => {
    const { id } = await lab.cluster(
      "all",
      clusterWith(volumes(...usable.map((kind) => [kind, "ok"] as const))),
    );
    const job = await lab.job("on-all", jobOn(id, writes("AZ_BATCHAI_MOUNT_ROOT", usable)));
    expect(job).toMatchObject({ executionState: "succeeded" });
  });

  it.skipIf(!mayMount)("take nothing when they are read-only", { timeout: 60_000 }, async () => {
    const mounted = volumes(...usable.map((kind) => [kind, "readOnly"] as const));
    const { id } = await lab.cluster("all-read-only", clusterWith(mounted));
    const job = await lab.job("on-read-only", jobOn(id, cannotWrite("AZ_BATCHAI_MOUNT_ROOT", usable)));
    expect(job).toMatchObject({ executionState: "succeeded" });
  });

  it.each(tried)(
    "%s, %s: its node is of no use and has nothing mounted, the cluster and its waiting job say why",
    { timeout: 60_000 },
    async (kind, trouble) => {
      const name = `c-${kind}-${trouble}`.toLowerCase();
      const others = await nodesNow();
      const { id } = await lab.cluster(name, clusterWith(volumes([kind, trouble])));
      await lab.submit(name, jobOn(id, "true"));
      const cluster = await until(`trouble of ${name}`, async () => {
        const now = await lab.clusterNow(name);
        return now.errors === undefined ? undefined : now;
      });
      expect(cluster).toMatchObject({
        provisioningState: "succeeded",
        nodeStateCounts: { unusableNodeCount: 1, idleNodeCount: 0 },
        errors: [{ code: clusterCode[kind].error }],
      });
      expect(JSON.stringify(cluster.errors)).toContain(words[kind][trouble]);
      expect(await lab.jobNow(name)).toMatchObject({ executionState: "queued" });
      const { token, urls } = cloud.description;
      const client = createClient({ endpoint: urls.api, token });
      const ref = parseId(lab.jobId(name));
      if (ref.kind !== "job") throw new Error(`${lab.jobId(name)} is no job`);
      const causes = diagnose(await whyFacts(client, ref, { now: () => Date.now() } as never));
      const cause = causes.find(({ code }) => code === clusterCode[kind].why);
      expect(`${cause?.says} ${cause?.because}`).toContain(words[kind][trouble]);
      expect(causes.map(({ code }) => code)).not.toContain("NoCapacity");
      const nodes = (await nodesNow()).filter((node) => !others.includes(node));
      expect(nodes).toHaveLength(1);
      expect(await remainsOn(nodes)).toEqual([]);
      await lab.resize(name, 0);
      const empty = await until(`${name} to be empty`, async () => {
        const now = await lab.clusterNow(name);
        return now.currentNodeCount === 0 && now.allocationState === "steady" ? now : undefined;
      });
      expect(empty).toMatchObject({
        provisioningState: "succeeded",
        nodeStateCounts: { unusableNodeCount: 0 },
      });
      expect(await lab.jobNow(name)).toMatchObject({ executionState: "queued" });
      expect(await nodesNow()).toEqual(others);
      expect(processesIn(join(nodeFolder(), nodes[0] ?? ""))).toEqual([]);
      await lab.remove(name);
    },
  );

  it.each(["share", "container", "fileServer", "unmanaged", "nfsShare"] as const)(
    "%s: when it is there, other nodes have it and the job that waited runs",
    { timeout: 90_000 },
    async (kind) => {
      if (kind === "unmanaged" && !mayMount) return;
      const name = `again-${kind}`.toLowerCase();
      const { id } = await lab.cluster(name, clusterWith(volumes([kind, "missing"])));
      await lab.submit(name, jobOn(id, `ls $AZ_BATCHAI_MOUNT_ROOT/${kind}`));
      await until(`trouble of ${name}`, async () => (await lab.clusterNow(name)).errors);
      await make(kind);
      await lab.resize(name, 0);
      await until(`${name} to be empty`, async () => {
        const now = await lab.clusterNow(name);
        return now.currentNodeCount === 0 && now.allocationState === "steady" ? now : undefined;
      });
      await lab.resize(name, 1);
      expect(await lab.ended(name)).toMatchObject({ executionState: "succeeded" });
      expect((await lab.clusterNow(name)).errors).toBeUndefined();
      await lab.remove(name);
    },
  );

  async function make(kind: Kind): Promise<void> {
    const nowhere = "nowhere";
    if (kind === "share") await createShare(cloud, nowhere);
    if (kind === "container") await blobs.createContainer(nowhere);
    if (kind === "fileServer") await mkdir(join(exportFolder, nowhere));
    if (kind === "unmanaged") await writeFile(join(data, nowhere), "");
    if (kind === "nfsShare") await shares(premium).createShare(nowhere, { protocols: { nfsEnabled: true } });
  }
});
