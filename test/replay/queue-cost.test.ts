// What a cluster's monitor costs: calls to Batch, and writes, by how much waits.
// Runs long: a thousand jobs are submitted.
import { describe, expect, it } from "vitest";
import { clusterPath, experimentPath, jobBody, worldWithCluster } from "../support/app/stories.ts";

type World = Awaited<ReturnType<typeof worldWithCluster>>;

describe("what watching costs", () => {
  async function callsWhile(world: World, waiting: number): Promise<number> {
    const body = jobBody({ cluster: { id: clusterPath } });
    for (let job = 0; job <= waiting; job += 1)
      await world.api("PUT", `${experimentPath}/jobs/j${job}`, { body });
    await world.advance(500);
    world.azure.start(world.onlyTask());
    await world.advance(1_000);
    world.azure.calls.length = 0;
    await world.advance(600_000);
    return world.azure.calls.length;
  }

  it("does not grow with the number of jobs that wait", async () => {
    const counts: number[] = [];
    for (const waiting of [10, 100, 1_000]) counts.push(await callsWhile(await worldWithCluster(), waiting));
    const [few = 0] = counts;
    expect(few).toBeGreaterThan(0);
    expect(counts).toEqual([few, few, few]);
  }, 120_000);

  it("is nothing once a cluster has no work and its nodes are settled", async () => {
    const world = await worldWithCluster();
    await world.advance(60_000);
    world.azure.calls.length = 0;
    const writes = world.documents.writes();
    await world.advance(3_600_000);
    expect(world.azure.calls).toEqual([]);
    expect(world.documents.writes()).toBe(writes);
  });
});
