import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { startAppWorld } from "../support/app/app-world.ts";
import {
  clusterBody,
  clusterPath,
  experimentPath,
  jobBody,
  workspacePath,
  worldWithCluster,
} from "../support/app/stories.ts";

const jobPath = `${experimentPath}/jobs/j`;
const show = async (world: Awaited<ReturnType<typeof worldWithCluster>>, path = clusterPath) =>
  (await world.api("GET", path)).body as Record<string, Record<string, unknown>>;

describe("a cluster", () => {
  it("is created by one operation that ends before its nodes are there", async () => {
    const world = await startAppWorld();
    await world.api("PUT", workspacePath, { body: { location: "eastus" } });
    const put = await world.api("PUT", clusterPath, { body: clusterBody({ targetNodeCount: 2 }) });
    expect(put).toMatchObject({ status: 202, body: undefined });
    const operation = await world.api("GET", put.headers["azure-asyncoperation"] ?? "");
    expect(operation.body).toMatchObject({
      status: "Succeeded",
      properties: { resourceId: expect.stringMatching(/\$rg\$w\$c$/) },
    });
    expect((await world.api("GET", clusterPath)).body.properties).toMatchObject({
      provisioningState: "succeeded",
      allocationState: "resizing",
      currentNodeCount: 0,
      nodeStateCounts: { idleNodeCount: 0, preparingNodeCount: expect.any(Number) },
    });
  });

  it("is made and deleted in one exchange each with the client that would sleep half a minute before its first look", async () => {
    const world = await startAppWorld();
    const headers = { "user-agent": "ms-rest-js/1.11.2 ms-rest-azure-js/1.4.0" };
    await world.api("PUT", workspacePath, { body: { location: "eastus" } });
    expect(await world.api("PUT", clusterPath, { body: clusterBody(), headers })).toMatchObject({
      status: 200,
      body: { name: "c", properties: { provisioningState: "succeeded" } },
    });
    expect(await world.api("DELETE", clusterPath, { headers })).toMatchObject({
      status: 200,
      body: undefined,
    });
    world.azure.down = true;
    const before = world.now();
    expect(await world.api("PUT", clusterPath, { body: clusterBody(), headers })).toMatchObject({
      status: 202,
    });
    expect(world.now() - before, "a request is not held for ever").toBeLessThan(30_000);
  });

  it("shows its nodes once they are there, and is then left alone", async () => {
    const world = await worldWithCluster({ targetNodeCount: 2 });
    await world.advance(5_000);
    expect((await show(world)).properties).toMatchObject({
      allocationState: "steady",
      currentNodeCount: 2,
      nodeStateCounts: { idleNodeCount: 2, runningNodeCount: 0, preparingNodeCount: 0 },
    });
    expect(world.active()).toEqual([]);
  });

  it("never shows a password, and keeps the keys of its mounts to itself", async () => {
    const world = await startAppWorld();
    await world.api("PUT", workspacePath, { body: { location: "eastus" } });
    const mountVolumes = {
      azureBlobFileSystems: [
        {
          accountName: "store",
          containerName: "data",
          credentials: { accountKey: "bm90LXRvLWJlLXNlZW4=" },
          relativeMountPath: "d",
        },
      ],
    };
    await world.api("PUT", clusterPath, { body: clusterBody({}, { nodeSetup: { mountVolumes } }) });
    await world.advance(100);
    const [pool] = world.azure.poolsById.values();
    expect(pool?.spec.mounts).toMatchObject([
      { container: "data", access: { accountKey: "bm90LXRvLWJlLXNlZW4=" } },
    ]);
    const { body } = await world.api("GET", clusterPath);
    expect(body.properties.nodeSetup.mountVolumes.azureBlobFileSystems[0].credentials).toEqual({});
    const told = JSON.stringify(body) + world.documents.dump();
    expect(told).not.toContain("bm90LXRvLWJlLXNlZW4=");
    expect(told).not.toContain("not-to-be-seen");
  });

  it("that Batch refuses is failed, and so is its operation", async () => {
    const world = await startAppWorld();
    await world.api("PUT", workspacePath, { body: { location: "eastus" } });
    world.azure.refuseNextPool = "PoolQuotaReached";
    const put = await world.api("PUT", clusterPath, { body: clusterBody() });
    const operation = await world.api("GET", put.headers["azure-asyncoperation"] ?? "");
    expect(operation.body).toMatchObject({ status: "Failed", error: { code: "PoolQuotaReached" } });
    expect((await world.api("GET", clusterPath)).body.properties).toMatchObject({
      provisioningState: "failed",
      errors: [{ code: "PoolQuotaReached" }],
    });
  });

  it("of spot nodes in an account that may have none of them fails at once and says what to do; a dedicated one is made", async () => {
    const world = await startAppWorld();
    await world.api("PUT", workspacePath, { body: { location: "eastus" } });
    world.azure.lowPriorityProcessors = 0;
    await world.api("PUT", clusterPath, { body: clusterBody({}, { vmPriority: "lowpriority" }) });
    await world.advance(10);
    expect((await world.api("GET", clusterPath)).body.properties).toMatchObject({
      provisioningState: "failed",
      errors: [
        {
          code: "LowPriorityNotAvailable",
          message: expect.stringMatching(/quota is 0. Ask Azure for that quota, or .* 'dedicated'/) as string,
        },
      ],
    });
    expect(world.azure.poolsById.size).toBe(0);
    await world.api("PUT", `${workspacePath}/clusters/other`, { body: clusterBody() });
    await world.advance(10);
    expect(world.azure.poolsById.size).toBe(1);
  });

  it("put again with the same content is the same cluster, with other content a conflict", async () => {
    const world = await worldWithCluster();
    const before = await show(world);
    expect(await world.api("PUT", clusterPath, { body: clusterBody() })).toMatchObject({
      status: 200,
      body: before,
    });
    expect(world.azure.poolsById.size).toBe(1);
    const other = clusterBody({}, { vmSize: "STANDARD_D3" });
    expect(await world.api("PUT", clusterPath, { body: other })).toMatchObject({
      status: 409,
      body: { error: { code: "Conflict" } },
    });
  });
});

