// MLflow's protocol over the whole app in memory: what the script of a job logs, who may, and what becomes of it.
import { describe, expect, it } from "vitest";
import { trackingCalls } from "../../../functions/http/tracking/calls.ts";
import { experimentPath, jobBody, workspacePath } from "../../support/app/stories.ts";
import {
  clientAt,
  create,
  jobPath,
  launchA,
  own,
  runningJob,
  tracked,
  valuesOf,
} from "../../support/app/tracking-stories.ts";

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

  it("may name the run that is meant, so that a call that is sent again makes no other", async () => {
    const { script, notebook } = await runningJob();
    const client = script();
    for (let time = 0; time < 2; time += 1) {
      expect((await create(client, { batchai_run: "own" })).body.run.info.run_id).toBe(own);
      const child = await create(client, { batchai_run: "a".repeat(32), run_name: "fold" });
      expect(child.body.run.info).toMatchObject({ run_id: `c1-e-j-${"a".repeat(32)}`, run_name: "fold" });
      const model = {
        experiment_id: "e",
        source_run_id: own,
        name: "m",
        batchai_model: `m-${"b".repeat(32)}`,
      };
      expect((await client.post("logged-models", model)).body.model.info.model_id).toBe(
        `m-${"b".repeat(32)}`,
      );
    }
    expect((await client.post("runs/search")).body.runs).toHaveLength(2);
    for (const [call, body] of [
      ["runs/create", { experiment_id: "e", batchai_run: "own" }],
      ["logged-models", { experiment_id: "e", batchai_model: `m-${"c".repeat(32)}` }],
    ] as const)
      expect((await notebook.post(call, body)).status).toBe(400);
    expect((await create(client, { batchai_run: "../x" })).status).toBe(400);
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
    const of = async (id: string) =>
      (await notebook.get("runs/get", { run_id: id })).body.run.info as { end_time: number };
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
    expect(found.body.runs).toMatchObject([{ info: { run_id: own } }]);
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
