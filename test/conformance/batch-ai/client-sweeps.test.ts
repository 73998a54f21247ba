// What the notebooks of 2018 did with plain jobs: sweep over parameters, read a metric from an output file by its link, and
// submit a job again from what GET answered. The service knows nothing of sweeps here; it must only give back what it got.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BatchAIManagementClient } from "@azure/arm-batchai";
import { startLocal } from "../../../local/start.ts";
import type { LocalCloud } from "../../../local/start.ts";
import { batchAIClient, clusterOf, createShare, customJob, until } from "../../support/batch-ai-client.ts";
import type { JobCreate } from "../../support/batch-ai-client.ts";

const place = ["local", "lab", "sweep"] as const;
let cloud: LocalCloud;
let client: BatchAIManagementClient;
let clusterId: string;

beforeAll(async () => {
  cloud = await startLocal({ data: "temporary" });
  client = batchAIClient(cloud);
  await createShare(cloud);
  await client.workspaces.create("local", "lab", { location: "local" });
  await client.experiments.create(...place);
  clusterId = (await client.clusters.create("local", "lab", "two", clusterOf(cloud, 2))).id ?? "";
});
afterAll(() => cloud.dispose());

const grid = ["0.1", "0.01"].flatMap((rate) => ["sgd", "adam"].map((optimizer) => ({ rate, optimizer })));

function trial({ rate, optimizer }: (typeof grid)[number]): JobCreate {
  return customJob(
    clusterId,
    'echo "rate $PARAM_RATE optimizer $PARAM_OPTIMIZER loss=$PARAM_RATE" >"$AZ_BATCHAI_OUTPUT_RESULT/metrics.txt"',
    {
      outputDirectories: [{ id: "RESULT", pathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/files" }],
      environmentVariables: [
        { name: "PARAM_RATE", value: rate },
        { name: "PARAM_OPTIMIZER", value: optimizer },
      ],
    },
  );
}

async function finished(name: string) {
  return until(
    `the end of ${name}`,
    async () => {
      const job = await client.jobs.get(...place, name);
      return job.executionState === "succeeded" || job.executionState === "failed" ? job : undefined;
    },
    60_000,
  );
}

async function metric(name: string, pattern: RegExp): Promise<string | undefined> {
  const files = await client.jobs.listOutputFiles(...place, name, { outputdirectoryid: "RESULT" });
  const url = files.find((file) => file.name === "metrics.txt")?.downloadUrl ?? "";
  return pattern.exec(await (await fetch(url)).text())?.[1];
}

describe("a sweep that the client makes", () => {
  it("row 117: runs a job for each combination, its parameters echoed and expanded", async () => {
    const names = grid.map((_, index) => `trial_${index}`);
    await Promise.all(
      grid.map((point, index) => client.jobs.create(...place, `trial_${index}`, trial(point))),
    );
    const jobs = await Promise.all(names.map(finished));
    expect(jobs.map(({ executionState }) => executionState)).toEqual(grid.map(() => "succeeded"));
    expect(jobs.map(({ environmentVariables }) => environmentVariables)).toEqual(
      grid.map(({ rate, optimizer }) => [
        { name: "PARAM_RATE", value: rate },
        { name: "PARAM_OPTIMIZER", value: optimizer },
      ]),
    );
    const optimizers = await Promise.all(names.map((name) => metric(name, /optimizer (\w+)/)));
    expect(optimizers).toEqual(grid.map(({ optimizer }) => optimizer));
  });

  it("row 118: goes on from the metric of an output file with jobs made from what GET answers", async () => {
    const losses = await Promise.all(
      grid.map(async (_, index) => Number(await metric(`trial_${index}`, /loss=([\d.]+)/))),
    );
    const best = losses.indexOf(Math.min(...losses));
    const seen = await client.jobs.get(...place, `trial_${best}`);
    const { cluster, nodeCount, stdOutErrPathPrefix, customToolkitSettings, outputDirectories } = seen;
    const again = {
      cluster,
      nodeCount,
      stdOutErrPathPrefix,
      customToolkitSettings,
      outputDirectories,
      environmentVariables: [...(seen.environmentVariables ?? [])],
    } as JobCreate;
    await client.jobs.create(...place, "round_2", again);
    expect(await finished("round_2")).toMatchObject({
      executionState: "succeeded",
      environmentVariables: seen.environmentVariables,
    });
    expect(Number(await metric("round_2", /loss=([\d.]+)/))).toBe(0.01);
  });
});
