// MLflow's protocol over the whole app in memory: notebooks at the workspace, the script of a job at the job, and what becomes of
// what they logged.
import { describe, expect, it } from "vitest";
import { trackingCalls } from "../../../functions/http/tracking/calls.ts";
import {
  experimentPath,
  jobBody,
  startJob,
  workspacePath,
  worldWithCluster,
} from "../../support/app/stories.ts";
import { subscriptionId } from "../../support/app/app-world.ts";
import type { Answer } from "../../support/app/app-world.ts";

type World = Awaited<ReturnType<typeof worldWithCluster>>;
const jobPath = `${experimentPath}/jobs/j`;
const own = "j1-e-j";
const launchA = "on/a/mnt/out/mlflow/-/";
const mlflow = "api/2.0/mlflow";

interface Client {
  get(call: string, query?: Record<string, string>): Promise<Answer>;
  post(call: string, body?: object): Promise<Answer>;
  patch(call: string, body: object): Promise<Answer>;
}

function clientAt(world: World, base: string, token = "role-submitter"): Client {
  const send = (method: string, call: string, body?: object) =>
    world.api(method, `${base}/${mlflow}/${call}`, { token, ...(body === undefined ? {} : { body }) });
  return {
    get: (call, query = {}) => send("GET", `${call}?${new URLSearchParams(query).toString()}`),
    post: (call, body = {}) => send("POST", call, body),
    patch: (call, body) => send("PATCH", call, body),
  };
}

async function runningJob() {
  const world = await worldWithCluster();
  await startJob(world, jobPath);
  const stored = await world.services.state.jobs.get({
    kind: "job",
    subscriptionId,
    resourceGroup: "rg",
    workspace: "w",
    experiment: "e",
    job: "j",
  });
  const token = world.services.jobTokens.issue(stored?.guid ?? "", 3_600_000);
  const script = (launch = launchA) =>
    clientAt(world, `${jobPath}/mlflow/${launch.replace(/\/$/, "")}`, token);
  return { world, token, script, notebook: clientAt(world, `${workspacePath}/mlflow`) };
}

const create = (client: Client, body: object = {}) =>
  client.post("runs/create", { experiment_id: "e", start_time: 1, tags: [], ...body });
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
/** Partitions that hold something of what was logged. */
const tracked = (world: World) =>
  (JSON.parse(world.documents.dump()) as [string, unknown[]][])
    .filter(([name, rows]) => /^(runs|metrics|models)\|/.test(name) && rows.length > 0)
    .map(([name]) => name);
const valuesOf = (pairs: readonly { key: string; value: unknown }[] = []) =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, value]));

