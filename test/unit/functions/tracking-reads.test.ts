// MLflow's protocol over the whole app in memory: notebooks, models, artifacts and metrics as others read them.
import { describe, expect, it } from "vitest";
import { jobBody, workspacePath, worldWithCluster } from "../../support/app/stories.ts";
import { create, jobPath, own, runningJob, tracked, valuesOf } from "../../support/app/tracking-stories.ts";

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
    expect(names).toMatchObject([{ name: "fresh" }]);
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