describe("resizing a cluster", () => {
  it("answers at once with the new settings and moves the pool", async () => {
    const world = await worldWithCluster();
    await world.advance(5_000);
    const scaleSettings = { manual: { targetNodeCount: 3, nodeDeallocationOption: "terminate" } };
    const answer = await world.api("PATCH", clusterPath, { body: { properties: { scaleSettings } } });
    expect(answer).toMatchObject({ status: 200, body: { properties: { scaleSettings } } });
    await world.advance(100);
    expect((await show(world)).properties).toMatchObject({ allocationState: "resizing" });
    world.azure.settle();
    await world.advance(5_000);
    expect((await show(world)).properties).toMatchObject({ allocationState: "steady", currentNodeCount: 3 });
  });

  it("ends with what was asked for last", async () => {
    const world = await worldWithCluster();
    const ask = (targetNodeCount: number) =>
      world.api("PATCH", clusterPath, {
        body: { properties: { scaleSettings: { manual: { targetNodeCount } } } },
      });
    await Promise.all([ask(2), ask(5), ask(3)]);
    await ask(4);
    await world.advance(5_000);
    expect([...world.azure.poolsById.values()][0]?.target).toBe(4);
  });

  it("of an unknown cluster is 404", async () => {
    const world = await worldWithCluster();
    const body = { properties: { scaleSettings: { manual: { targetNodeCount: 1 } } } };
    expect(await world.api("PATCH", `${workspacePath}/clusters/other`, { body })).toMatchObject({
      status: 404,
      body: { error: { code: "ClusterNotFound" } },
    });
  });
});

