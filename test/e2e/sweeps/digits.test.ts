// The recipes of sweeps, as their READMEs tell: a real model, real jobs, early stopping.
// The figures of docs/how-to/sweeps.md are made of their trials: BATCHAI_SWEEP_DATA=docs/how-to/images keeps them.
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createClient } from "../../../client/client.ts";
import { until } from "../../support/batch-ai-client.ts";
import { openLab } from "../../support/toolkits/lab.ts";
import type { Lab } from "../../support/toolkits/lab.ts";
import { missing } from "../../support/toolkits/frameworks.ts";

const run = promisify(execFile);
const recipe = fileURLToPath(new URL("../../../recipes/custom/digits-sweep", import.meta.url));
const torchRecipe = fileURLToPath(new URL("../../../recipes/pytorch/digits-sweep", import.meta.url));
const digits = fileURLToPath(new URL("../../../dist/recipes/mnist-tfjs/data", import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "digits-sweep-"));
const kept = resolve(process.env["BATCHAI_SWEEP_DATA"] ?? folder);
const script = join(recipe, "run.mjs");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let lab: Lab;
beforeAll(async () => {
  lab = await openLab(4);
  await Promise.all([
    lab.upload(recipe, "custom/digits-sweep"),
    lab.upload(torchRecipe, "pytorch/digits-sweep"),
    lab.upload(digits, "data/mnist"),
    lab.uploadText("posting.mjs", posting), // before a node has mounted the container: it sees what was there then
  ]);
}, 120_000);
afterAll(() => lab.dispose(), 60_000);

interface SavedTrial {
  readonly state: string;
  readonly value: number;
  readonly curve: readonly (readonly [number, number])[];
}

/** @returns what `run.mjs` prints, the lines of its table, the trials that it saves, and the best one's model. */
async function swept(name: string, spec: string) {
  const { urls, subscriptionId, token } = lab.cloud.description;
  const path = `subscriptions/${subscriptionId}/resourceGroups/local/providers/Microsoft.BatchAI/workspaces/lab/experiments/toolkits`;
  const saved = join(kept, `${name}-sweep.json`);
  const words = [script, `${urls.api}/${path}`, await lab.cluster(), name, saved, spec];
  const { stdout } = await run(process.execPath, words, {
    env: { PATH: "/usr/bin:/bin", BATCHAI_TOKEN: token },
  });
  const [, job = ""] = /jobs\/(\w+)$/m.exec(stdout) ?? [];
  const model = await lab.client.jobs.listOutputFiles("local", "lab", "toolkits", job, {
    outputdirectoryid: "MODEL",
  });
  return {
    stdout,
    states: stdout.split("\n").flatMap((line) => (/^\d+ /.test(line) ? [line.split(/\s+/)[1]] : [])),
    best: Number(/best is trial \d+, accuracy ([\d.]+)/.exec(stdout)?.[1]),
    model: model.map((file) => file.name),
    trials: JSON.parse(readFileSync(saved, "utf8")) as readonly SavedTrial[],
  };
}

/** What trials do that post their metrics with nothing but what they find in their environment. */
const posting = `
const post = (step, value) => fetch(process.env.AZ_BATCHAI_METRICS_URL, {
  method: "POST",
  headers: { authorization: "Bearer " + process.env.AZ_BATCHAI_METRICS_TOKEN, "content-type": "application/json" },
  body: JSON.stringify({ points: [{ name: "loss", step, value }] }),
});
for (let step = 1; step <= 3; step += 1) {
  const { status } = await post(step, Number(process.env.PARAM_LR) / 2 ** step);
  if (status !== 200) process.exit(3);
}
`;

const noTorch = missing("torch");
const epochs = [1, 2, 3, 4, 5, 6, 7, 8, 9];

describe("the recipe of a sweep over digits", () => {
  it("runs 24 trials, stops bad ones early, and names the best model", async () => {
    const { stdout, states, best, model, trials } = await swept("digits", join(recipe, "sweep.json"));
    expect(states, stdout).toHaveLength(24);
    expect(states.filter((state) => state === "stopped").length).toBeGreaterThan(6);
    expect(states.filter((state) => state === "succeeded").length).toBeGreaterThan(1);
    expect(best).toBeGreaterThan(0.8);
    expect(model).toEqual(["weights.json"]);
    expect(trials.map(({ curve }) => curve.length > 0)).toEqual(Array(24).fill(true));
    const whole = trials.filter(({ state }) => state === "succeeded");
    expect(whole.map(({ curve }) => curve.map(([epoch]) => epoch))).toEqual(whole.map(() => epochs));
  }, 300_000);

  it.skipIf(noTorch !== "")(
    `does the same with PyTorch${noTorch}`,
    async () => {
      const { stdout, states, best, model, trials } = await swept("torch", join(torchRecipe, "sweep.json"));
      expect(states, stdout).toHaveLength(16);
      expect(states.filter((state) => state === "stopped").length).toBeGreaterThan(3);
      expect(best).toBeGreaterThan(0.8);
      expect(model).toEqual(["network.pt"]);
      const accuracies = trials.flatMap(({ curve }) => curve.map(([, accuracy]) => accuracy));
      expect(Math.max(...accuracies)).toBeGreaterThan(best - 0.001);
    },
    300_000,
  );
});

describe("trials that post their metrics", () => {
  it("do so with the address and the token that their job has", async () => {
    const { urls, subscriptionId, token } = lab.cloud.description;
    const { sweeps } = createClient({ endpoint: urls.api, token });
    const within = { subscriptionId, resourceGroup: "local", workspace: "lab", experiment: "toolkits" };
    const ref = { kind: "sweep", ...within, sweep: "posting" } as const;
    await sweeps.create(ref, {
      properties: {
        trial: {
          properties: {
            cluster: { id: await lab.cluster() },
            nodeCount: 1,
            stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/results",
            customToolkitSettings: { commandLine: "node $AZ_BATCHAI_MOUNT_ROOT/recipes/posting.mjs" },
          },
        },
        searchSpace: { LR: { type: "choice", values: [0.25, 0.5] } },
        objective: { metric: "loss", goal: "minimize" },
        algorithm: { type: "grid" },
        limits: { maxTrials: 2, maxConcurrentTrials: 2 },
      },
    });
    const ended = async () => {
      const { properties } = await sweeps.get(ref);
      return properties.executionState === "running" ? undefined : properties;
    };
    expect(await until("the end of the sweep", ended, 60_000)).toMatchObject({
      executionState: "succeeded",
      best: { trial: 0, value: 0.03125, step: 3 },
    });
    const trials = [];
    for await (const trial of sweeps.trials(ref)) trials.push(trial.metrics["loss"]?.["n"]);
    expect(trials).toEqual([3, 3]);
  }, 120_000);
});
