// Common trainers in unmodified scripts, as jobs: what their own loggers for MLflow tell is with the job, as any client of MLflow finds it.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testTools } from "../../support/test-tools.ts";
import { openLab } from "../../support/toolkits/lab.ts";
import type { EndedJob, Lab } from "../../support/toolkits/lab.ts";

const exec = promisify(execFile);
const has = (environment: string) => existsSync(join(testTools, environment, "ready"));
const pythonOf = (environment: string) => join(testTools, environment, "bin/python");

/** Each job, the environment in which it runs, and its script with its words. */
const jobs = [
  { job: "scikit-learn", tool: "trainers", words: "scikit_learn.py" },
  { job: "lightgbm", tool: "trainers", words: "light_gbm.py" },
  { job: "lightning", tool: "trainers", words: "lightning.py" },
  { job: "hugging-face", tool: "trainers", words: "hugging_face.py mlflow" },
  { job: "keras", tool: "tensorflow", words: "neural.py" },
];
/** The same trainer where it reports nowhere, as it does by default since version 5: its job reads what it prints. */
const printing = "hugging-face-prints";
const isThere = has("trainers") || has("tensorflow");

/** As a notebook asks, of every run: parameters, whole curves, and the files that are found below it and its models. */
const notebook = `
import json, mlflow, sys
mlflow.set_tracking_uri(sys.argv[1])
client = mlflow.MlflowClient()
def files(list_below, of, path=None):
    return sorted(f for a in list_below(of, path) for f in (files(list_below, of, a.path) if a.is_dir else [a.path]))
def models(run):
    for use in run.outputs.model_outputs if run.outputs else []:
        model = client.get_logged_model(use.model_id)
        yield {"status": str(model.status.value), "files": files(client.list_logged_model_artifacts, model.model_id)}
runs = mlflow.search_runs(experiment_names=["toolkits"], output_format="list")
print(json.dumps([{
    "id": run.info.run_id, "status": run.info.status, "params": run.data.params,
    "curves": {key: [[m.step, m.value] for m in client.get_metric_history(run.info.run_id, key)] for key in run.data.metrics},
    "files": files(client.list_artifacts, run.info.run_id), "job": run.data.tags["batchai.job"],
    "parent": run.data.tags.get("mlflow.parentRunId"), "models": list(models(run)),
} for run in runs]))
`;

interface Run {
  readonly id: string;
  readonly status: string;
  readonly params: Readonly<Record<string, string>>;
  readonly curves: Readonly<Record<string, readonly (readonly [number, number])[]>>;
  readonly files: readonly string[];
  readonly job: string;
  readonly parent: string | null;
  readonly models: readonly { readonly status: string; readonly files: readonly string[] }[];
}

let lab: Lab;
const ended = new Map<string, EndedJob>();
let runs: readonly Run[] = [];

beforeAll(async () => {
  if (!isThere) return;
  lab = await openLab(2);
  await Promise.all([lab.upload(join(import.meta.dirname, "trainers"), "trainers"), lab.cluster()]);
  const started = jobs
    .filter(({ tool }) => has(tool))
    .map(async ({ job, tool, words }) => {
      const commandLine = `${pythonOf(tool)} $AZ_BATCHAI_MOUNT_ROOT/recipes/trainers/${words}`;
      ended.set(job, await lab.run(job, { nodeCount: 1, customToolkitSettings: { commandLine } }));
    });
  if (has("trainers")) started.push(submitPrinting());
  await Promise.all(started);
  runs = await asNotebook();
}, 400_000);
afterAll(async () => {
  if (isThere) await lab.dispose();
}, 60_000);

/** The genuine client of 2018 does not send what it does not know. */
async function submitPrinting(): Promise<void> {
  const { token } = lab.cloud.description;
  const url = `${workspaceUrl()}/experiments/toolkits/jobs/${printing}?api-version=2026-11-01`;
  const properties = {
    cluster: { id: await lab.cluster() },
    nodeCount: 1,
    stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/results",
    customToolkitSettings: {
      commandLine: `${pythonOf("trainers")} $AZ_BATCHAI_MOUNT_ROOT/recipes/trainers/hugging_face.py none`,
    },
    outputMetrics: { presets: ["huggingFace"] },
  };
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const answer = await fetch(url, { method: "PUT", headers, body: JSON.stringify({ properties }) });
  if (!answer.ok) throw new Error(await answer.text());
  ended.set(printing, await lab.ended(printing));
}

function workspaceUrl(): string {
  const { urls, subscriptionId } = lab.cloud.description;
  return `${urls.api}/subscriptions/${subscriptionId}/resourceGroups/local/providers/Microsoft.BatchAI/workspaces/lab`;
}

