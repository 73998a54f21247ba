// A distinct canary in every member that takes a secret, and then a look wherever somebody else could find one: answers of
// both services, storage, databases, folders of nodes, logs, other processes. Only the user's own process may have it.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { batchBehind, nodesOf, poolOf } from "../../support/batch-behind.ts";
import { clusterOf, until } from "../../support/batch-ai-client.ts";
import { group, experiment, startClusterLab, workspace } from "../../support/cluster-lab.ts";
import type { ClusterLab } from "../../support/cluster-lab.ts";
import { vaultClient } from "../../support/local-vault.ts";
import { vaultReference } from "../../support/vault-reference.ts";

/** Another one in every run: tests of other worktrees may run on this machine. */
const run = String(process.pid).padStart(8, "0");
const canary = (name: string) => `c4nary-${name}-${run}`;
const mark = new RegExp(`c4nary-[a-z]+-${run}`);
const privateKey = /BEGIN (?:RSA |EC )?PRIVATE KEY/;
const keyCanary = `c4a0a0a0-0000-4000-8000-7f3e${run}`;
const componentId =
  "/subscriptions/00000000-0000-0000-0000-000000000009/resourceGroups/apps/providers/Microsoft.Insights/components/c";
const limit = { timeout: 180_000 };
const encodedMount = Buffer.from(canary("mount")).toString("base64");
/** Of a storage account that the cluster mounts: a key that works is a canary, too. */
let clusterKey = "";
let lab: ClusterLab;

beforeAll(async () => {
  lab = await startClusterLab({
    BATCHAI_COUNTERS_INTERVAL_S: "1",
    BATCHAI_OUTPUT_GRACE_MS: "0",
    // Also where no engine is: the job's secrets reach its node, and it fails there.
    BATCHAI_CONTAINERS: "run",
  });
}, 120_000);
afterAll(() => lab.cloud.dispose());

const folder = () => dirname(lab.cloud.cloudFile);
const found = (text: string) =>
  mark.test(text) ||
  text.includes(keyCanary) ||
  text.includes(encodedMount) ||
  (clusterKey !== "" && text.includes(clusterKey));

/** Files of the data folder with a canary or a private key, but for those that `isExpected`. */
function filesWith(isExpected: (name: string) => boolean): string[] {
  const names = readdirSync(folder(), { recursive: true, encoding: "utf8" });
  return names.filter((name) => {
    if (isExpected(name)) return false;
    try {
      if (!statSync(join(folder(), name)).isFile()) return false;
      const text = readFileSync(join(folder(), name), "latin1");
      return found(text) || privateKey.test(text);
    } catch {
      return false; // gone meanwhile
    }
  });
}

/** The local cloud's own: its certificate's key, and the accounts that its resource manager made. */
const ofTheCloud = (name: string) =>
  /(^|\/)(localhost|certificate|azure-names)[^/]*\.(pem|key)$|-key\.pem$|^resource-manager\.json$/.test(name);
/** Where Azure, too, has them: the pool as Batch keeps it, and the accounts on the node's own disk. */
const whileThereIsAPool = (name: string) =>
  ofTheCloud(name) || /^batch\/write-only\/|^batch\/nodes\/\d+\/machine\/(home|root)\/.*\.ssh\//.test(name);

/** Command line and environment of this user's processes, by their ids. */
function processes(): { readonly pid: number; readonly command: string; readonly texts: string[] }[] {
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid))
    .map((pid) => {
      const texts = ["cmdline", "environ"].map((name) => {
        try {
          return readFileSync(`/proc/${pid}/${name}`, "latin1");
        } catch {
          return "";
        }
      });
      return { pid: Number(pid), command: texts[0]?.replaceAll("\0", " ") ?? pid, texts };
    });
}

/** Command lines of those that have a canary. */
const processesWith = () => processes().flatMap(({ texts, command }) => (texts.some(found) ? [command] : []));

/** Kills what runs a job on its node, as a machine out of memory does, when nothing can be tidied up any more. */
function killLauncher(jobName: string): void {
  const launchers = processes().filter(({ command, texts }) => {
    const [, directory = ""] = /AZ_BATCH_TASK_WORKING_DIR=([^\0]+)/.exec(texts[1] ?? "") ?? [];
    const [, plan = ""] = /BATCHAI_LAUNCH_PLAN=([^\0]+)/.exec(texts[1] ?? "") ?? [];
    const isOurs = command.includes("launch.sh run") && directory.startsWith(folder());
    return isOurs && Buffer.from(plan, "base64").toString().includes(`'${jobName}'`);
  });
  expect(launchers.length).toBeGreaterThan(0);
  for (const { pid } of launchers) process.kill(pid, "SIGKILL");
}

