// The matrix of mounts on a whole local cloud: what jobs and clusters say when storage is not as it should be, what is left on the
// node, and how they go on when it is.
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
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
import type { Lab } from "../../support/mounts/lab.ts";
import { clusterCode, jobCode, kindNames, troubles, words } from "../../support/mounts/matrix.ts";
import type { Kind, State } from "../../support/mounts/matrix.ts";

let data: string;
let cloud: LocalCloud;
let lab: Lab;
let serverId: string;
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

async function arm(path: string, body: object): Promise<unknown> {
  const { subscriptionId, token, urls } = cloud.description;
  const group = `/subscriptions/${subscriptionId}/resourceGroups/local/providers`;
  const answer = await fetch(`${urls.api}${group}/${path}`, {
    method: "method" in body ? "POST" : "PUT",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return answer.json();
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
  serverId = served.id;
  subnet = served.subnet;
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
        fileServer: { id: serverId },
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
      const azureFileUrl = `https://${premium.name}.file.core.windows.net/${share}`;
      return { accountName: premium.name, azureFileUrl, protocol: "nfs", ...common };
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

/** Folders of mounts that nodes have, and what the system has mounted for them. */
async function remains(): Promise<readonly string[]> {
  const all = await readdir(join(data, "cloud/batch"), { recursive: true });
  const ofJobs = all.filter((path) => /LS_root\/jobs\/.*\/mounts\//.test(path));
  const table = readFileSync("/proc/self/mounts", "utf8").split("\n");
  return [...ofJobs, ...table.filter((line) => line.includes(`${data}/`) && line.includes("LS_root/jobs"))];
}

const tried = kindNames.flatMap((kind) =>
  troubles.flatMap((trouble) => (words[kind][trouble] === undefined ? [] : [[kind, trouble] as const])),
);
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
    "%s, %s: its node is of no use, the cluster and its waiting job say why",
    { timeout: 60_000 },
    async (kind, trouble) => {
      const name = `c-${kind}-${trouble}`.toLowerCase();
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
    if (kind === "fileServer") {
      const [folder = ""] = await readdir(join(data, "cloud/file-servers/local"));
      await mkdir(join(data, "cloud/file-servers/local", folder, nowhere));
    }
    if (kind === "unmanaged") await writeFile(join(data, nowhere), "");
    if (kind === "nfsShare") await shares(premium).createShare(nowhere, { protocols: { nfsEnabled: true } });
  }
});