describe("deleting a cluster", () => {
  it("ends its unfinished jobs with an error, keeps them, and leaves no pool", async () => {
    const world = await worldWithCluster();
    await world.api("PUT", jobPath, { body: jobBody() });
    await world.api("PUT", `${experimentPath}/jobs/waiting`, { body: jobBody() });
    await world.advance(100);
    world.azure.start(world.azure.tasks()[0]?.task.id ?? "");
    await world.advance(500);
    const answer = await world.api("DELETE", clusterPath);
    expect(answer.status).toBe(202);
    const operation = await world.api("GET", answer.headers["azure-asyncoperation"] ?? "");
    expect(operation.body.status).toBe("Succeeded");
    expect((await show(world))["error"]?.["code"]).toBe("ClusterNotFound");
    for (const name of ["j", "waiting"])
      expect((await show(world, `${experimentPath}/jobs/${name}`)).properties).toMatchObject({
        executionState: "failed",
        executionInfo: { errors: [{ code: "ClusterDeleted" }] },
      });
    expect(world.azure.poolsById.size).toBe(0);
    expect(world.azure.jobsById.size).toBe(0);
    // A run listens a moment longer before it ends, so that a hint of the last moment is heard.
    await world.advance(500);
    expect(world.active()).toEqual([]);
  });

  it("keeps the storage keys until the last job that lists files with them is gone", async () => {
    const world = await worldWithCluster();
    await world.api("PUT", jobPath, { body: jobBody() });
    await world.advance(100);
    world.azure.complete(world.onlyTask(), { exitCode: 0 });
    await world.advance(3_000);
    await world.api("DELETE", clusterPath);
    await world.advance(5_000);
    expect(world.secrets.size).toBe(2);
    await world.api("DELETE", jobPath);
    await world.advance(5_000);
    expect(world.secrets.size).toBe(0);
  });

  it("while it is being created ends both operations", async () => {
    const world = await startAppWorld();
    await world.api("PUT", workspacePath, { body: { location: "eastus" } });
    world.azure.down = true;
    const put = await world.api("PUT", clusterPath, { body: clusterBody() });
    await world.advance(2_000);
    await world.api("DELETE", clusterPath);
    world.azure.down = false;
    await world.advance(120_000);
    const operation = await world.api("GET", put.headers["azure-asyncoperation"] ?? "");
    expect(operation.body.status).toBe("Failed");
    expect((await world.api("GET", clusterPath)).status).toBe(404);
    expect(world.azure.poolsById.size).toBe(0);
  });

  it("while Batch is making its pool waits for that, and leaves no pool", async () => {
    const world = await startAppWorld();
    await world.api("PUT", workspacePath, { body: { location: "eastus" } });
    let made: () => void = () => undefined;
    world.azure.poolGate = new Promise((resolve) => (made = resolve));
    const put = world.api("PUT", clusterPath, { body: clusterBody() });
    while (!world.azure.calls.includes("putPool")) await nextTurn();
    const remove = world.api("DELETE", clusterPath);
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    made();
    expect([(await put).status, (await remove).status]).toEqual([202, 202]);
    await world.advance(120_000);
    expect((await world.api("GET", clusterPath)).status).toBe(404);
    expect(world.azure.poolsById.size).toBe(0);
  });

  it("twice is one operation, and of an absent one 204", async () => {
    const world = await worldWithCluster();
    const first = await world.api("DELETE", clusterPath);
    const second = await world.api("DELETE", clusterPath);
    expect(second.headers["location"]).toBe(first.headers["location"]);
    await world.advance(5_000);
    expect((await world.api("DELETE", clusterPath)).status).toBe(204);
  });

  it("refuses new jobs meanwhile", async () => {
    const world = await worldWithCluster();
    await world.api("DELETE", clusterPath);
    const answer = await world.api("PUT", jobPath, { body: jobBody() });
    expect([404, 409]).toContain(answer.status);
    expect((await world.api("GET", jobPath)).status).toBe(404);
  });
});

describe("deleting what holds others", () => {
  it("an experiment takes its jobs with it and leaves the cluster", async () => {
    const world = await worldWithCluster();
    for (const name of ["a", "b", "c"])
      await world.api("PUT", `${experimentPath}/jobs/${name}`, { body: jobBody() });
    await world.advance(100);
    world.azure.start(world.azure.tasks()[0]?.task.id ?? "");
    const answer = await world.api("DELETE", experimentPath);
    expect(answer.status).toBe(202);
    await world.advance(10_000);
    expect((await world.api("GET", answer.headers["azure-asyncoperation"] ?? "")).body.status).toBe(
      "Succeeded",
    );
    expect((await world.api("GET", experimentPath)).body.error.code).toBe("ExperimentNotFound");
    expect(world.azure.tasks()).toEqual([]);
    expect((await world.api("GET", clusterPath)).status).toBe(200);
    expect(world.secrets.size).toBe(1);
  });

  it("a workspace takes everything with it, and is shown as deleting meanwhile", async () => {
    const world = await worldWithCluster();
    await world.api("PUT", jobPath, { body: jobBody() });
    await world.advance(100);
    const answer = await world.api("DELETE", workspacePath);
    expect(answer.status).toBe(202);
    expect((await world.api("GET", workspacePath)).body.properties.provisioningState).toBe("deleting");
    expect((await world.api("PUT", `${workspacePath}/experiments/late`)).status).toBe(409);
    await world.advance(20_000);
    expect((await world.api("GET", answer.headers["azure-asyncoperation"] ?? "")).body.status).toBe(
      "Succeeded",
    );
    for (const path of [workspacePath, experimentPath, jobPath, clusterPath])
      expect((await world.api("GET", path)).status).toBe(404);
    expect(world.azure.poolsById.size).toBe(0);
    expect(world.secrets.size).toBe(0);
    expect(world.active()).toEqual([]);
  });
});
