// `batchai quickstart`: the whole story on one machine. Starts a local cloud in a temporary folder, trains a model on a
// cluster of two nodes through the public API, keeps model and logs, and leaves nothing running.
import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { startLocal } from "../../../local/start.ts";
import type { LocalCloud } from "../../../local/start.ts";
import { createApiClient } from "../../client/api-client.ts";
import type { ApiClient } from "../../client/api-client.ts";
import { listOutputFiles } from "../../client/follow-output.ts";
import { alignColumns } from "../../output/table.ts";
import { createProgress, seconds } from "../../output/progress.ts";
import type { Progress } from "../../output/progress.ts";
import { downloadFiles, readTemplate, uploadInputs } from "./recipe.ts";
import type { Recipe } from "./recipe.ts";
import { describe, followJob, waitForNodes } from "./run-job.ts";

const requiredAccuracy = 93;

export interface QuickstartOptions {
  readonly recipeDirectory: string;
  /** Where model and logs are kept. */
  readonly output: string;
}

interface Timings {
  startUp: number;
  provisioning: number;
  training: number;
  teardown: number;
}

/** Resolves to whether the job succeeded and reached the accuracy that the recipe promises. */
export async function quickstart(options: QuickstartOptions): Promise<boolean> {
  const progress = createProgress();
  const timings: Timings = { startUp: 0, provisioning: 0, training: 0, teardown: 0 };
  const started = performance.now();
  try {
    const result = await trainOnLocalCloud(options, progress, timings);
    report(progress, result, timings, performance.now() - started);
    return result.accuracy !== undefined && result.accuracy >= requiredAccuracy;
  } finally {
    progress.close();
  }
}

interface Result {
  readonly accuracy: number | undefined;
  readonly failure: string | undefined;
  readonly modelDirectory: string;
  readonly logDirectory: string;
}

async function trainOnLocalCloud(
  options: QuickstartOptions,
  progress: Progress,
  timings: Timings,
): Promise<Result> {
  const starting = progress.step("Starting the local cloud");
  const cloud = await timed(timings, "startUp", () => startLocal({ data: "temporary" }));
  const stopOnSignal = () => void cloud.dispose().then(() => process.exit(130));
  process.once("SIGINT", stopOnSignal);
  process.once("SIGTERM", stopOnSignal);
  try {
    starting.done(cloud.description.urls.api);
    return await runStory(cloud, options, progress, timings);
  } finally {
    const stopping = progress.step("Tearing everything down");
    await timed(timings, "teardown", () => cloud.dispose());
    stopping.done();
    process.removeListener("SIGINT", stopOnSignal);
    process.removeListener("SIGTERM", stopOnSignal);
  }
}

async function runStory(
  cloud: LocalCloud,
  options: QuickstartOptions,
  progress: Progress,
  timings: Timings,
): Promise<Result> {
  const { urls, token, subscriptionId, resourceGroup, location } = cloud.description;
  const api = createApiClient({ baseUrl: urls.api, token });
  const recipe: Recipe = { directory: options.recipeDirectory };
  const workspace = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.BatchAI/workspaces/quickstart`;
  const jobPath = `${workspace}/experiments/digits/jobs/mnist`;

  await timed(timings, "provisioning", async () => {
    const uploading = progress.step("Uploading digits and program to blob storage");
    uploading.done(`${((await uploadInputs(recipe, cloud.description)) / 1e6).toFixed(1)} MB`);
    const clusterStep = progress.step("Creating workspace and a cluster of 2 nodes");
    await api.put(workspace, { location });
    await api.put(
      `${workspace}/clusters/gpu`,
      await readTemplate(recipe, "cluster.json", placeholders(cloud)),
    );
    await waitForNodes(api, `${workspace}/clusters/gpu`, 2);
    clusterStep.done("2 nodes idle");
  });

  const training = progress.step("Training");
  let accuracy: number | undefined;
  const job = await timed(timings, "training", async () => {
    await api.put(`${workspace}/experiments/digits`);
    await api.put(jobPath, await jobSpec(recipe, `${workspace}/clusters/gpu`));
    return followJob(api, jobPath, (line) => {
      progress.line(`    ${line}`);
      const found = /^test accuracy ([\d.]+) %/.exec(line);
      if (found) accuracy = Number(found[1]);
    });
  });
  training.done(job.properties.executionState);
  const kept = await keepResults(api, jobPath, options.output);
  await timed(timings, "teardown", () => api.delete(workspace));
  const failed = job.properties.executionState === "failed";
  return {
    ...kept,
    accuracy: failed ? undefined : accuracy,
    failure: failed ? describe(job.properties.executionInfo?.errors, "the job failed") : undefined,
  };
}

function placeholders(cloud: LocalCloud): Record<string, string> {
  return {
    AZURE_BATCHAI_STORAGE_ACCOUNT: cloud.description.storageAccount.name,
    AZURE_BATCHAI_STORAGE_KEY: cloud.description.storageAccount.key,
    ADMIN_USER_PASSWORD: `${randomBytes(12).toString("base64url")}aA1!`,
  };
}

async function jobSpec(recipe: Recipe, clusterId: string): Promise<unknown> {
  const spec = (await readTemplate(recipe, "job.json", {})) as { properties: Record<string, unknown> };
  return { properties: { ...spec.properties, cluster: { id: clusterId } } };
}

async function keepResults(api: ApiClient, jobPath: string, output: string) {
  const modelDirectory = join(output, "model");
  const logDirectory = join(output, "logs");
  await mkdir(output, { recursive: true });
  await downloadFiles(await listOutputFiles(api, jobPath, "stdouterr"), logDirectory);
  await downloadFiles(await listOutputFiles(api, jobPath, "MODEL"), modelDirectory);
  return { modelDirectory, logDirectory };
}

function report(progress: Progress, result: Result, timings: Timings, totalMs: number): void {
  const { startUp, provisioning, training, teardown } = timings;
  const reached =
    result.accuracy === undefined ? (result.failure ?? "not reported") : `${result.accuracy.toFixed(2)} %`;
  progress.close();
  const shown = (path: string) => relative(process.cwd(), resolve(path)) || ".";
  progress.line("");
  const rows = [
    ["Test accuracy", reached],
    [
      "Wall time",
      `${seconds(totalMs)} (start-up ${seconds(startUp)}, provisioning ${seconds(provisioning)}, training ${seconds(training)}, teardown ${seconds(teardown)})`,
    ],
    ["Model", shown(result.modelDirectory)],
    ["Logs", shown(result.logDirectory)],
  ];
  for (const line of alignColumns(rows)) progress.line(line);
}

async function timed<T>(timings: Timings, part: keyof Timings, action: () => Promise<T>): Promise<T> {
  const started = performance.now();
  try {
    return await action();
  } finally {
    timings[part] += performance.now() - started;
  }
}