describe("the script of a job", () => {
  it("gets the job's experiment under whatever name it asks for, and the job's own run first", async () => {
    const { script, notebook } = await runningJob();
    const client = script();
    const asked = await client.get("experiments/get-by-name", { experiment_name: "my own name" });
    expect(asked.body.experiment).toMatchObject({
      experiment_id: "e",
      name: "my own name",
      lifecycle_stage: "active",
    });
    expect((await client.post("experiments/create", { name: "another" })).body).toEqual({
      experiment_id: "e",
    });
    expect((await client.get("experiments/get", { experiment_id: "0" })).body.experiment.experiment_id).toBe(
      "e",
    );
    const first = await create(client, { experiment_id: "0", run_name: "baseline", user_id: "root" });
    expect(first.body.run.info).toMatchObject({
      run_id: own,
      run_uuid: own,
      experiment_id: "e",
      status: "RUNNING",
      run_name: "baseline",
      user_id: "root",
    });
    expect(first.body.run.info.artifact_uri).toBe("file:///mnt/out/mlflow/j1-e-j/artifacts");
    const second = await create(client, { run_name: "child" });
    expect(second.body.run.info.run_id).toMatch(/^c1-e-j-[0-9a-f]{32}$/);
    expect(valuesOf(second.body.run.data.tags)["mlflow.parentRunId"]).toBe(own);
    const seen = await notebook.get("runs/get", { run_id: own });
    expect(valuesOf(seen.body.run.data.tags)).toMatchObject({
      "batchai.experimentAsked": "another",
      "batchai.job": "j",
    });
    expect(seen.body.run.info.artifact_uri).toBe("mlflow-artifacts:/j1-e-j/artifacts");
  });

  it("gets the job's own run again when the job's processes were started anew", async () => {
    const { script } = await runningJob();
    expect((await create(script())).body.run.info.run_id).toBe(own);
    expect((await create(script("on/b//-/"))).body.run.info.run_id).toBe(own);
    expect((await create(script("on/b//-/"))).body.run.info.run_id).not.toBe(own);
    // Another node, which does not know which start it is.
    expect((await create(script("on/-//-/"))).body.run.info.run_id).not.toBe(own);
  });

  it("never says what becomes of the job, and a run that it left is closed with the job", async () => {
    const { world, script, notebook } = await runningJob();
    const client = script();
    await create(client);
    const child = (await create(client)).body.run.info.run_id as string;
    const ended = await client.post("runs/update", { run_id: own, status: "FAILED", end_time: 5 });
    expect(ended.body.run_info.status).toBe("RUNNING");
    world.azure.complete(world.onlyTask(), { exitCode: 0 });
    await world.advance(2_000);
    const of = async (id: string) => (await notebook.get("runs/get", { run_id: id })).body.run.info;
    expect(await of(own)).toMatchObject({ status: "FINISHED" });
    expect((await of(own)).end_time).toBeGreaterThan(0);
    expect(await of(child)).toMatchObject({ status: "FINISHED" });
  });

  it("keeps the first word of a parameter that a later attempt says otherwise", async () => {
    const { script } = await runningJob();
    await create(script());
    const said = (value: string) => script().post("runs/log-parameter", { run_id: own, key: "lr", value });
    expect((await said("0.1")).status).toBe(200);
    expect((await said("0.2")).status).toBe(200);
    expect(valuesOf((await script().get("runs/get", { run_id: own })).body.run.data.params)).toEqual({
      lr: "0.1",
    });
  });

  it("speaks for its job alone, and only while it runs", async () => {
    const { world, script, token } = await runningJob();
    await world.api("PUT", `${experimentPath}/jobs/other`, { body: jobBody() });
    const other = clientAt(world, `${experimentPath}/jobs/other/mlflow`, token);
    const everybody = clientAt(world, `${workspacePath}/mlflow`, token);
    for (const client of [other, everybody]) {
      const refused = await client.get("runs/get", { run_id: own });
      expect([refused.status, refused.body.error_code]).toEqual([403, "PERMISSION_DENIED"]);
    }
    expect((await script().get("runs/get", { run_id: "j1-e-other" })).status).toBe(404);
    expect((await world.api("GET", jobPath, { token })).status).toBe(401);
    world.azure.complete(world.onlyTask(), { exitCode: 0 });
    await world.advance(2_000);
    const late = await script().get("runs/get", { run_id: own });
    expect([late.status, late.body.error_code]).toEqual([403, "PERMISSION_DENIED"]);
    expect(late.body.message).toContain("has ended");
  });

  it("sees its own runs only", async () => {
    const { script, notebook } = await runningJob();
    await create(notebook, { run_name: "elsewhere" });
    await create(script());
    const found = await script().post("runs/search", { experiment_ids: ["whatever"] });
    expect(found.body.runs.map((run: { info: { run_id: string } }) => run.info.run_id)).toEqual([own]);
  });
});

