// What others took away from under the service: a cluster's pool, a workspace's document.
import { describe, expect, it } from "vitest";
import { parseId } from "../../domain/shared/resource-id.ts";
import {
  clusterPath,
  experimentPath,
  jobBody,
  startJob,
  workspacePath,
  worldWithCluster,
} from "../support/app/stories.ts";

type World = Awaited<ReturnType<typeof worldWithCluster>>;
const jobPath = `${experimentPath}/jobs/j`;
const stateOf = async (world: World): Promise<unknown> =>
  (await world.api("GET", jobPath)).body.properties?.["executionState"];
const causesOf = async (world: World, path: string): Promise<readonly string[]> => {
  const events = await world.api("GET", `${path}/events?api-version=2026-11-01`);
  return (events.body.value as { properties: { cause: string } }[]).map(({ properties }) => properties.cause);
};

describe("a cluster whose pool is gone from Batch", () => {
  it("gets it again, says so, and runs what waits for it", async () => {
    const world = await worldWithCluster();
    world.azure.poolsById.clear();
    await world.api("PUT", jobPath, { body: jobBody() });
    await world.advance(5_000);
    expect(await stateOf(world)).toBe("queued");
    await world.reconcile();
    await world.advance(5_000);
    expect(world.azure.poolsById.size).toBe(1);
    expect(await causesOf(world, clusterPath)).toContain("its pool is gone from Batch: it is made again");
    world.azure.settle();
    await world.advance(5_000);
    world.azure.complete(world.onlyTask(), { exitCode: 0 });
    await world.advance(5_000);
    expect(await stateOf(world)).toBe("succeeded");
  });

  it("says meanwhile that it has no nodes", async () => {
    const world = await worldWithCluster({ targetNodeCount: 2 });
    await world.advance(3_000);
    expect((await world.api("GET", clusterPath)).body.properties.currentNodeCount).toBe(2);
    world.azure.poolsById.clear();
    world.azure.refuseNextPool = "AccountCoreQuotaReached";
    await world.reconcile();
    await world.advance(1_000);
    expect((await world.api("GET", clusterPath)).body.properties).toMatchObject({
      currentNodeCount: 0,
      allocationState: "resizing",
    });
  });

  it("is left alone while it is being deleted, and while Batch does not answer", async () => {
    const world = await worldWithCluster();
    await world.advance(3_000);
    world.azure.down = true;
    await world.reconcile().catch(() => undefined);
    world.azure.down = false;
    expect(world.azure.calls.filter((call) => call === "putPool")).toHaveLength(1);
    await world.api("DELETE", clusterPath);
    await world.reconcile();
    await world.advance(10_000);
    expect(world.azure.calls.filter((call) => call === "putPool")).toHaveLength(1);
    expect((await world.api("GET", clusterPath)).status).toBe(404);
  });
});

describe("a workspace whose document was lost", () => {
  const row = (world: World) => {
    const ref = parseId(workspacePath);
    return { partition: ref.subscriptionId, row: `workspace|${ref.resourceGroup}|w`, world };
  };
  async function lose(world: World, { events }: { readonly events: boolean }): Promise<void> {
    const { partition, row: lost } = row(world);
    expect(await world.documents.remove({ partition, row: lost }, "*")).toBe("removed");
    if (!events) return;
    const prefix = `event|${lost}|`;
    const found = await world.documents.page({ partition, prefix, size: 100 });
    expect(found.documents.length).toBeGreaterThan(0);
    for (const event of found.documents) await world.documents.remove({ partition, row: event.row }, "*");
  }

  it.each([
    ["alone", false],
    ["with all that was told of it", true],
  ])("%s is put back with what is in it, which goes on", async (_how, events) => {
    const world = await worldWithCluster();
    await startJob(world, jobPath);
    await lose(world, { events });
    expect((await world.api("GET", workspacePath)).status).toBe(404);
    await world.reconcileWorkspaces();
    expect((await world.api("GET", workspacePath)).body).toMatchObject({
      name: "w",
      properties: { provisioningState: "succeeded" },
    });
    world.azure.complete(world.onlyTask(), { exitCode: 0 });
    await world.advance(5_000);
    expect(await stateOf(world)).toBe("succeeded");
  });

  it("after it was deleted takes what is left in it along", async () => {
    const world = await worldWithCluster();
    const before = await world.documents.page({
      partition: `${parseId(workspacePath).subscriptionId}|rg|w`,
      prefix: "cluster|",
      size: 1,
    });
    await world.api("DELETE", workspacePath);
    await world.advance(10_000);
    const [cluster] = before.documents;
    await world.documents.commit(`${parseId(workspacePath).subscriptionId}|rg|w`, [
      { kind: "insert", row: cluster?.row ?? "", value: cluster?.value },
    ]);
    await world.reconcileWorkspaces();
    await world.advance(20_000);
    expect((await world.api("GET", clusterPath)).status).toBe(404);
    expect((await world.api("GET", workspacePath)).status).toBe(404);
    expect(world.azure.poolsById.size).toBe(0);
    expect(world.active()).toEqual([]);
  });

  it("because nothing is in it any more, is left so", async () => {
    const world = await worldWithCluster();
    await world.api("DELETE", workspacePath);
    await world.advance(10_000);
    await world.reconcileWorkspaces();
    expect((await world.api("GET", workspacePath)).status).toBe(404);
  });
});
