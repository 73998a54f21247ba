// A sweep from its PUT to its best trial, through the real API, orchestrations and activities.
import { describe, expect, it } from "vitest";
import { experimentPath, workspacePath } from "../support/app/stories.ts";
import { report, runAll, story, sweepBody, sweepPath } from "../support/app/sweep-stories.ts";

describe("a sweep", () => {
  it("runs its trials as jobs, with their parameters, and names the best", async () => {
    const world = await story();
    const put = await world.sweep("PUT", "", sweepBody());
    expect(put.status, JSON.stringify(put.body)).toBe(200);
    expect(put.body.properties).toMatchObject({ executionState: "running", total: 0 });
    expect(JSON.stringify(put.body)).not.toContain("not-to-be-seen");
    await world.advance(500);
    const { value, counts, total } = await world.trials();
    expect([value.length, total, counts]).toEqual([2, 2, { queued: 2 }]);

    // Old clients see the trials as jobs.
    const first = await world.api("GET", `${experimentPath}/jobs/s_0`);
    const { LR, KIND } = value[0]?.parameters ?? {};
    expect(first.body.properties.customToolkitSettings.commandLine).toBe(
      `train --rate ${String(LR)} --kind ${String(KIND)}`,
    );
    expect(first.body.properties.environmentVariables).toEqual([
      { name: "PARAM_KIND", value: KIND },
      { name: "PARAM_LR", value: String(LR) },
    ]);

    await runAll(world);
    const done = await world.sweep("GET", "");
    expect(done.body.properties).toMatchObject({
      executionState: "succeeded",
      endReason: "allTrials",
      total: 4,
      counts: { succeeded: 4 },
      warnings: [],
    });
    const sorted = await world.trials("?orderby=params.LR");
    expect(done.body.properties.best).toMatchObject({
      trial: sorted.value[0]?.trial,
      value: sorted.value[0]?.parameters["LR"],
    });
    const best = await world.sweep("GET", "/best");
    expect(best.body).toMatchObject({
      trial: sorted.value[0]?.trial,
      jobId: expect.stringContaining(`jobs/${sorted.value[0]?.job}`) as string,
    });
    // The old API does not know it.
    expect((await world.api("GET", sweepPath)).status).toBe(404);
  });

  it("is the same when it is put twice, and a conflict when it is not the same", async () => {
    const world = await story();
    const [once, twice] = [
      await world.sweep("PUT", "", sweepBody()),
      await world.sweep("PUT", "", sweepBody()),
    ];
    expect(twice.status).toBe(200);
    expect(twice.body.id).toBe(once.body.id);
    const other = await world.sweep("PUT", "", sweepBody({ limits: { maxTrials: 5 } }));
    expect(other.status).toBe(409);
  });

  it("stops bad trials early and says why", async () => {
    const world = await story();
    const stopping = { type: "asha", minResource: 1, reductionFactor: 2 };
    await world.sweep("PUT", "", sweepBody({ stopping }));
    await world.advance(500);
    const { value } = await world.trials();
    for (const [at, trial] of value.entries()) {
      world.azure.start(await world.taskOf(trial.job));
      await world.says(trial.job, report(at + 1));
    }
    await world.advance(20_000);
    const decisions = await world.sweep("GET", "/decisions");
    const told = decisions.body.value as { trial: number; verdict: string; sentence: string }[];
    expect(told.map(({ trial, verdict, sentence }) => [trial, verdict, sentence])).toEqual([
      [0, "continue", "went on at step 1: 1 ≤ cut-off 1 (1 of 1, the best 1 go on)"],
      [1, "stop", "stopped at step 1: 2 > cut-off 1 (2 of 2, the best 1 go on)"],
    ]);
    const job = await world.api("GET", `${experimentPath}/jobs/s_1`);
    expect(job.body.properties.executionState).toMatch(/terminating|failed/);
    await runAll(world);
    expect((await world.sweep("GET", "/trials/1")).body).toMatchObject({
      state: "stopped",
      stopCause: "policy",
      value: 2,
    });
  });

  it("is changed while it runs and after its end, and goes on only when it is asked to", async () => {
    const world = await story();
    const tags = { team: "vision" };
    await world.sweep("PUT", "", { ...sweepBody(), tags });
    expect((await world.sweep("PUT", "", { ...sweepBody(), tags: {} })).status).toBe(409);
    await world.advance(500);
    const less = await world.sweep("PATCH", "", { properties: { limits: { maxTrials: 3 } } });
    expect(less.body).toMatchObject({
      tags,
      properties: { executionState: "running", limits: { maxTrials: 3 } },
    });
    await runAll(world);
    await world.advance(20_000);
    expect((await world.trials()).value).toHaveLength(3);
    const ended = await world.sweep("PATCH", "", {
      tags: { team: "speech" },
      properties: { limits: { maxTrials: 4 }, stopping: { type: "median", delayEvaluation: 5 } },
    });
    expect(ended.body).toMatchObject({
      tags: { team: "speech" },
      properties: { executionState: "succeeded", stopping: { type: "median" }, limits: { maxTrials: 4 } },
    });
    await world.advance(20_000);
    expect((await world.trials()).value).toHaveLength(3);
    expect(
      (await world.sweep("PATCH", "", { properties: { limits: { maxTrials: 2 } } })).body.error,
    ).toMatchObject({
      target: "properties.limits.maxTrials",
    });
    await world.sweep("POST", "/resume");
    await runAll(world);
    const { value } = await world.trials();
    expect(value.map(({ policy }) => policy)).toEqual(["none", "none", "none", "median"]);
  });

  it("reads what a common trainer prints, under the trainer's own names, where a preset says so", async () => {
    const world = await story();
    const limits = { maxTrials: 1 };
    const wrong = await world.sweep("PUT", "", sweepBody({ limits, presets: ["pytorch"] }));
    expect([wrong.status, wrong.body.error.message]).toEqual([
      400,
      expect.stringContaining("huggingFace, keras, lightgbm, xgboost"),
    ]);
    await world.sweep("PUT", "", sweepBody({ limits, presets: ["keras"] }));
    await world.advance(6_000);
    const task = await world.taskOf("s_0");
    world.azure.start(task);
    await world.says("s_0", report(9, 1));
    const epoch = (loss: number) => `Epoch 1/2\n10/10 - 0s - loss: ${loss} - accuracy: 0.5\n`;
    await world.says("s_0", epoch(0.5) + epoch(0.25), "stdout.txt");
    await world.advance(10_000);
    expect((await world.sweep("GET", "/trials/0")).body.metrics).toMatchObject({
      loss: { n: 2, last: 0.25, best: 0.25, bestStep: 2, max: 0.5 },
      accuracy: { n: 2, last: 0.5 },
    });
    expect((await world.sweep("GET", "")).body.properties.presets).toEqual(["keras"]);
  });

  it("takes metrics that are posted, once each, until the trial's job has ended", async () => {
    const world = await story();
    await world.sweep("PUT", "", sweepBody({ limits: { maxTrials: 1 } }));
    await world.advance(6_000);
    const post = (...points: object[]) => world.sweep("POST", "/trials/0/metrics", { points });
    const task = await world.taskOf("s_0");
    world.azure.start(task);
    const batch = [
      { name: "loss", value: 0.5, step: 2 },
      { name: "loss", value: "NaN", step: 1 },
      { name: "other", value: "-Infinity", step: 1 },
    ];
    for (let again = 0; again < 3; again += 1)
      expect(await post(...batch)).toMatchObject({ status: 200, body: { points: 3 } });
    await world.says("s_0", report(0.25, 3));
    await world.advance(10_000);
    expect((await world.sweep("GET", "/trials/0")).body.metrics).toMatchObject({
      loss: { n: 3, last: 0.25, best: 0.25, bestStep: 3, max: 0.5 },
      other: { n: 1, min: "-Infinity" },
    });
    const wrong = await post({ name: "loss", value: "high", step: 1 });
    expect([wrong.status, wrong.body.error.target]).toEqual([400, "points[0].value"]);
    expect((await post({ name: "loss", value: 1 })).body.error.target).toBe("points[0].step");
    expect((await world.sweep("POST", "/trials/9/metrics", { points: batch })).status).toBe(404);
    await post({ name: "loss", value: 0.125, step: 4 });
    world.azure.complete(task, { exitCode: 0 });
    await world.advance(20_000);
    expect((await world.sweep("GET", "")).body.properties).toMatchObject({
      executionState: "succeeded",
      best: { trial: 0, value: 0.125, step: 4 },
    });
    const late = await post({ name: "loss", value: 0, step: 5 });
    expect([late.status, late.body.error.code]).toEqual([409, "InvalidState"]);
    await world.sweep("DELETE", "");
    await world.advance(120_000);
    expect((await world.sweep("GET", "")).status).toBe(404);
  });

  it("goes by what a trial's script logs to MLflow, which is a run with the trial's parameters", async () => {
    const world = await story();
    await world.sweep("PUT", "", sweepBody({ limits: { maxTrials: 1 } }));
    await world.advance(6_000);
    const task = await world.taskOf("s_0");
    world.azure.start(task);
    await world.advance(6_000);
    const token = world.services.jobTokens.issue(task.slice(0, 36), 600_000);
    const mlflow = (at: string, call: string, body: object, by: string) =>
      world.api("POST", `${at}/mlflow/api/2.0/mlflow/runs/${call}`, { body, token: by });
    const script = (call: string, body: object) =>
      mlflow(`${experimentPath}/jobs/s_0`, call, { run_id: "j1-e-s_0", ...body }, token);
    expect((await script("create", { experiment_id: "0" })).body.run.info.run_id).toBe("j1-e-s_0");
    expect((await script("log-metric", { key: "loss", value: 0.5, timestamp: 1, step: 1 })).status).toBe(200);
    await world.advance(10_000);
    world.azure.complete(task, { exitCode: 0 });
    await world.advance(20_000);
    const { executionState, best } = (await world.sweep("GET", "")).body.properties;
    expect([executionState, best]).toEqual(["succeeded", expect.objectContaining({ trial: 0, value: 0.5 })]);
    const search = { experiment_ids: ["e"], filter: "tags.`batchai.sweep` = 's' and metrics.loss = 0.5" };
    const { runs } = (await mlflow(workspacePath, "search", search, "role-reader")).body;
    expect(runs).toHaveLength(1);
    expect(runs[0].data.params).toMatchObject([{ key: "KIND" }, { key: "LR" }]);
  });

  it("ends with its trials when it is terminated, and resumes", async () => {
    const world = await story();
    await world.sweep("PUT", "", sweepBody());
    await world.advance(500);
    await world.sweep("POST", "/terminate");
    await runAll(world);
    await world.advance(20_000);
    expect((await world.sweep("GET", "")).body.properties).toMatchObject({
      executionState: "succeeded",
      endReason: "terminated",
      counts: { canceled: 2 },
    });
    await world.sweep("POST", "/resume");
    await runAll(world);
    expect((await world.sweep("GET", "")).body.properties.counts).toEqual({ canceled: 2, succeeded: 2 });
  });

  it("loses nothing and runs nothing twice when the service dies at any step", async () => {
    const calm = await story();
    await calm.sweep("PUT", "", sweepBody());
    await runAll(calm);
    const expected = (await calm.trials()).value.map(({ job, parameters }) => ({ job, parameters }));
    for (const step of [3, 9, 17, 30, 55]) {
      const world = await story();
      world.activityCrash.crashAt(step);
      await world.sweep("PUT", "", sweepBody());
      await world.advance(2_000);
      world.activityCrash.crashOver();
      // As at every start.
      await world.reconcile();
      await world.reconcileResources();
      await runAll(world);
      expect((await world.trials()).value.map(({ job, parameters }) => ({ job, parameters }))).toEqual(
        expected,
      );
      const { body } = await world.api("GET", `${experimentPath}/jobs`);
      expect(body.value).toHaveLength(4);
    }
  });

  it("leaves a job alone that merely has the name of a trial's: the trial fails and says why", async () => {
    const world = await story();
    const { properties } = sweepBody() as { properties: { trial: { properties: object } } };
    const own = { ...properties.trial.properties, environmentVariables: [], secrets: [] };
    await world.api("PUT", `${experimentPath}/jobs/s_1`, { body: { properties: own } });
    await world.sweep("PUT", "", sweepBody());
    await world.advance(500);
    await runAll(world);
    expect((await world.sweep("GET", "/trials/1")).body).toMatchObject({
      state: "failed",
      error: { code: "Conflict" },
    });
    await world.sweep("DELETE", "");
    await world.advance(120_000);
    const { body } = await world.api("GET", `${experimentPath}/jobs`);
    expect((body.value as { name: string }[]).map(({ name }) => name)).toEqual(["s_1"]);
  });

  it("shows what its trials retry and leave receipts of, and is another sweep with other of these", async () => {
    const { sweep } = await story();
    const trial = { retries: { onFailure: 2 }, receipt: { inputs: [] } };
    expect((await sweep("PUT", "", sweepBody({}, trial))).body.properties.trial.properties).toMatchObject(
      trial,
    );
    expect((await sweep("PUT", "", sweepBody({}, trial))).status).toBe(200);
    for (const other of [{}, { ...trial, retries: { onFailure: 3 } }, { retries: trial.retries }])
      expect(await sweep("PUT", "", sweepBody({}, other))).toMatchObject({
        status: 409,
        body: { error: { code: "Conflict" } },
      });
  });

  it("says that its metric was never reported, and does not hang", async () => {
    const world = await story();
    await world.sweep("PUT", "", sweepBody({ objective: { metric: "accuracy", goal: "maximize" } }));
    await runAll(world);
    await world.advance(10_000);
    const { properties } = (await world.sweep("GET", "")).body as {
      properties: { executionState: string; errors: { code: string; message: string }[] };
    };
    expect(properties.executionState).toBe("failed");
    expect(properties.errors[0]).toMatchObject({
      code: "NoMetricReported",
      message: expect.stringContaining("only 'loss'") as string,
    });
  });

  it("is deleted with its jobs, its metrics and its secrets", async () => {
    const world = await story();
    await world.sweep("PUT", "", sweepBody());
    await runAll(world);
    expect((await world.sweep("DELETE", "")).status).toBe(202);
    await world.advance(120_000);
    expect((await world.sweep("GET", "")).status).toBe(404);
    expect((await world.api("GET", `${experimentPath}/jobs`)).body.value).toEqual([]);
    expect([...world.secrets.values()].some((values) => values.has("trial"))).toBe(false);
  });

  it("tells trials by filter and order, as columns, as CSV and JSON lines, and their metrics", async () => {
    const world = await story();
    await world.sweep("PUT", "", sweepBody());
    await runAll(world, { exitCode: ({ trial }) => (trial === 3 ? 1 : 0) });
    const failed = await world.trials("?filter=state eq 'failed'");
    expect(failed.value.map(({ trial }) => trial)).toEqual([3]);
    const columns = await world.sweep(
      "GET",
      "/trials?view=columns&fields=trial,params.KIND,metrics.loss.best&orderby=trial desc",
    );
    expect(columns.body.columns.trial).toEqual([3, 2, 1, 0]);
    expect(columns.body.columns["metrics.loss.best"]).toHaveLength(4);
    const page = await world.sweep("GET", "/trials?maxresults=3");
    expect([page.body.value.length, page.body.total, typeof page.body.nextLink]).toEqual([3, 4, "string"]);
    const wrong = await world.sweep("GET", "/trials?orderby=nothing");
    expect([wrong.status, wrong.body.error.target]).toEqual([400, "orderby"]);
    const points = await world.sweep("GET", "/metrics?trial=0&metric=loss");
    expect(points.body).toMatchObject({ n: 1, buckets: [{ fromStep: 1, toStep: 1 }] });
    const absent = await world.sweep("GET", "/trials/17");
    expect([absent.status, absent.body.error.code]).toEqual([404, "TrialNotFound"]);
  });

  it.each([
    [sweepBody({}, { stdOutErrPathPrefix: "/tmp" }), "properties.trial.properties.stdOutErrPathPrefix"],
    [sweepBody({}, { nodeCount: 0 }), "properties.trial.properties.nodeCount"],
    [sweepBody({}, { customToolkitSettings: { commandLine: "$PARAM_TYPO" } }), "properties.trial"],
    [
      sweepBody({ searchSpace: { "lower-case": { type: "uniform", min: 0, max: 1 } } }),
      "properties.searchSpace.lower-case",
    ],
    [sweepBody({ objective: { metric: "x", goal: "best" } }), "properties.objective.goal"],
  ])("refuses what cannot work, with its field", async (body, target) => {
    const world = await story();
    const answer = await world.sweep("PUT", "", body);
    expect([answer.status, answer.body.error.target]).toEqual([400, target]);
  });

  it("shows what it would do and cost before it exists", async () => {
    const world = await story();
    const { properties } = sweepBody() as { properties: object };
    const answer = await world.sweep("POST", "/preview", {
      properties,
      count: 3,
      forecast: { trialDuration: "PT10M" },
    });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    expect(answer.body.suggestions).toHaveLength(3);
    expect(answer.body.forecast.seconds.median).toBe(1200);
    expect((await world.sweep("GET", "")).status).toBe(404);
  });
});