async function asNotebook(): Promise<readonly Run[]> {
  const { token } = lab.cloud.description;
  const python = pythonOf(has("trainers") ? "trainers" : "tensorflow");
  const env = { PATH: "/usr/bin:/bin", MLFLOW_TRACKING_TOKEN: token };
  const { stdout } = await exec(python, ["-c", notebook, `${workspaceUrl()}/mlflow`], {
    env,
    timeout: 100_000,
  });
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as readonly Run[];
}

/** The job's own run, and those that its script started beside it. */
function runsOf(name: string): { readonly own: Run; readonly children: readonly Run[] } {
  const { job, logs = {} } = ended.get(name) ?? {};
  expect(job?.executionState, logs["stderr.txt"]).toBe("succeeded");
  const theirs = runs.filter((run) => run.job === name);
  const own = theirs.find(({ parent }) => parent === null);
  if (own === undefined) throw new Error(`no run of the job among ${JSON.stringify(theirs)}`);
  expect([own.id, own.status]).toEqual([`j8-toolkits-${name}`, "FINISHED"]);
  return { own, children: theirs.filter((run) => run !== own) };
}

const stepsOf = (curve: readonly (readonly [number, number])[] = []) => curve.map(([step]) => step);

describe.skipIf(!has("trainers"))("trainers in jobs (scripts/install-test-tools.sh trainers)", () => {
  it("scikit-learn's search by autolog is the job's run, its candidates are children, its model is in the output", () => {
    const { own, children } = runsOf("scikit-learn");
    expect(own.params).toMatchObject({ cv: "2", best_max_depth: "8" });
    expect(Object.keys(own.curves)).toEqual(
      expect.arrayContaining(["best_cv_score", "training_accuracy_score"]),
    );
    expect(
      children.map(({ params, parent, status }) => [params["max_depth"], parent, status]).sort(),
    ).toEqual([
      ["2", own.id, "FINISHED"],
      ["8", own.id, "FINISHED"],
    ]);
    expect(own.models.map(({ status }) => status)).toEqual(["READY", "READY"]);
    for (const { files } of own.models) expect(files).toContain("MLmodel");
  });

  it("LightGBM's autolog tells each round", () => {
    const { own } = runsOf("lightgbm");
    expect(own.params).toMatchObject({ num_leaves: "7", num_boost_round: "8" });
    const curve = own.curves["valid_0-multi_logloss"] ?? [];
    expect(stepsOf(curve)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(curve.at(-1)?.[1]).toBeLessThan(curve[0]?.[1] ?? 0);
    expect(own.models).toEqual([{ status: "READY", files: expect.arrayContaining(["MLmodel"]) as unknown }]);
  });

  it("Lightning's MLFlowLogger tells hyperparameters, both curves and its checkpoints", () => {
    const { own } = runsOf("lightning");
    expect(own.params).toEqual({ rate: "0.01" });
    expect(stepsOf(own.curves["train_loss"])).toEqual([4, 9, 14, 19, 24, 29, 34, 39]);
    expect(stepsOf(own.curves["val_acc"])).toEqual([19, 39]);
    expect(own.files.join()).toMatch(/\.ckpt\b/);
  });

  it("Hugging Face's Trainer reports by its own callback", () => {
    const { own } = runsOf("hugging-face");
    expect(own.params).toMatchObject({ num_train_epochs: "2", n_embd: "16" });
    expect(stepsOf(own.curves["loss"])).toEqual([4, 8, 12, 16]);
    expect(stepsOf(own.curves["eval_loss"])).toEqual([8, 16]);
  });
});

describe.skipIf(!has("trainers"))("a trainer that reports nowhere", () => {
  it("has its metrics read from what it prints, to the end", () => {
    const { own } = runsOf(printing);
    expect(stepsOf(own.curves["loss"])).toEqual([1, 2, 3, 4]);
    expect(stepsOf(own.curves["eval_loss"])).toEqual([1, 2]);
    expect(Object.keys(own.curves)).toEqual(expect.arrayContaining(["train_loss", "learning_rate"]));
    expect(own.params).toEqual({});
  });
});

describe.skipIf(!has("tensorflow"))("Keras in a job (scripts/install-test-tools.sh tensorflow)", () => {
  it("is told by autolog: each epoch, and its checkpoint", () => {
    const { own } = runsOf("keras");
    expect(own.params).toMatchObject({ epochs: "3", batch_size: "20" });
    for (const name of ["loss", "accuracy", "val_loss", "val_accuracy"])
      expect([name, stepsOf(own.curves[name])]).toEqual([name, [0, 1, 2]]);
    expect(own.files).toContain("checkpoints/latest_checkpoint.h5");
  });
});
