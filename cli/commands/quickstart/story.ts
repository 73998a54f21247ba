// The quickstart's story on one machine: starts a local cloud in a temporary folder, trains a model on a cluster of two nodes
// through the public API, keeps model and logs, and leaves nothing running.
import { randomBytes } from "node:crypto";
import { join, relative, resolve } from "node:path";
import { createClient } from "../../../client/client.ts";
import type { Client } from "../../../client/client.ts";
import { followJob, waitForNodes } from "../../../client/follow-job.ts";
import { outputTail } from "../../../client/output-tail.ts";
import type { JobResponse } from "../../../domain/job/wire.ts";
import type { ClusterRef, ExperimentRef, JobRef, WorkspaceRef } from "../../../domain/shared/resource-id.ts";
import { formatId } from "../../../domain/shared/resource-id.ts";
import { startLocal } from "../../../local/start.ts";
import type { LocalCloud } from "../../../local/start.ts";
import type { Context } from "../../command.ts";
import { downloadFolder } from "../../download.ts";
import { exitCodes } from "../../output/exit-codes.ts";
import { lines } from "../../output/lines.ts";
import { alignColumns } from "../../output/table.ts";
import { createProgress, seconds } from "../../output/progress.ts";
import type { Progress } from "../../output/progress.ts";
import { readTemplate, uploadInputs } from "./recipe.ts";
import type { Recipe } from "./recipe.ts";

const requiredAccuracy = 93;
const pollIntervalMs = 200;

export interface StoryOptions {
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
export async function runQuickstart(options: StoryOptions, context: Context): Promise<boolean> {
  const progress = createProgress();
  const timings: Timings = { startUp: 0, provisioning: 0, training: 0, teardown: 0 };
  const started = performance.now();
  try {
    const result = await trainOnLocalCloud(options, context, progress, timings);
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
  options: StoryOptions,
  context: Context,
  progress: Progress,
  timings: Timings,
): Promise<Result> {
  const starting = progress.step("Starting the local cloud");
  const cloud = await timed(timings, "startUp", () => startLocal({ data: "temporary" }));
  void context.stopRequested().then(async () => {
    await cloud.dispose();
    process.exit(exitCodes.interrupted);
  });
  try {
    starting.done(cloud.description.urls.api);
    return await runStory(cloud, options, context, progress, timings);
  } finally {
    const stopping = progress.step("Tearing everything down");
    await timed(timings, "teardown", () => cloud.dispose());
    stopping.done();
  }
}

async function runStory(
  cloud: LocalCloud,
  options: StoryOptions,
  context: Context,
  progress: Progress,
  timings: Timings,
): Promise<Result> {
  const { sleep, now } = context;
  const { urls, token, location } = cloud.description;
  const client = createClient({ endpoint: urls.api, token, sleep });
  const recipe: Recipe = { directory: options.recipeDirectory };
  const { workspace, cluster, experiment, job: ref } = places(cloud);

  await timed(timings, "provisioning", async () => {
    const uploading = progress.step("Uploading digits and program to blob storage");
    uploading.done(`${((await uploadInputs(recipe, cloud.description)) / 1e6).toFixed(1)} MB`);
    const clusterStep = progress.step("Creating workspace and a cluster of 2 nodes");
    await client.workspaces.create(workspace, { location });
    await client.clusters.create(cluster, await readTemplate(recipe, "cluster.json", placeholders(cloud)));
    await waitForNodes(client, cluster, 2, { sleep, pollIntervalMs });
    clusterStep.done("2 nodes idle");
  });

  const training = progress.step("Training");
  let accuracy: number | undefined;
  const output = lines((line) => {
    progress.line(`    ${line}`);
    const found = /^test accuracy ([\d.]+) %/.exec(line);
    if (found) accuracy = Number(found[1]);
  });
  const job = await timed(timings, "training", async () => {
    await client.experiments.create(experiment);
    await client.jobs.create(ref, await jobSpec(recipe, formatId(cluster)));
    const tail = outputTail(client, ref, { directoryId: "stdouterr", name: "stdout.txt" });
    const ended = await followJob(client, ref, {
      sleep,
      now,
      pollIntervalMs,
      outputs: [{ tail, onBytes: output.write }],
    });
    output.end();
    return ended;
  });
  training.done(job?.properties.executionState ?? "stopped");
  const kept = await keepResults(client, ref, options.output, context);
  await timed(timings, "teardown", () => client.workspaces.delete(workspace));
  const failure = failureOf(job);
  return { ...kept, failure, accuracy: failure === undefined ? accuracy : undefined };
}

function places(cloud: LocalCloud) {
  const { subscriptionId, resourceGroup } = cloud.description;
  const within = { subscriptionId, resourceGroup, workspace: "quickstart" };
  const workspace: WorkspaceRef = { kind: "workspace", ...within };
  const cluster: ClusterRef = { kind: "cluster", ...within, cluster: "gpu" };
  const experiment: ExperimentRef = { kind: "experiment", ...within, experiment: "digits" };
  const job: JobRef = { kind: "job", ...within, experiment: "digits", job: "mnist" };
  return { workspace, cluster, experiment, job };
}

function failureOf(job: JobResponse | undefined): string | undefined {
  if (job?.properties.executionState === "succeeded") return undefined;
  const [error] = job?.properties.executionInfo?.errors ?? [];
  return error === undefined ? "the job failed" : `${error.code}: ${error.message}`;
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

async function keepResults(client: Client, job: JobRef, output: string, context: Context) {
  const modelDirectory = join(output, "model");
  const logDirectory = join(output, "logs");
  const quiet = { ...context, out: () => {} };
  await downloadFolder(client, job, { directoryId: "stdouterr" }, logDirectory, quiet);
  await downloadFolder(client, job, { directoryId: "MODEL" }, modelDirectory, quiet);
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