describe("what is logged", () => {
  it("is there once, however often it is sent, with numbers that JSON has no word for", async () => {
    const { script, notebook } = await runningJob();
    const client = script();
    await create(client);
    const metrics = [
      { key: "loss", value: 0.5, timestamp: 10, step: 0 },
      { key: "loss", value: "NaN", timestamp: "11", step: "1" },
      { key: "loss", value: "-Infinity", timestamp: 12, step: 2 },
    ];
    for (let time = 0; time < 2; time += 1)
      expect(
        (
          await client.post("runs/log-batch", {
            run_id: own,
            metrics,
            params: [{ key: "a", value: "1" }],
            tags: [{ key: "t", value: "x" }],
          })
        ).body,
      ).toEqual({});
    const { data } = (await notebook.get("runs/get", { run_id: own })).body.run;
    expect(data.metrics).toEqual([{ key: "loss", value: "-Infinity", timestamp: 12, step: 2 }]);
    expect(valuesOf(data.params)).toEqual({ a: "1" });
    const history = (query: object) =>
      notebook.get("metrics/get-history", { run_id: own, metric_key: "loss", ...query });
    expect((await history({})).body).toEqual({
      metrics: [
        { key: "loss", value: 0.5, timestamp: 10, step: 0 },
        { key: "loss", value: "NaN", timestamp: 11, step: 1 },
        { key: "loss", value: "-Infinity", timestamp: 12, step: 2 },
      ],
    });
    const page = await history({ max_results: "2" });
    expect(page.body.metrics).toHaveLength(2);
    expect(
      (await history({ max_results: "2", page_token: page.body.next_page_token })).body.metrics,
    ).toHaveLength(1);
  });

  it("comes from many writers at once and is all there", async () => {
    const { script } = await runningJob();
    await create(script());
    await Promise.all(
      Array.from({ length: 12 }, (_, step) =>
        script().post("runs/log-metric", { run_uuid: own, key: "m", value: step, timestamp: step, step }),
      ),
    );
    const history = await script().get("metrics/get-history", { run_id: own, metric_key: "m" });
    expect(history.body.metrics).toHaveLength(12);
  });

  it.each([
    [
      "runs/log-batch",
      { metrics: Array.from({ length: 1001 }, () => ({ key: "a", value: 1 })) },
      "at most 1000",
    ],
    [
      "runs/log-batch",
      { params: Array.from({ length: 101 }, (_, at) => ({ key: `p${at}`, value: "" })) },
      "at most 100",
    ],
    ["runs/log-metric", { key: "k".repeat(251), value: 1 }, "at most 250"],
    ["runs/log-metric", { key: "k", value: "much" }, "expected a number"],
    ["runs/set-tag", { key: "../k", value: "1" }, "must not begin"],
    ["runs/delete-tag", { key: "none" }, "no tag 'none'"],
  ])("%s is refused with what is wrong", async (call, body, told) => {
    const { script } = await runningJob();
    await create(script());
    const refused = await script().post(call, { run_id: own, ...body });
    expect([refused.status, refused.body.error_code]).toEqual([400, "INVALID_PARAMETER_VALUE"]);
    expect(refused.body.message).toContain(told);
  });

  it("goes with the job", async () => {
    const { world, script } = await runningJob();
    await create(script());
    await script().post("runs/log-metric", { run_id: own, key: "m", value: 1, timestamp: 1, step: 1 });
    await script().post("logged-models", { experiment_id: "e", name: "model", source_run_id: own });
    expect(tracked(world)).toHaveLength(3);
    world.azure.complete(world.onlyTask(), { exitCode: 0 });
    await world.advance(2_000);
    await world.api("DELETE", jobPath);
    await world.advance(5_000);
    expect(tracked(world)).toEqual([]);
  });
});

describe("the metrics of a job", () => {
  it("are listed by name, and one of them is a curve or its points", async () => {
    const { world, script } = await runningJob();
    await create(script());
    const metrics = [3, 1, 2].map((value, step) => ({
      key: "loss",
      value,
      timestamp: 1_000 * (step + 1),
      step,
    }));
    await script().post("runs/log-batch", { run_id: own, metrics });
    const get = (query: string) =>
      world.api("GET", `${jobPath}/metrics?api-version=2026-11-01${query}`, { token: "role-reader" });
    const listed = await get("");
    expect(listed.body.value).toEqual([
      {
        name: "loss",
        n: 3,
        last: 2,
        lastStep: 2,
        lastTime: "1970-01-01T00:00:03.000Z",
        min: 1,
        minStep: 1,
        max: 3,
        maxStep: 0,
      },
    ]);
    const curve = (await get("&metric=loss&points=1")).body;
    expect(curve).toMatchObject({
      metric: "loss",
      n: 3,
      buckets: [{ fromStep: 0, toStep: 2, min: 1, max: 3, last: 2 }],
    });
    const lines = (await get("&metric=loss&format=jsonl")).text?.trim().split("\n") ?? [];
    expect(lines.map((line) => (JSON.parse(line) as { value: number }).value)).toEqual([3, 1, 2]);
    expect((await get("&metric=nothing")).body).toEqual({ metric: "nothing", n: 0, buckets: [] });
  });
});

