import { describe, expect, it } from "vitest";
import { experimentPath, jobBody, startJob, worldWithCluster } from "../support/app/stories.ts";
import { groupPath } from "../support/app/app-world.ts";

const jobPath = `${experimentPath}/jobs/j`;

describe("a job", () => {
  it("goes from its PUT through queued and running to succeeded", async () => {
    const world = await worldWithCluster();
    const { api, azure, advance } = world;
    const put = await api("PUT", jobPath, { body: jobBody() });
    expect(put).toMatchObject({ status: 202, body: undefined });
    await advance(50);
    expect((await api("GET", jobPath)).body.properties).toMatchObject({
      executionState: "queued",
      provisioningState: "succeeded",
    });
    azure.start(world.onlyTask());
    await advance(500);
    expect((await api("GET", jobPath)).body.properties).toMatchObject({
      executionState: "running",
      executionInfo: { startTime: "2026-01-01T00:00:00.060Z" },
    });
    azure.complete(world.onlyTask(), { exitCode: 0 });
    await advance(3_000);
    expect((await api("GET", jobPath)).body.properties).toMatchObject({
      executionState: "succeeded",
      executionInfo: { startTime: "2026-01-01T00:00:00.060Z", exitCode: 0 },
    });
    expect(world.active(), "nothing goes on watching").toEqual([]);
    expect(world.stagedOfRuns(), "staged files are gone").toEqual([]);
  });

  it.each([0, 3])("has no orchestration of its own when its program ends with %i", async (exitCode) => {
    const failure = { category: "UserError", code: "FailureExitCode", message: "", details: {} };
    const world = await worldWithCluster();
    await startJob(world, jobPath);
    world.azure.complete(world.onlyTask(), { exitCode, ...(exitCode > 0 ? { failure } : {}) });
    await world.advance(3_000);
    expect((await world.api("GET", jobPath)).body.properties).toMatchObject({
      executionState: exitCode === 0 ? "succeeded" : "failed",
      executionInfo: { exitCode },
    });
    const { instances } = world.engine.client.list({}, { top: 100 });
    expect(instances.filter(({ name }) => name.includes("Job"))).toEqual([]);
    expect(world.active(), "nothing goes on watching").toEqual([]);
    expect(world.stagedOfRuns(), "staged files are gone").toEqual([]);
  });

  it("is one task whose id is its GUID and attempt, in the cluster's Batch job of its priority", async () => {
    const world = await worldWithCluster();
    await world.api("PUT", jobPath, { body: jobBody({ schedulingPriority: "high" }) });
    await world.advance(50);
    const [id, job] = [...world.azure.jobsById][0] ?? [];
    expect(id).toMatch(/^batchai-[0-9a-f-]{36}-high$/);
    expect(job).toMatchObject({ priority: 500 });
    expect(world.onlyTask()).toMatch(/^[0-9a-f-]{36}-1$/);
    expect(
      world
        .stagedOfRuns()
        .map((path) => path.split("/").at(-1))
        .sort(),
    ).toEqual(["launch-secrets"]);
  });

  it("keeps secrets out of every document, history, listing and staged file", async () => {
    const world = await worldWithCluster();
    await world.api("PUT", jobPath, { body: jobBody() });
    await world.advance(50);
    world.azure.start(world.onlyTask());
    await world.advance(1_000);
    const histories = world.engine.client
      .list({}, { top: 100 })
      .instances.map(({ instanceId }) => JSON.stringify(world.engine.client.history(instanceId)));
    const shown = JSON.stringify((await world.api("GET", jobPath)).body);
    const staged = JSON.stringify([...world.staged]);
    expect(staged).toContain("launch-secrets");
    for (const text of [world.documents.dump(), ...histories, shown, staged]) {
      expect(text).not.toContain("not-to-be-seen");
      expect(text).not.toContain("secret-signature");
    }
  });

  it("leaves a row for every change of state: when, who, from what to what, and why", async () => {
    const world = await worldWithCluster();
    await startJob(world, jobPath);
    await world.api("POST", `${jobPath}/terminate`);
    await world.advance(500);
    const [subscriptionId = "", resourceGroup = ""] = [groupPath.split("/")[2], groupPath.split("/")[4]];
    const ref = {
      kind: "job" as const,
      subscriptionId,
      resourceGroup,
      workspace: "w",
      experiment: "e",
      job: "j",
    };
    const { items } = await world.services.state.listChanges(ref, { size: 100 });
    const runs = items.filter(({ state }) => state === "executionState");
    expect(runs.map(({ actor, from, to }) => [actor, from, to])).toEqual([
      ["tester", undefined, "queued"],
      ["service", "queued", "running"],
      ["tester", "running", "terminating"],
      ["service", "terminating", "failed"],
    ]);
    for (const { cause, time } of items)
      expect([cause.length > 0, Date.parse(time) > 0]).toEqual([true, true]);
  });

  it("fails with the exit code that the launcher saw", async () => {
    const world = await worldWithCluster();
    await world.api("PUT", jobPath, { body: jobBody() });
    await world.advance(50);
    world.azure.start(world.onlyTask());
    world.azure.complete(world.onlyTask(), {
      exitCode: 7,
      failure: { category: "UserError", code: "FailureExitCode", message: "", details: {} },
      result: "outcome exited\nexitCode 7\nnode n1\ndetail \nend result\n",
    });
    await world.advance(3_000);
    expect((await world.api("GET", jobPath)).body.properties).toMatchObject({
      executionState: "failed",
      executionInfo: { exitCode: 7, errors: [{ code: "JobFailed" }] },
    });
  });

  it("fails clearly when Batch refuses its task", async () => {
    const world = await worldWithCluster();
    world.azure.refuseNextTask = "InvalidPropertyValue";
    await world.api("PUT", jobPath, { body: jobBody() });
    await world.advance(1_000);
    const { properties } = (await world.api("GET", jobPath)).body;
    expect(properties.executionState).toBe("failed");
    expect(properties.executionInfo.errors[0]).toMatchObject({ code: "JobLaunchFailed" });
    expect(properties.executionInfo).toHaveProperty("startTime");
    expect(properties.executionInfo).toHaveProperty("endTime");
  });

  it("goes back to the queue when Batch loses its node, and runs again", async () => {
    const world = await worldWithCluster();
    await startJob(world, jobPath);
    world.azure.requeue(world.onlyTask());
    await world.advance(2_500);
    expect((await world.api("GET", jobPath)).body.properties).toMatchObject({ executionState: "queued" });
    expect((await world.api("GET", jobPath)).body.properties).not.toHaveProperty("executionInfo");
    world.azure.start(world.onlyTask());
    await world.advance(2_500);
    expect((await world.api("GET", jobPath)).body.properties).toMatchObject({ executionState: "running" });
    world.azure.complete(world.onlyTask(), { exitCode: 0 });
    await world.advance(3_000);
    expect((await world.api("GET", jobPath)).body.properties).toMatchObject({ executionState: "succeeded" });
  });

  it("shows the later start when it was started again before anybody looked", async () => {
    const world = await worldWithCluster();
    await startJob(world, jobPath);
    const first = (await world.api("GET", jobPath)).body.properties.executionInfo.startTime;
    world.azure.requeue(world.onlyTask());
    world.azure.start(world.onlyTask());
    await world.advance(2_500);
    const second = (await world.api("GET", jobPath)).body.properties;
    expect(second.executionState).toBe("running");
    expect(second.executionInfo.startTime > first).toBe(true);
  });

  it("runs again with fresh links when Batch started it anew after the old ones had expired", async () => {
    const world = await worldWithCluster();
    await startJob(world, jobPath);
    world.azure.requeue(world.onlyTask());
    const failure = { category: "UserError", code: "BlobAccessDenied", message: "", details: {} };
    world.azure.complete(world.onlyTask(), { failure });
    await world.advance(2_500);
    const [first, second] = world.azure.tasks().map(({ task }) => task);
    expect([first?.state, second?.state]).toEqual(["completed", "active"]);
    world.azure.complete(second?.id ?? "", { exitCode: 0 });
    await world.advance(3_000);
    expect((await world.api("GET", jobPath)).body.properties).toMatchObject({ executionState: "succeeded" });
  });

  it("is staged anew, launcher and all, when what was staged for it was lost", async () => {
    const world = await worldWithCluster();
    await startJob(world, jobPath);
    const files = [...world.staged.keys()].filter((path) => path.startsWith("launchers/"));
    world.staged.clear();
    const failure = { category: "UserError", code: "BlobNotFound", message: "", details: {} };
    world.azure.complete(world.onlyTask(), { failure });
    await world.advance(2_500);
    const [, second] = world.azure.tasks().map(({ task }) => task);
    expect(files).toHaveLength(1);
    expect([...world.staged.keys()]).toEqual(expect.arrayContaining(files));
    expect(world.stagedOfRuns()).toHaveLength(1);
    world.azure.complete(second?.id ?? "", { exitCode: 0 });
    await world.advance(3_000);
    expect((await world.api("GET", jobPath)).body.properties).toMatchObject({ executionState: "succeeded" });
  });

  it("changes nothing while Batch cannot be reached, and catches up afterwards", async () => {
    const world = await worldWithCluster();
    await startJob(world, jobPath);
    world.azure.down = true;
    world.azure.complete(world.onlyTask(), { exitCode: 0 });
    await world.advance(120_000);
    expect((await world.api("GET", jobPath)).body.properties.executionState).toBe("running");
    world.azure.down = false;
    await world.advance(120_000);
    expect((await world.api("GET", jobPath)).body.properties.executionState).toBe("succeeded");
  });

  it("is found again by the reconciliation when its cluster's monitor was lost", async () => {
    const world = await worldWithCluster();
    await world.api("PUT", jobPath, { body: jobBody() });
    await world.advance(50);
    const monitor = world.active().find((id) => id.startsWith("monitor-")) ?? "";
    world.engine.client.terminate(monitor, "the test");
    await world.advance(10);
    world.azure.start(world.onlyTask());
    world.azure.complete(world.onlyTask(), { exitCode: 0 });
    await world.reconcile();
    await world.advance(3_000);
    expect((await world.api("GET", jobPath)).body.properties.executionState).toBe("succeeded");
  });

  it("waits for ever on a cluster without nodes, cheaply", async () => {
    const world = await worldWithCluster({ targetNodeCount: 0 });
    await world.api("PUT", jobPath, { body: jobBody() });
    await world.advance(200_000);
    expect((await world.api("GET", jobPath)).body.properties.executionState).toBe("queued");
    const longest = Math.max(
      ...world.active().map((instanceId) => world.engine.client.history(instanceId).length),
    );
    expect(longest).toBeLessThan(500);
  });

  it("is refused on an unknown cluster, and nothing is created", async () => {
    const world = await worldWithCluster();
    const body = jobBody({ cluster: { id: `${groupPath}/w/clusters/other` } });
    expect(await world.api("PUT", jobPath, { body })).toMatchObject({
      status: 404,
      body: { error: { code: "ClusterNotFound", message: "The specified cluster other is not found" } },
    });
    expect((await world.api("GET", jobPath)).status).toBe(404);
  });
});

