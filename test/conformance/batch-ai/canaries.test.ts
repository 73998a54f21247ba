// A distinct canary in every member that takes a secret, and then a look wherever somebody else could find one: answers of
// both services, storage, databases, folders of nodes, logs, other processes. Only the user's own process may have it.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { batchBehind, nodesOf, poolOf } from "../../support/batch-behind.ts";
import { until } from "../../support/batch-ai-client.ts";
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
let lab: ClusterLab;

beforeAll(async () => {
  lab = await startClusterLab({ BATCHAI_COUNTERS_INTERVAL_S: "1", BATCHAI_OUTPUT_GRACE_MS: "0" });
}, 120_000);
afterAll(() => lab.cloud.dispose());

const folder = () => dirname(lab.cloud.cloudFile);
const found = (text: string) => mark.test(text) || text.includes(keyCanary) || text.includes(encodedMount);

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

/** The certificate's key of the local cloud is no cluster's secret. */
const ofTheCloud = (name: string) => /(^|\/)(localhost|certificate)[^/]*\.(pem|key)$|-key\.pem$/.test(name);
/** Where Azure, too, has them: the pool as Batch keeps it, and the accounts on the node's own disk. */
const whileThereIsAPool = (name: string) =>
  ofTheCloud(name) || /^batch\/write-only\/|^batch\/nodes\/\d+\/machine\/(home|root)\/.*\.ssh\//.test(name);

/** Command lines and environments of this user's processes that have a canary. */
function processesWith(): string[] {
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => {
      const texts = ["cmdline", "environ"].map((name) => {
        try {
          return readFileSync(`/proc/${pid}/${name}`, "latin1");
        } catch {
          return "";
        }
      });
      return texts.some(found) ? [texts[0]?.replaceAll("\0", " ") ?? pid] : [];
    });
}

/** All that both services answer about the cluster and its jobs, and all that lies in storage. */
async function answers(clusterId: string, jobs: readonly string[]): Promise<string> {
  const base = clusterId.replace(/\/clusters\/.*$/, "");
  const paths = [
    ...[clusterId, `${base}/clusters`, `${base}/experiments/${experiment}/jobs`],
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

test(
  "row 70: given or read from a vault, no canary is found but in the user's own process, and none anywhere once all is deleted",
  limit,
  async () => {
    const vault = await vaultClient(lab.cloud);
    await vault.setSecret("setup", canary("setup"));
    await vault.setSecret("token", canary("token"));
    const id = await lab.create("gpu", 2, {
      userAccountSettings: { adminUserName: "ada", adminUserPassword: canary("password") },
      nodeSetup: {
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
    ] as const)
      await lab.reaches(name, state);
    expect(processesWith()).toEqual([]);

    const told = await answers(id, ["good", "gang", "mounts"]);
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

    for (const name of ["good", "gang", "mounts"])
      await lab.client.jobs.deleteMethod(group, workspace, experiment, name);
    await lab.client.clusters.deleteMethod(group, workspace, "gpu");
    await until("the nodes' folders to be gone", async () =>
      readdirSync(join(folder(), "batch/nodes")).length === 0 ? true : undefined,
    );
    expect(filesWith(ofTheCloud)).toEqual([]);
  },
);
