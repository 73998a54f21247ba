// What should not exist is found, told, and removed; what is young, in use, or somebody else's stays.
import { describe, expect, it } from "vitest";
import { batchJobId, batchPriority, poolId } from "../../services/batch-names.ts";
import { experimentPath, jobBody, worldWithCluster } from "../support/app/stories.ts";

type World = Awaited<ReturnType<typeof worldWithCluster>>;
const ghost = "99999999-9999-4999-8999-999999999999";
const hourMs = 3_600_000;

async function plant(world: World): Promise<void> {
  const [real] = world.azure.poolsById.values();
  if (real === undefined) throw new Error("no pool");
  await world.services.pools.put({ ...real.spec, poolId: poolId(ghost), targetNodeCount: 0 });
  for (const cluster of [ghost, real.spec.poolId.slice("batchai-".length)]) {
    await world.services.batch.ensureJob({
      id: batchJobId(cluster, "low"),
      poolId: poolId(cluster),
      priority: batchPriority.low,
      owner: real.spec.owner,
    });
    await world.services.batch.addTasks(batchJobId(cluster, "low"), [
      { id: `${ghost}-1`, commandLine: "true", environment: {}, resourceFiles: [] },
    ]);
  }
  await world.services.staging.put([
    { path: `jobs/${ghost}/1/launch.sh`, content: "x" },
    { path: `clusters/${ghost}/node-setup.sh`, content: "x" },
  ]);
  await world.services.secrets.put(ghost, new Map([["a", "b"]]));
  await world.services.sweepRecords.write(ghost, { version: 1, trials: [] }, undefined);
  await world.services.artifacts.write(`${ghost}/others/run/artifacts/a`, new Uint8Array(1));
  const since = new Date(world.now()).toISOString();
  await world.services.reservations.clusters.update((claims) => ({
    claims: { ...claims, [ghost]: { vmSize: "STANDARD_D2", priority: "dedicated", nodes: 9, since } },
    result: undefined,
  }));
}

const found = (world: World) =>
  world.logged.flatMap(({ event, kind }) => (event === "orphan.found" ? [kind] : [])).sort();

describe("things that nobody owns", () => {
  it("are reported and removed when they are old enough, and nothing else is", async () => {
    const world = await worldWithCluster();
    await world.api("PUT", `${experimentPath}/jobs/j`, { body: jobBody() });
    await world.advance(1_000);
    world.azure.start(world.onlyTask());
    world.azure.complete(world.onlyTask(), { exitCode: 0 });
    await world.advance(10_000);
    const before = {
      pools: [...world.azure.poolsById.keys()],
      staged: [...world.staged.keys()],
      secrets: [...world.secrets.keys()],
      claims: await world.services.reservations.clusters.read(),
      tasks: world.azure.tasks().map(({ task }) => task.id),
    };
    await plant(world);
    await world.removeOrphans();
    expect(found(world), "young things are left alone").toEqual([]);
    await world.advance(2 * hourMs);
    await world.removeOrphans();
    expect(found(world)).toEqual([
      "artifacts",
      "batchJob",
      "clusterClaim",
      "pool",
      "secrets",
      "stagedFiles",
      "stagedFiles",
      "sweepRecord",
      "task",
    ]);
    expect(await world.services.sweepRecords.owners()).toEqual([]);
    expect(await world.services.artifacts.folders()).toEqual([]);
    expect({
      pools: [...world.azure.poolsById.keys()],
      staged: [...world.staged.keys()],
      secrets: [...world.secrets.keys()],
      claims: await world.services.reservations.clusters.read(),
      tasks: world.azure.tasks().map(({ task }) => task.id),
      // The task of a run that ended two hours ago is nobody's need any more.
    }).toEqual({ ...before, tasks: [] });
    await world.removeOrphans();
    expect(found(world)).toHaveLength(9);
  });

  it("are only reported when they carry no mark, and passed over when they carry another's", async () => {
    const world = await worldWithCluster();
    await plant(world);
    const pool = world.azure.poolsById.get(poolId(ghost));
    const job = world.azure.jobsById.get(batchJobId(ghost, "low"));
    if (pool === undefined || job === undefined) throw new Error("not planted");
    pool.spec = { ...pool.spec, owner: "another-service" };
    job.owner = undefined;
    await world.advance(2 * hourMs);
    await world.removeOrphans();
    expect(found(world)).not.toContain("pool");
    expect(world.logged).toContainEqual(
      expect.objectContaining({ event: "orphan.found", kind: "batchJob", removed: false }),
    );
    expect(world.azure.poolsById.has(poolId(ghost))).toBe(true);
    expect(world.azure.jobsById.has(batchJobId(ghost, "low"))).toBe(true);
  });

  it("do not include the keys of a deleted cluster that a finished job needs for its listings", async () => {
    const world = await worldWithCluster();
    await world.api("PUT", `${experimentPath}/jobs/j`, { body: jobBody() });
    await world.advance(1_000);
    await world.api("DELETE", `${experimentPath.replace("experiments/e", "clusters/c")}`);
    await world.advance(60_000);
    expect(world.azure.poolsById.size).toBe(0);
    const kept = [...world.secrets.keys()];
    expect(kept).toHaveLength(2);
    await world.advance(2 * hourMs);
    await world.removeOrphans();
    expect([...world.secrets.keys()]).toEqual(kept);
  });
});

describe("tasks of runs that have ended", () => {
  it("leave Batch an hour after their job has ended, those of a job that runs again and of the last hour stay", async () => {
    const world = await worldWithCluster({ targetNodeCount: 2 });
    const run = async (name: string) => {
      await world.api("PUT", `${experimentPath}/jobs/${name}`, { body: jobBody() });
      await world.advance(1_000);
    };
    const completeAll = async () => {
      for (const { task } of world.azure.tasks())
        if (task.state !== "completed") world.azure.complete(task.id, { exitCode: 0 });
      await world.advance(10_000);
    };
    await run("old");
    await completeAll();
    await world.advance(2 * hourMs);
    await run("recent");
    await completeAll();
    await run("running");
    const [, recent, running] = world.azure.tasks().map(({ task }) => task.id);
    await world.removeOrphans();
    expect(world.azure.tasks().map(({ task }) => task.id)).toEqual([recent, running]);
    expect(found(world)).toEqual([]);
    expect(world.logged).toContainEqual(expect.objectContaining({ event: "task.endedRemoved", tasks: 1 }));
    await completeAll();
    expect((await world.api("GET", `${experimentPath}/jobs/old`)).body.properties.executionState).toBe(
      "succeeded",
    );
  });
});
