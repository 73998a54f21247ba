// Jobs and clusters, made, changed, ended and deleted in any order, while the process is killed now and then: states, counts
// and files always agree with a model, and nothing is left over at the end. `WALK_STEPS` makes it longer.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ShareServiceClient, StorageSharedKeyCredential } from "@azure/storage-file-share";
import { startLocal } from "../../local/start.ts";
import type { LocalCloud } from "../../local/start.ts";
import { batchAIClient, until } from "../support/batch-ai-client.ts";
import { cloudProcess } from "../support/cloud-process.ts";
import type { CloudProcess } from "../support/cloud-process.ts";
import { isFinished, kinds } from "../support/walk/model.ts";
import type { JobModel } from "../support/walk/model.ts";
import { lookForOrphans } from "../support/walk/look-for-orphans.ts";
import { remains } from "../support/walk/remains.ts";
import type { Remains } from "../support/walk/remains.ts";
import { createCluster, experiments, gone, resizeTo, startWalk, terminate } from "../support/walk/walker.ts";
import type { Walk } from "../support/walk/walker.ts";

const steps = Number(process.env["WALK_STEPS"] ?? 100);
const seed = Number(process.env["WALK_SEED"] ?? 11);
const crashEvery = Math.max(60, steps / 20);
const stepsBetweenSettlements = 250;
const patienceMs = 120_000;

let cloud: CloudProcess;
beforeAll(async () => {
  cloud = await cloudProcess();
});
afterAll(() => cloud.dispose());

async function createShare(): Promise<void> {
  const { description } = await cloud.start();
  const { name, key } = description.storageAccount;
  const service = new ShareServiceClient(description.urls.file, new StorageSharedKeyCredential(name, key));
  await service.getShareClient("walk").createIfNotExists();
  await cloud.stop("SIGTERM");
}

/** Lets everything come to rest: nodes for all, an end for what has none; then counts and files are exact. */
async function settle(walk: Walk): Promise<void> {
  for (const cluster of walk.clusters.values()) await resizeTo(walk, cluster, 2, "requeue");
  for (const job of walk.jobs.values()) if (job.kind === "endless") await terminate(walk, job);
  for (const job of walk.jobs.values())
    await until(
      `the end of ${job.name}`,
      async () => (isFinished(await walk.seen(job)) ? true : undefined),
      patienceMs,
    );
  for (const cluster of walk.clusters.values())
    await until(
      `idle nodes of ${cluster.name}`,
      async () => {
        const { body } = await walk.ask("GET", walk.clusterPath(cluster.name));
        const { nodeStateCounts, allocationState, currentNodeCount } = (body as { properties: Counts })
          .properties;
        const idle = { idleNodeCount: 2, runningNodeCount: 0, preparingNodeCount: 0 };
        const rest = { unusableNodeCount: 0, leavingNodeCount: 0 };
        const same = JSON.stringify(sorted(nodeStateCounts)) === JSON.stringify(sorted({ ...idle, ...rest }));
        return same && allocationState === "steady" && currentNodeCount === 2 ? true : undefined;
      },
      patienceMs,
    );
  for (const job of walk.jobs.values()) await compareOutput(walk, job);
}

interface Counts {
  readonly nodeStateCounts: Readonly<Record<string, number>>;
  readonly allocationState: string;
  readonly currentNodeCount: number;
}

const sorted = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));

/** A job that came to its own end wrote all of its output, and only that of its last run. */
async function compareOutput(walk: Walk, job: JobModel): Promise<void> {
  const seen = await walk.seen(job);
  if (seen.executionInfo?.exitCode === undefined) return;
  const listing = await walk.ask("POST", `${walk.pathOf(job)}/listOutputFiles?outputdirectoryid=stdouterr`);
  const files = (listing.body as { value: { name: string; downloadUrl?: string }[] }).value;
  const url = files.find(({ name }) => name === "stdout.txt")?.downloadUrl ?? "";
  expect(await (await fetch(url)).text(), job.name).toBe(kinds[job.kind].output);
}

/** After one more start; what a kill cut off before its document was written is for the hourly look for orphans. */
async function nothingIsLeft(): Promise<void> {
  const last = await startLocal({ data: cloud.data, appSettings: { BATCHAI_ORPHAN_GRACE_MS: "10" } });
  try {
    expect((await batchAIClient(last).workspaces.list()).length).toBe(0);
    await isGone(last, ({ secrets: _secrets, claims: _claims, ...left }) => left);
    await lookForOrphans(last, cloud.data);
    await isGone(last, ({ secrets, claims }) => ({ secrets, claims }));
  } finally {
    await last.dispose();
  }
}

async function isGone(last: LocalCloud, what: (left: Remains) => Partial<Remains>): Promise<void> {
  const look = async () => Object.entries(what(await remains(last, cloud.data)));
  const left = (found: [string, string[]][]) => found.filter(([, list]) => list.length > 0);
  const isLeft = async () => (left(await look()).length === 0 ? true : undefined);
  await until("nothing to be left", isLeft, patienceMs).catch(async () =>
    expect(left(await look())).toEqual([]),
  );
}

describe("a random walk over jobs and clusters, with crashes", () => {
  it(
    "row 120: never leaves the model, and leaves nothing behind",
    { timeout: 60_000 + steps * 1_500 },
    async () => {
      await createShare();
      const walk = await startWalk(cloud, seed, crashEvery);
      await createCluster(walk, "c1", 2);
      for (let step = 1; step <= steps; step += 1) {
        await walk.step();
        if (step % stepsBetweenSettlements === 0) await settle(walk);
      }
      await settle(walk);
      expect([...walk.taken.keys()], "every kind of step was taken").toEqual(
        expect.arrayContaining(["submit", "look", "terminate", "delete job", "list", "resize", "kill -9"]),
      );

      const [kept] = experiments;
      await walk.ask("DELETE", `${walk.api().workspace}/experiments/${kept ?? ""}`);
      await gone(walk, `${walk.api().workspace}/experiments/${kept ?? ""}`);
      await walk.ask("DELETE", walk.api().workspace);
      await gone(walk, walk.api().workspace);
      await cloud.stop("SIGTERM");
      await nothingIsLeft();
    },
  );
});