describe("a notebook", () => {
  it("creates experiments and runs, and finds what it logged", async () => {
    const { world, notebook } = await runningJob();
    const missing = await notebook.get("experiments/get-by-name", { experiment_name: "not there yet" });
    expect([missing.status, missing.body.error_code]).toEqual([404, "RESOURCE_DOES_NOT_EXIST"]);
    expect((await notebook.post("experiments/create", { name: "fresh" })).body).toEqual({
      experiment_id: "fresh",
    });
    const again = await notebook.post("experiments/create", { name: "fresh" });
    expect([again.status, again.body.error_code]).toEqual([400, "RESOURCE_ALREADY_EXISTS"]);
    const none = await create(notebook, { experiment_id: "0" });
    expect([none.status, none.body.error_code]).toEqual([404, "RESOURCE_DOES_NOT_EXIST"]);
    const { run_id: id } = (await create(notebook, { experiment_id: "fresh", run_name: "r" })).body.run
      .info as { run_id: string };
    expect(id).toMatch(/^r5-fresh-/);
    await notebook.post("runs/log-metric", { run_id: id, key: "acc", value: 0.5, timestamp: 3, step: 1 });
    await notebook.post("runs/log-parameter", { run_id: id, key: "lr", value: "1" });
    const changed = await notebook.post("runs/log-parameter", { run_id: id, key: "lr", value: "2" });
    expect([changed.status, changed.body.error_code]).toEqual([400, "INVALID_PARAMETER_VALUE"]);
    await notebook.post("runs/update", { run_id: id, status: "FINISHED", end_time: 9, run_name: "named" });
    const search = (body: object) => notebook.post("runs/search", { experiment_ids: ["fresh"], ...body });
    const found = await search({
      filter: "metrics.acc > 0.4 and params.lr = '1'",
      order_by: ["metrics.acc DESC"],
    });
    expect(found.body.runs[0].info).toMatchObject({
      run_id: id,
      status: "FINISHED",
      end_time: 9,
      run_name: "named",
    });
    await notebook.post("runs/delete", { run_id: id });
    expect((await search({})).body.runs).toEqual([]);
    expect((await search({ run_view_type: "DELETED_ONLY" })).body.runs[0].info.lifecycle_stage).toBe(
      "deleted",
    );
    await notebook.post("runs/restore", { run_id: id });
    expect((await search({})).body.runs).toHaveLength(1);
    const names = (await notebook.post("experiments/search", { filter: "name LIKE 'f%'", max_results: 10 }))
      .body.experiments;
    expect(names.map(({ name }: { name: string }) => name)).toEqual(["fresh"]);
    await world.api("DELETE", `${workspacePath}/experiments/fresh`);
    await world.advance(5_000);
    expect(tracked(world)).toEqual([]);
  });

  it("finds jobs as runs, also those that logged nothing", async () => {
    const { notebook } = await runningJob();
    const { runs } = (await notebook.post("runs/search", { experiment_ids: ["e"] })).body;
    expect(runs).toHaveLength(1);
    expect(runs[0].info).toMatchObject({ run_id: own, status: "RUNNING", run_name: "j" });
    const unknown = await notebook.post("runs/search", { experiment_ids: ["nowhere"] });
    expect([unknown.status, unknown.body.error_code]).toEqual([404, "RESOURCE_DOES_NOT_EXIST"]);
  });
});

describe("a logged model", () => {
  it("is created, finished, described and found", async () => {
    const { script, notebook } = await runningJob();
    await create(script());
    const made = await script().post("logged-models", {
      experiment_id: "e",
      name: "model",
      source_run_id: own,
      params: [{ key: "C", value: "1" }],
      tags: [],
    });
    const { info } = made.body.model;
    expect(info.model_id).toMatch(/^m-[0-9a-f]{32}$/);
    expect(info).toMatchObject({ status: "LOGGED_MODEL_PENDING", source_run_id: own });
    expect(info.artifact_uri).toBe(`file:///mnt/out/mlflow/models/${info.model_id}/artifacts`);
    const path = `logged-models/${info.model_id}`;
    expect((await script().patch(path, { status: "LOGGED_MODEL_READY" })).body.model.info.status).toBe(
      "LOGGED_MODEL_READY",
    );
    await script().post(`${path}/params`, { params: [{ key: "q", value: "2" }] });
    await script().patch(`${path}/tags`, { tags: [{ key: "t", value: "3" }] });
    await script().post("runs/outputs", { run_id: own, models: [{ model_id: info.model_id, step: "0" }] });
    await script().post("runs/log-metric", {
      run_id: own,
      key: "acc",
      value: 0.9,
      timestamp: 1,
      step: 0,
      model_id: info.model_id,
    });
    const seen = (await notebook.get(path)).body.model;
    expect(valuesOf(seen.data.params)).toEqual({ C: "1", q: "2" });
    expect(seen.data.metrics[0]).toMatchObject({ key: "acc", value: 0.9 });
    const found = await notebook.post("logged-models/search", {
      experiment_ids: ["e"],
      filter: "name = 'model' and metrics.acc > 0.5",
    });
    expect(found.body.models).toHaveLength(1);
    expect((await notebook.get("runs/get", { run_id: own })).body.run.outputs.model_outputs).toEqual([
      { model_id: info.model_id, step: 0 },
    ]);
    expect((await notebook.get("logged-models/m-1")).body.error_code).toBe("RESOURCE_DOES_NOT_EXIST");
  });
});

