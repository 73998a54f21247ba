// The index of a cluster's jobs is older than their documents: every job is looked at, whatever the index says.
import { describe, expect, it } from "vitest";
import { deleting } from "../../domain/kinds.ts";
import { parseId, refOf } from "../../domain/shared/resource-id.ts";
import { clusterPath, experimentPath, jobBody, startJob, worldWithCluster } from "../support/app/stories.ts";

type World = Awaited<ReturnType<typeof worldWithCluster>>;
const first = `${experimentPath}/jobs/first`;
const second = `${experimentPath}/jobs/second`;

async function document(world: World, path: string) {
  const ref = parseId(path);
  return ref.kind === "job" ? world.services.state.jobs.get(ref) : undefined;
}

async function loseFromIndex(world: World, path: string): Promise<void> {
  const job = await document(world, path);
  const partition = `active|${job?.clusterGuid}`;
  const rows = (await world.documents.page({ partition, prefix: "", size: 100 })).documents;
  const lost = rows.filter(({ row }) => row.endsWith(job?.guid ?? "?"));
  expect(lost.length).toBeGreaterThan(0);
  for (const { row } of lost) await world.documents.remove({ partition, row }, "*");
}

const stateOf = async (world: World, path: string): Promise<unknown> =>
  (await world.api("GET", path)).body.properties?.["executionState"];

describe("a job that the index of its cluster has lost", () => {
  it("is put back, and runs when its turn comes", async () => {
    const world = await worldWithCluster();
    await startJob(world, first);
    await world.api("PUT", second, { body: jobBody() });
    await world.advance(500);
    await loseFromIndex(world, second);
    world.azure.complete(world.onlyTask(), { exitCode: 0 });
    await world.advance(5_000);
    await world.reconcile();
    await world.advance(5_000);
    expect(world.azure.tasks()).toHaveLength(1);
    await world.reconcileJobs();
    await world.advance(5_000);
    const [, task] = world.azure.tasks().map((found) => found.task);
    world.azure.complete(task?.id ?? "", { exitCode: 0 });
    await world.advance(5_000);
    expect(await stateOf(world, second)).toBe("succeeded");
  });

  it("is taken up again where it runs, and does not run twice", async () => {
    const world = await worldWithCluster();
    await startJob(world, first);
    await loseFromIndex(world, first);
    await world.reconcileJobs();
    await world.advance(5_000);
    world.azure.complete(world.onlyTask(), { exitCode: 0 });
    await world.advance(5_000);
    expect(await stateOf(world, first)).toBe("succeeded");
    expect(world.azure.tasks()).toHaveLength(1);
  });

  it("is deleted when its document says so, though nobody polls for that", async () => {
    const world = await worldWithCluster();
    await world.api("PUT", first, { body: jobBody() });
    await world.advance(500);
    const job = await document(world, first);
    if (job === undefined) throw new Error("no job");
    await world.services.state.jobs.update(refOf(job), (found) => deleting(found, new Date(world.now())));
    await loseFromIndex(world, first);
    await world.reconcileJobs();
    await world.advance(5_000);
    expect((await world.api("GET", first)).status).toBe(404);
  });

  it("ends when its cluster is gone", async () => {
    const world = await worldWithCluster({ targetNodeCount: 0 });
    await world.api("PUT", first, { body: jobBody() });
    await world.advance(500);
    await loseFromIndex(world, first);
    await world.api("DELETE", clusterPath);
    await world.advance(5_000);
    expect(await stateOf(world, first)).toBe("queued");
    await world.reconcileJobs();
    await world.advance(5_000);
    expect((await world.api("GET", first)).body.properties).toMatchObject({
      executionState: "failed",
      executionInfo: { errors: [{ code: "ClusterDeleted" }] },
    });
  });
});
