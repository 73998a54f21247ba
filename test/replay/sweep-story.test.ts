// A sweep from its PUT to its best trial, through the real API, orchestrations and activities.
import { describe, expect, it } from "vitest";
import { clusterPath, experimentPath, worldWithCluster } from "../support/app/stories.ts";

const own = "?api-version=2026-11-01";
const path = `${experimentPath}/sweeps/s`;

const share = {
  azureFileShares: [
    {
      accountName: "store",
      azureFileUrl: "https://store.file.core.windows.net/logs",
      relativeMountPath: "share",
      credentials: { accountKey: "bm90LXRvLWJlLXNlZW4=" },
    },
  ],
};

function sweepBody(properties: object = {}, trial: object = {}): object {
  return {
    properties: {
      trial: {
        properties: {
          cluster: { id: clusterPath },
          nodeCount: 1,
          stdOutErrPathPrefix: "$AZ_BATCHAI_JOB_MOUNT_ROOT/share",
          mountVolumes: share,
          customToolkitSettings: { commandLine: "train --rate $PARAM_LR --kind ${PARAM_KIND}" },
          environmentVariables: [{ name: "PARAM_LR", value: "replaced" }],
          secrets: [{ name: "TOKEN", value: "not-to-be-seen" }],
          ...trial,
        },
      },
      searchSpace: {
        LR: { type: "loguniform", min: 0.001, max: 1 },
        KIND: { type: "choice", values: ["a", "b"] },
      },
      objective: { metric: "loss", goal: "minimize" },
      algorithm: { type: "random", seed: 4 },
      limits: { maxTrials: 4, maxConcurrentTrials: 2 },
      ...properties,
    },
  };
}

interface Shown {
  readonly trial: number;
  readonly state: string;
  readonly job: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

async function story(options: { nodes?: number } = {}) {
  const world = await worldWithCluster({ targetNodeCount: options.nodes ?? 4 });
  const api = (method: string, at: string, body?: object) =>
    world.api(
      method,
      `${path}${at}${at.includes("?") ? "&" : "?"}${own.slice(1)}`,
      body === undefined ? {} : { body },
    );
  const trials = async (query = "") => {
    const answer = await api("GET", `/trials${query}`);
    expect(answer.status).toBe(200);
    return answer.body as { value: Shown[]; total: number; counts: Record<string, number> };
  };
  return {
    ...world,
    sweep: api,
    trials,
    /** The one task of a job, by the job's name. */
    async taskOf(job: string): Promise<string> {
      const { body } = await world.api("GET", `${experimentPath}/jobs/${job}`);
      const guid = String(body.properties.jobOutputDirectoryPathSegment).split("/").at(-1) ?? "";
      const found = world.azure
        .tasks()
        .map(({ task }) => task.id)
        .filter((id) => id.includes(guid));
      return found.at(-1) ?? "";
    },
    async says(job: string, text: string, file = "metrics.jsonl"): Promise<void> {
      const { body } = await world.api("GET", `${experimentPath}/jobs/${job}`);
      const place = `${body.properties.jobOutputDirectoryPathSegment}/stdouterr/${file}`;
      world.written.set(place, (world.written.get(place) ?? "") + text);
    },
  };
}
type Story = Awaited<ReturnType<typeof story>>;

const report = (value: number, step = 1, name = "loss") => `${JSON.stringify({ name, value, step })}\n`;

/** Runs whatever waits, lets it report and end, until nothing is under way. */
async function runAll(
  world: Story,
  about: { value?: (trial: Shown) => number; exitCode?: (trial: Shown) => number } = {},
) {
  for (let round = 0; round < 40; round += 1) {
    await world.advance(6_000);
    const { value } = await world.trials();
    const open = value.filter(({ state }) => state === "queued" || state === "running");
    if (open.length === 0) return;
    for (const trial of open) {
      const task = await world.taskOf(trial.job);
      if (task === "") continue;
      world.azure.start(task);
      await world.says(trial.job, report(about.value?.(trial) ?? Number(trial.parameters["LR"])));
      world.azure.complete(task, { exitCode: about.exitCode?.(trial) ?? 0 });
    }
  }
  throw new Error("the sweep does not end");
}

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
    expect((await world.api("GET", path)).status).toBe(404);
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

  it("runs failed trials again with the same parameters, and only those", async () => {
    const world = await story();
    await world.sweep("PUT", "", sweepBody());
    await runAll(world, { exitCode: ({ trial }) => (trial === 1 ? 137 : trial === 2 ? 3 : 0) });
    expect((await world.sweep("GET", "")).body.properties.counts).toEqual({ succeeded: 2, failed: 2 });
    const before = (await world.trials()).value;
    const retried = await world.sweep("POST", "/retryFailed", { exitCodes: [137] });
    expect(retried.body).toEqual({ trials: [1] });
    // Asking twice is asking once.
    await world.sweep("POST", "/retryFailed", { trials: [1] });
    await runAll(world);
    const after = (await world.trials()).value;
    expect(after.map(({ job, state }) => `${job} ${state}`)).toEqual([
      "s_0 succeeded",
      "s_1_2 succeeded",
      "s_2 failed",
      "s_3 succeeded",
    ]);
    expect(after[1]?.parameters).toEqual(before[1]?.parameters);
    expect((await world.sweep("GET", "")).body.properties.executionState).toBe("succeeded");
  });

  it("goes on after its end when it is extended, with the suggestions that a longer one would have had", async () => {
    const world = await story();
    await world.sweep("PUT", "", sweepBody());
    await runAll(world);
    const extended = await world.sweep("POST", "/extend", { properties: { limits: { maxTrials: 6 } } });
    expect(extended.body.properties).toMatchObject({ executionState: "running", limits: { maxTrials: 6 } });
    await runAll(world);
    const { value } = await world.trials();
    expect(value).toHaveLength(6);
    const other = await story();
    await other.sweep("PUT", "", sweepBody({ limits: { maxTrials: 6, maxConcurrentTrials: 2 } }));
    await runAll(other);
    expect((await other.trials()).value.map(({ parameters }) => parameters)).toEqual(
      value.map(({ parameters }) => parameters),
    );
    const less = await world.sweep("POST", "/extend", { properties: { limits: { maxTrials: 5 } } });
    expect([less.status, less.body.error.target]).toEqual([400, "properties.limits.maxTrials"]);
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