/** A storage account beside the local cloud's own, with a container that a cluster can mount. */
async function accountToMount(): Promise<{ readonly accountName: string; readonly accountKey: string }> {
  const accountName = `canary${run}`;
  const { subscriptionId, urls, storageAccount } = lab.cloud.description;
  const path = `/subscriptions/${subscriptionId}/resourceGroups/${group}/providers/Microsoft.Storage/storageAccounts/${accountName}`;
  const made = await lab.raw("PUT", path, {
    location: "local",
    kind: "StorageV2",
    sku: { name: "Standard_LRS" },
  });
  expect(made.status).toBe(200);
  const listed = (await (await lab.raw("POST", `${path}/listKeys`)).json()) as { keys: { value: string }[] };
  const accountKey = listed.keys[0]?.value ?? "";
  const { BlobServiceClient, StorageSharedKeyCredential } = await import("@azure/storage-blob");
  await new BlobServiceClient(
    urls.blob.replace(storageAccount.name, accountName),
    new StorageSharedKeyCredential(accountName, accountKey),
  )
    .getContainerClient("data")
    .create();
  return { accountName, accountKey };
}

/** All that both services answer about the cluster and its jobs, and all that lies in storage. */
async function answers(clusterId: string, jobs: readonly string[]): Promise<string> {
  const base = clusterId.replace(/\/clusters\/.*$/, "");
  const paths = [
    ...[clusterId, `${base}/clusters`, `${base}/fileServers/disk`, `${base}/experiments/${experiment}/jobs`],
    ...jobs.map((name) => `${base}/experiments/${experiment}/jobs/${name}`),
  ];
  const texts = await Promise.all(paths.map(async (path) => (await lab.raw("GET", path)).text()));
  const events = await fetch(`${lab.cloud.description.urls.api}${clusterId}/events?api-version=2026-11-01`, {
    headers: { authorization: `Bearer ${lab.cloud.description.token}` },
  });
  const batch = batchBehind(lab.cloud);
  const seen: unknown[] = [await events.text(), await batch.pool.list(), await batch.job.list()];
  const links = new Set<string>();
  for (const { id = "" } of await batch.job.list()) seen.push(await batch.task.list(id));
  for (const [link] of JSON.stringify(seen).matchAll(/http:[^"\\]+\?[^"\\]*sig=[^"\\]+/g)) links.add(link);
  for (const link of links) seen.push(await (await fetch(link)).text());
  return `${texts.join("\n")}\n${JSON.stringify(seen)}`;
}

/** A file server whose machine gets a password; here what made the machine must not know it either. */
async function serve(path: string): Promise<void> {
  const properties = {
    vmSize: "STANDARD_D2S_V3",
    sshConfiguration: {
      userAccountSettings: { adminUserName: "ada", adminUserPassword: canary("served") },
    },
    dataDisks: { diskSizeInGB: 10, diskCount: 1, storageAccountType: "Standard_LRS" },
  };
  expect((await lab.raw("PUT", path, { properties })).status).toBe(202);
  await until("the file server", async () => {
    const { properties: told } = (await (await lab.raw("GET", path)).json()) as {
      readonly properties: { readonly provisioningState: string };
    };
    return told.provisioningState === "succeeded" ? true : undefined;
  });
  const known = readFileSync(join(folder(), "resource-manager.json"), "utf8");
  expect(known).toMatch(/"adminUsername": *"ada"/);
  expect(mark.test(known)).toBe(false);
}

const mountOfStranger = {
  azureFileShares: [
    {
      accountName: "stranger",
      azureFileUrl: "https://stranger.file.core.windows.net/data",
      credentials: { accountKey: encodedMount },
      relativeMountPath: "data",
    },
  ],
};

/** Of a registry that nobody answers for. */
const imageOfStranger = (password: string) => ({
  imageSourceRegistry: {
    serverUrl: "127.0.0.1:9",
    image: "127.0.0.1:9/none:1",
    credentials: { username: "ada", password },
  },
});

test(
  "row 70: given or read from a vault, no canary is found but in the user's own process, and none anywhere once all is deleted",
  limit,
  async () => {
    const vault = await vaultClient(lab.cloud);
    await vault.setSecret("setup", canary("setup"));
    await vault.setSecret("token", canary("token"));
    const { accountName, accountKey } = await accountToMount();
    clusterKey = accountKey;
    const id = await lab.create("gpu", 2, {
      userAccountSettings: { adminUserName: "ada", adminUserPassword: canary("password") },
      nodeSetup: {
        mountVolumes: {
          ...clusterOf(lab.cloud, 2).nodeSetup?.mountVolumes,
          azureBlobFileSystems: [
            { accountName, containerName: "data", credentials: { accountKey }, relativeMountPath: "own" },
          ],
        },
        setupTask: {
          commandLine: '[ "${#SETUP}" = 21 ]',
          stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/files",
          secrets: [{ name: "SETUP", valueSecretReference: vaultReference("local", "setup") }],
        },
        performanceCountersSettings: {
          appInsightsReference: {
            component: { id: componentId },
            instrumentationKey: keyCanary,
          },
        },
      },
    });
    await lab.idle("gpu", 2);
    const server = id.replace(/\/clusters\/.*$/, "/fileServers/disk");
    await serve(server);
    const secrets = [{ name: "TOKEN", value: canary("token") }];
    // What is given with the request and what is read from a vault end in the same place.
    const references = [{ name: "TOKEN", valueSecretReference: vaultReference("local", "token") }];
    await lab.submit(
      "good",
      id,
      '[ "${#TOKEN}" = 21 ] && while [ ! -e "$AZ_BATCHAI_MOUNT_ROOT/files/go" ]; do sleep 0.1; done',
      { secrets: references },
    );
    await lab.reaches("good", "running");
    await lab.submit("gang", id, "true", {
      nodeCount: 2,
      secrets,
      jobPreparation: { commandLine: '[ "$AZ_BATCH_IS_CURRENT_NODE_MASTER" = true ]' },
    });
    await lab.submit("mounts", id, "true", { secrets, mountVolumes: mountOfStranger });
    await lab.submit("image", id, "true", {
      secrets,
      containerSettings: imageOfStranger(canary("registry")),
    });
    // While one runs: the only process with the token is the user's shell with what it started.
    const holders = await until("the job's process to have the token", async () => {
      const running = processesWith();
      return running.length > 0 ? running : undefined;
    });
    expect(holders.filter((command) => !/sleep|batchai|go/.test(command))).toEqual([]);
    await lab.share("go");
    for (const [name, state] of [
      ["good", "succeeded"],
      ["gang", "failed"],
      ["mounts", "failed"],
      ["image", "failed"],
    ] as const)
      await lab.reaches(name, state);
    expect(processesWith()).toEqual([]);

    // One whose launcher is killed, and one that is ended.
    const endless = "while :; do sleep 0.1; done";
    for (const name of ["killed", "ended"]) {
      await lab.submit(name, id, endless, { secrets });
      await lab.reaches(name, "running");
    }
    await until("both jobs to have the token", async () => (processesWith().length >= 2 ? true : undefined));
    killLauncher("killed");
    await lab.client.jobs.terminate(group, workspace, experiment, "ended");
    for (const name of ["killed", "ended"]) await lab.reaches(name, "failed");
    expect(processesWith()).toEqual([]);

    const jobs = ["good", "gang", "mounts", "image", "killed", "ended"];
    const told = await answers(id, jobs);
    expect(told).toContain("launch-plan");
    expect(found(told)).toBe(false);
    expect(told).not.toMatch(privateKey);
    expect(filesWith(whileThereIsAPool)).toEqual([]);
    // The same search sees what it must see, so that it would see more.
    const kept = filesWith(ofTheCloud);
    expect(kept.filter((name) => name.startsWith("batch/write-only/"))).toHaveLength(1);
    expect(kept.filter((name) => name.endsWith("home/batchainodes/.ssh/id_rsa"))).toHaveLength(2);
    const left = readdirSync(join(folder(), "batch/nodes"), { recursive: true, encoding: "utf8" });
    expect(left.filter((name) => name.endsWith("launch-secrets"))).toEqual([]);
    const pool = await poolOf(lab.cloud, workspace, "gpu");
    const [node] = await nodesOf(lab.cloud, workspace, "gpu");
    const files = await batchBehind(lab.cloud).file.listFromComputeNode(pool.id, node?.id ?? "", {
      recursive: true,
    });
    expect(files.filter(({ name }) => name?.includes(".ssh"))).toEqual([]);

    for (const name of jobs) await lab.client.jobs.deleteMethod(group, workspace, experiment, name);
    await lab.client.clusters.deleteMethod(group, workspace, "gpu");
    await lab.raw("DELETE", server);
    await until("the file server to be gone", async () =>
      (await lab.raw("GET", server)).status === 404 ? true : undefined,
    );
    await until("the nodes' folders to be gone", async () =>
      readdirSync(join(folder(), "batch/nodes")).length === 0 ? true : undefined,
    );
    expect(filesWith(ofTheCloud)).toEqual([]);
  },
);