describe("terminating a job", () => {
  it("ends a queued job as failed, with JobTerminated and without an exit code", async () => {
    const world = await worldWithCluster();
    await world.api("PUT", jobPath, { body: jobBody() });
    await world.advance(50);
    const answer = await world.api("POST", `${jobPath}/terminate`);
    expect(answer).toMatchObject({ status: 202, body: undefined });
    const operation = await world.api("GET", answer.headers["azure-asyncoperation"] ?? "");
    expect(operation.body).toMatchObject({ status: "Succeeded" });
    const { properties } = (await world.api("GET", jobPath)).body;
    expect(properties).toMatchObject({
      executionState: "failed",
      executionInfo: { errors: [{ code: "JobTerminated" }] },
    });
    expect(properties.executionInfo).not.toHaveProperty("exitCode");
    expect((await world.api("GET", answer.headers["location"] ?? "")).status).toBe(200);
  });

  it("ends the task of a running job", async () => {
    const world = await worldWithCluster();
    await startJob(world, jobPath);
    await world.api("POST", `${jobPath}/terminate`);
    await world.advance(500);
    expect(world.azure.tasks()[0]?.task).toMatchObject({
      state: "completed",
      failure: { code: "TaskEnded" },
    });
    expect((await world.api("GET", jobPath)).body.properties).toMatchObject({
      executionState: "failed",
      executionInfo: { errors: [{ code: "JobTerminated" }] },
    });
  });

  it("does nothing to a finished job: 200, empty", async () => {
    const world = await worldWithCluster();
    await world.api("PUT", jobPath, { body: jobBody() });
    await world.advance(50);
    world.azure.complete(world.onlyTask(), { exitCode: 0 });
    await world.advance(3_000);
    const answer = await world.api("POST", `${jobPath}/terminate`);
    expect(answer).toMatchObject({ status: 200, body: undefined });
    expect(answer.headers).not.toHaveProperty("azure-asyncoperation");
    expect((await world.api("GET", jobPath)).body.properties.executionState).toBe("succeeded");
  });

  it("twice is one operation", async () => {
    const world = await worldWithCluster();
    await world.api("PUT", jobPath, { body: jobBody() });
    const first = await world.api("POST", `${jobPath}/terminate`);
    const second = await world.api("POST", `${jobPath}/terminate`);
    expect(second.status).toBe(202);
    expect(second.headers["location"]).toBe(first.headers["location"]);
    await world.advance(1_000);
    expect((await world.api("GET", jobPath)).body.properties.executionState).toBe("failed");
  });

  it("wins over a failure that came of it, not over a success", async () => {
    const world = await worldWithCluster();
    await world.api("PUT", jobPath, { body: jobBody() });
    await world.advance(50);
    world.azure.start(world.onlyTask());
    world.azure.complete(world.onlyTask(), { exitCode: 0 });
    await world.api("POST", `${jobPath}/terminate`);
    await world.advance(1_000);
    expect((await world.api("GET", jobPath)).body.properties.executionState).toBe("succeeded");
  });
});