describe("an artifact", () => {
  it("is listed and read from the job's output, and nothing that is not below its run", async () => {
    const world = await worldWithCluster();
    const onShare = { stdOutErrPathPrefix: "$AZ_BATCHAI_JOB_MOUNT_ROOT/share", mountVolumes: share };
    await world.api("PUT", jobPath, { body: jobBody(onShare) });
    const { properties } = (await world.api("GET", jobPath)).body;
    const logs = `${properties.jobOutputDirectoryPathSegment}/stdouterr`;
    world.written.set(`${logs}/secret`, "not an artifact");
    world.written.set(`${logs}/mlflow/j1-e-j/artifacts/notes/f.txt`, "forty-two");
    world.outputs.set(`${logs}/mlflow/j1-e-j/artifacts/notes`, [
      { name: "f.txt", isDirectory: false, contentLength: 9 },
      { name: "more", isDirectory: true },
    ]);
    const ask = (rest: string) =>
      world.api("GET", `${workspacePath}/mlflow/api/2.0/mlflow-artifacts/artifacts${rest}`, {
        token: "role-reader",
      });
    const notes = "j1-e-j/artifacts/notes";
    expect((await ask(`?path=${notes}`)).body.files).toEqual([
      { path: "f.txt", is_dir: false, file_size: 9 },
      { path: "more", is_dir: true },
    ]);
    // What is a file is no folder.
    expect((await ask(`?path=${notes}/f.txt`)).body.files).toEqual([]);
    expect(await ask(`/${notes}/f.txt`)).toMatchObject({ status: 200, text: "forty-two" });
    for (const path of [
      `${notes}/none`,
      "secret",
      "j1-e-j%2F..%2F..%2Fsecret",
      "models/m-1/x",
      "j1-e-other/x",
    ])
      expect([path, (await ask(`/${path}`)).status]).toEqual([path, 404]);
    expect((await ask("?path=j1-e-j%2F..%2F..")).status).toBe(404);
  });
});

describe("every call", () => {
  it.each(trackingCalls.map(({ method, path, role }) => [method, path, role] as const))(
    "%s %s is open to a %s and nobody below",
    async (method, path, role) => {
      const { world } = await runningJob();
      const place = path.replace("{id}", `m-${"0".repeat(32)}`).replace("{*path}", "x");
      const ask = (token: string | undefined) =>
        world.api(method, `${workspacePath}/mlflow/${place}`, {
          token,
          ...(method === "GET" ? {} : { body: {} }),
        });
      const nobody = await ask(undefined);
      expect([nobody.status, nobody.body.error_code]).toEqual([401, "UNAUTHENTICATED"]);
      const below = await ask(role === "reader" ? "role-guest" : "role-reader");
      expect([below.status, below.body.error_code]).toEqual([403, "PERMISSION_DENIED"]);
      expect([401, 403, 500]).not.toContain((await ask(`role-${role}`)).status);
    },
  );

  it("that is none says so, and nothing to try again", async () => {
    const { script } = await runningJob();
    for (const call of ["registered-models/create", "nothing"]) {
      const unknown = await script().post(call, {});
      expect([unknown.status, unknown.body.error_code]).toEqual([404, "ENDPOINT_NOT_FOUND"]);
    }
  });
});

describe("the link that clients print", () => {
  it("leads to the page of the job", async () => {
    const { world } = await runningJob();
    const page = await world.api("GET", `${jobPath}/mlflow/${launchA}`, { token: undefined });
    expect([page.status, page.headers["location"]]).toEqual([302, "/portal/w/rg/w/jobs/e/j"]);
  });
});
