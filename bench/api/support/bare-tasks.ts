// The same work without a control plane: Batch tasks that run the same launcher with the same plan on the same pool, added
// all at once to the Batch emulator.
import { BatchServiceClient, BatchSharedKeyCredentials } from "@azure/batch";
import { ContainerClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import { planLaunch } from "../../../domain/launch/plan.ts";
import {
  launchFiles,
  planInTask,
  planVariable,
  renderPlan,
  taskCommands,
} from "../../../domain/launch/render.ts";
import { launcher } from "../../../node/launcher.ts";
import { job } from "../../../test/unit/domain/samples.ts";
import { pause } from "./bench-cloud.ts";
import type { BenchCloud } from "./bench-cloud.ts";

/** Milliseconds from the first request to the end of the last task. */
export async function runBareTasks({ cloud }: BenchCloud, count: number): Promise<number> {
  const { batchAccount, urls } = cloud.description;
  const credentials = new BatchSharedKeyCredentials(batchAccount.name, batchAccount.key);
  const client = new BatchServiceClient(credentials, urls.batch, { noRetryPolicy: true });
  const [pool] = await client.pool.list();
  const resourceFiles = await stage(cloud.description);
  await client.job.add({ id: "bare", poolInfo: { poolId: pool?.id ?? "" } });
  const task = (index: number) => ({
    id: `t${index}`,
    commandLine: taskCommands(1).run,
    resourceFiles,
    environmentSettings: [{ name: planVariable, value: planOfBareTask() }],
    userIdentity: { autoUser: { scope: "pool" as const, elevationLevel: "admin" as const } },
  });
  const began = performance.now();
  for (let first = 0; first < count; first += 100) {
    const some = Array.from({ length: Math.min(100, count - first) }, (_, index) => task(first + index));
    await client.task.addCollection("bare", some);
  }
  for (;;) {
    const { taskCounts } = await client.job.getTaskCounts("bare");
    if (taskCounts.failed > 0) throw new Error(`${taskCounts.failed} bare tasks failed`);
    if (taskCounts.completed === count) break;
    await pause(100);
  }
  const wall = performance.now() - began;
  await client.job.deleteMethod("bare");
  return wall;
}

async function stage({ storageAccount, urls }: BenchCloud["cloud"]["description"]) {
  const key = new StorageSharedKeyCredential(storageAccount.name, storageAccount.key);
  const container = new ContainerClient(`${urls.blob}/bare`, key);
  await container.createIfNotExists();
  const put = async (filePath: string, text: string) => {
    const blob = container.getBlockBlobClient(filePath);
    await blob.upload(text, Buffer.byteLength(text));
    const permissions = (await import("@azure/storage-blob")).BlobSASPermissions.parse("r");
    const expiresOn = new Date(Date.now() + 3_600_000);
    return { filePath, httpUrl: await blob.generateSasUrl({ permissions, expiresOn }), fileMode: "0755" };
  };
  return [await put(launchFiles.launcher, launcher)];
}

function planOfBareTask(): string {
  const doesNothing = { stdOutErrPathPrefix: "/tmp", customToolkitSettings: { commandLine: "true" } };
  const plan = planInTask(renderPlan(planLaunch(job(doesNothing))), 1);
  if (plan === undefined) throw new Error("the plan is too long to go with the task");
  return plan;
}