describe("deleting a job", () => {
  it("kills it, and removes the task, the staged files, the secrets and the document", async () => {
    const world = await worldWithCluster();
    await startJob(world, jobPath);
    const answer = await world.api("DELETE", jobPath);
    expect(answer.status).toBe(202);
    const operation = await world.api("GET", answer.headers["azure-asyncoperation"] ?? "");
    expect(operation.body).toMatchObject({ status: "Succeeded" });
    expect((await world.api("GET", jobPath)).body.error.code).toBe("JobNotFound");
    expect(world.azure.tasks()).toEqual([]);
    expect(world.stagedOfRuns()).toEqual([]);
    expect(world.secrets.size, "the cluster's own remain").toBe(1);
  });

  it("at any moment converges", async () => {
    for (let ms = 0; ms < 300; ms += 25) {
      const world = await worldWithCluster();
      await world.api("PUT", jobPath, { body: jobBody() });
      if (ms % 2 === 1) await world.advance(10);
      for (const { task } of world.azure.tasks()) world.azure.start(task.id);
      await world.advance(ms);
      await world.api("DELETE", jobPath);
      await world.advance(10_000);
      expect((await world.api("GET", jobPath)).status, `deleted after ${ms} ms`).toBe(404);
      expect(world.azure.tasks()).toEqual([]);
      expect(world.active()).toEqual([]);
    }
  });

  it("that does not exist answers 204", async () => {
    const world = await worldWithCluster();
    expect(await world.api("DELETE", jobPath)).toMatchObject({ status: 204, body: undefined });
  });

  it("frees the name at once for a job of its own", async () => {
    const world = await worldWithCluster();
    await world.api("PUT", jobPath, { body: jobBody() });
    const before = (await world.api("GET", jobPath)).body.properties.jobOutputDirectoryPathSegment;
    await world.api("DELETE", jobPath);
    await world.advance(2_000);
    expect((await world.api("PUT", jobPath, { body: jobBody() })).status).toBe(202);
    const after = (await world.api("GET", jobPath)).body.properties.jobOutputDirectoryPathSegment;
    expect(after).not.toBe(before);
  });
});

describe("a repeated PUT of a job", () => {
  it("with the same content is the same job", async () => {
    const world = await worldWithCluster();
    await world.api("PUT", jobPath, { body: jobBody() });
    const again = await world.api("PUT", jobPath, { body: jobBody() });
    expect(again).toMatchObject({ status: 200, body: { name: "j" } });
    await world.advance(100);
    expect(world.azure.tasks()).toHaveLength(1);
  });

  it("with other content is a conflict", async () => {
    const world = await worldWithCluster();
    await world.api("PUT", jobPath, { body: jobBody() });
    const other = jobBody({ customToolkitSettings: { commandLine: "echo other" } });
    expect(await world.api("PUT", jobPath, { body: other })).toMatchObject({
      status: 409,
      body: { error: { code: "Conflict" } },
    });
  });

  it("starts what a crash right after the write left undone", async () => {
    const world = await worldWithCluster();
    await world.api("PUT", jobPath, { body: jobBody() });
    for (const instance of world.active()) world.engine.client.terminate(instance, "the crash");
    await world.advance(10);
    expect((await world.api("PUT", jobPath, { body: jobBody() })).status).toBe(200);
    await world.advance(100);
    expect(world.azure.tasks()).toHaveLength(1);
  });
});
