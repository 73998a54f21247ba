// What an earlier local cloud started on a folder and nobody knows any more ends when the next one starts there: it was killed, and its
// folder was begun anew or removed.
import { rm } from "node:fs/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { batchAIClient, clusterOf, createShare, customJob, until } from "../support/batch-ai-client.ts";
import { cloudProcess } from "../support/cloud-process.ts";
import type { CloudProcess } from "../support/cloud-process.ts";
import { sharedText } from "../support/cluster-lab.ts";
import { isAlive } from "../support/processes.ts";

let cloud: CloudProcess;
beforeAll(async () => {
  cloud = await cloudProcess();
});
afterAll(() => cloud.dispose());

/** @returns the ids of the processes of a job, one of which hides from whoever looks for its group or its environment. */
async function startJob(first: Awaited<ReturnType<CloudProcess["start"]>>): Promise<number[]> {
  const client = batchAIClient(first);
  await createShare(first);
  await client.workspaces.create("local", "lab", { location: "local" });
  await client.experiments.create("local", "lab", "e");
  const { id = "" } = await client.clusters.create("local", "lab", "c", clusterOf(first, 1));
  const command =
    'setsid env -i /bin/sleep 1000 & echo "$$ $!" >"$AZ_BATCHAI_MOUNT_ROOT/files/pids"; exec sleep 1000';
  await client.jobs.create("local", "lab", "e", "left", customJob(id, command));
  return until("its processes", async () => {
    const pids = (await sharedText(first, "pids")).trim().split(" ").map(Number);
    return pids.length === 2 ? pids : undefined;
  });
}

it.each([
  ["begun anew", ["--fresh"], async () => undefined],
  ["removed", [], () => rm(cloud.data, { recursive: true, force: true, maxRetries: 5 })],
])("tasks of a folder that was %s end", { timeout: 120_000 }, async (_how, options, meanwhile) => {
  const pids = await startJob(await cloud.start());
  expect(await cloud.stop("SIGKILL")).toBeNull();
  await meanwhile();
  expect(pids.map(isAlive)).toEqual([true, true]);
  await cloud.start(...options);
  await until("their end", async () => (pids.some(isAlive) ? undefined : true));
  expect(await cloud.stop("SIGTERM")).toBe(0);
  await rm(cloud.data, { recursive: true, force: true, maxRetries: 5 });
});
