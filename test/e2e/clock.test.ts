// The time of day jumps by hours under a local cloud. Set back, its own time goes on ahead of everybody else's: of the app, of its
// storage and of its clients, who look at the machine's. So it is here, where the cloud's clock alone is moved; set forward, all meet again.
import { ShareServiceClient, StorageSharedKeyCredential } from "@azure/storage-file-share";
import { afterAll, beforeAll, expect, it } from "vitest";
import { systemClock } from "../../local/clock.ts";
import { startLocal } from "../../local/start.ts";
import { batchAIClient, createShare } from "../support/batch-ai-client.ts";
import { batchBehind, nodesOf } from "../support/batch-behind.ts";
import { jobLab, place } from "../support/job-lab.ts";
import type { JobLab } from "../support/job-lab.ts";

const hourMs = 3_600_000;
let movedMs = 0;
let lab: JobLab;
let cluster: string;

beforeAll(async () => {
  const cloud = await startLocal({
    data: "temporary",
    clock: { ...systemClock(0, () => Date.now() + movedMs), wall: () => Date.now() },
    appSettings: { BATCHAI_OUTPUT_GRACE_MS: "0" },
  });
  const client = batchAIClient(cloud);
  await createShare(cloud);
  await client.workspaces.create("local", "lab", { location: "local" });
  await client.experiments.create(...place);
  lab = { ...jobLab(cloud, client), dispose: () => cloud.dispose() };
  cluster = await lab.cluster("c", 1);
}, 60_000);
afterAll(() => lab.dispose());

const waits = (name: string) =>
  `echo begun; while [ ! -e "$AZ_BATCHAI_MOUNT_ROOT/files/go-${name}" ]; do sleep 0.1; done; echo done`;

async function goOn(name: string): Promise<void> {
  const { urls, storageAccount } = lab.cloud.description;
  const credential = new StorageSharedKeyCredential(storageAccount.name, storageAccount.key);
  const share = new ShareServiceClient(urls.file, credential).getShareClient("results");
  await share.rootDirectoryClient.getFileClient(`go-${name}`).create(0);
}

it.each([
  ["back by three hours", 3 * hourMs],
  ["back by three days", 72 * hourMs],
  ["forward again", 0],
])("set %s, everything goes on", { timeout: 90_000 }, async (_jump, ms) => {
  const name = `job-${ms / hourMs}`;
  await lab.submit(name, cluster, waits(name));
  await lab.reaches(name, "running");
  movedMs = ms;
  expect((await nodesOf(lab.cloud, "lab", "c")).map(({ state }) => state)).toEqual(["running"]);
  await lab.submit(`${name}-next`, cluster, "echo next");
  await goOn(name);
  for (const one of [name, `${name}-next`]) {
    expect((await lab.finished(one)).executionState).toBe("succeeded");
    expect(await lab.read(one, "stdout.txt")).toMatch(/done|next/);
  }
  await lab.submit(`${name}-stopped`, cluster, waits("never"));
  await lab.reaches(`${name}-stopped`, "running");
  await lab.client.jobs.terminate(...place, `${name}-stopped`);
  await lab.reaches(`${name}-stopped`, "failed");
  await lab.client.jobs.deleteMethod(...place, `${name}-stopped`);
  expect((await batchBehind(lab.cloud).pool.list()).length).toBe(1);
  const token = await lab.cloud.issueToken({ roles: ["reader"] });
  const answer = await fetch(`${lab.cloud.description.urls.api}/subscriptions?api-version=2018-05-01`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(answer.status).toBe(200);
});
