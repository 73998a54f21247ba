// Jobs that go on on dedicated nodes when spot nodes are not enough, and come back: the whole app over a hand-driven Batch.
import { describe, expect, it } from "vitest";
import { placeJobs } from "../../activities/cluster/place-jobs.ts";
import { parseClusterId } from "../../domain/shared/resource-id.ts";
import {
  clusterBody,
  clusterPath,
  experimentPath,
  jobBody,
  workspacePath,
  worldWithCluster,
} from "../support/app/stories.ts";

const own = "?api-version=2026-11-01";
const path = `${experimentPath}/jobs/j`;
const spotPath = `${workspacePath}/clusters/spot`;
const minute = 60_000;
const deadline = { deadline: "PT10H", runTime: "PT4H", checkpointInterval: "PT10M" };

type World = Awaited<ReturnType<typeof spotWorld>>;

async function spotWorld(fallback: object, spotNodes = 1) {
  const world = await worldWithCluster({}, { monitorMaxIntervalMs: minute });
  const spot = { vmPriority: "lowpriority", scaleSettings: { manual: { targetNodeCount: spotNodes } } };
  await world.api("PUT", spotPath, { body: clusterBody({}, spot) });
  await world.advance(10);
  world.azure.settle();
  const submit = () =>
    world.api("PUT", `${path}${own}`, {
      body: jobBody({ cluster: { id: spotPath }, spot: { cluster: { id: clusterPath }, fallback } }),
    });
  const { status } = await submit();
  expect(status).toBe(202);
  await world.advance(2_000);
  const pools = world.azure.poolsById;
  const poolOf = async (cluster: string) => {
    const wanted = cluster === spotPath;
    return [...pools.values()].find(({ spec }) => spec.lowPriority === wanted);
  };
  return { ...world, submit, poolOf };
}

interface Attempts {
  readonly value: readonly { readonly cause: string; readonly cluster: string }[];
  readonly preemptions: number;
}

const job = async (world: World) =>
  (await world.api("GET", path)).body.properties as {
    readonly executionState: string;
    readonly spot: { readonly place: string };
  };
const attempts = async (world: World) =>
  (await world.api("GET", `${path}/attempts${own}`)).body as unknown as Attempts;
/** But for those that the test let wait for so long that they were taken back. */
const ends = async (world: World) =>
  (await attempts(world)).value.map(({ cause }) => cause).filter((cause) => cause !== "withdrawn");
const newest = (world: World) => world.azure.tasks().at(-1)?.task.id ?? "";
const setSpotNodes = async (world: World, nodes: number) => {
  const pool = await world.poolOf(spotPath);
  if (pool !== undefined) pool.current = nodes;
};
/** The run's node is taken, and none comes for it. */
const evict = async (world: World) => {
  await setSpotNodes(world, 0);
  world.azure.requeue(newest(world));
  await world.advance(2 * minute);
};
const start = async (world: World) => {
  world.azure.start(newest(world));
  await world.advance(minute + 1_000);
};
const finish = async (world: World) => {
  world.azure.complete(newest(world), { exitCode: 0 });
  await world.advance(2 * minute);
};

describe("a job that falls back after preemptions", () => {
  it("runs on the dedicated cluster after the last of them, and tells of it", async () => {
    const world = await spotWorld({ afterPreemptions: 2 });
    await start(world);
    expect((await job(world)).spot).toMatchObject({ place: "spot", fallback: { afterPreemptions: 2 } });
    await evict(world);
    expect((await job(world)).spot.place).toBe("spot");
    await setSpotNodes(world, 1);
    await world.advance(2 * minute);
    await start(world);
    await evict(world);
    expect((await job(world)).spot.place).toBe("dedicated");
    await start(world);
    await finish(world);
    expect(await job(world)).toMatchObject({ executionState: "succeeded", cluster: { id: spotPath } });
    expect(await attempts(world)).toMatchObject({
      value: [
        { cause: "preempted", cluster: spotPath },
        { cause: "preempted", cluster: spotPath },
        { cause: "finished", cluster: clusterPath },
      ],
      preemptions: 2,
    });
    const events = (await world.api("GET", `${path}/events${own}`)).body.value as {
      properties: { cause: string };
    }[];
    expect(events.map(({ properties }) => properties.cause)).toContain(
      "its spot policy: it goes on on dedicated nodes",
    );
    // The monitor of the spot cluster waits for the node that was taken.
    expect(world.active().filter((id) => !id.startsWith("monitor-"))).toEqual([]);
  });

  it("leaves nothing in either cluster when it is deleted", async () => {
    const world = await spotWorld({ afterPreemptions: 1 });
    await start(world);
    await evict(world);
    await start(world);
    await finish(world);
    await world.api("DELETE", path);
    await world.advance(2 * minute);
    expect(world.azure.tasks()).toEqual([]);
    for (const cluster of [spotPath, clusterPath]) {
      await world.api("DELETE", cluster);
      await world.advance(5 * minute);
      expect(await world.api("GET", cluster)).toMatchObject({ status: 404 });
    }
  });

  it("is one job in one queue, at whatever step its move was cut off", async () => {
    for (let step = 1; step < 80; step += 4) {
      const world = await spotWorld({ afterPreemptions: 1 });
      await start(world);
      world.activityCrash.crashAt(step);
      await evict(world);
      const wasCut = !world.activityCrash.crashOver();
      await world.reconcile();
      await world.advance(3 * minute);
      expect([step, (await job(world)).spot.place]).toEqual([step, "dedicated"]);
      await start(world);
      await finish(world);
      expect([step, (await job(world)).executionState]).toEqual([step, "succeeded"]);
      expect(await ends(world)).toEqual(["preempted", "finished"]);
      expect(world.azure.tasks().filter(({ task }) => task.state !== "completed")).toEqual([]);
      if (!wasCut) break;
    }
  });

  it("ends when it is terminated while it waits there", async () => {
    const world = await spotWorld({ afterPreemptions: 1 });
    const pool = await world.poolOf(clusterPath);
    if (pool !== undefined) pool.current = 0;
    await start(world);
    await evict(world);
    await world.api("POST", `${path}/terminate`);
    await world.advance(2 * minute);
    expect(await job(world)).toMatchObject({ executionState: "failed", spot: { place: "dedicated" } });
  });

  it("gets no nodes while its policy cannot be asked, and holds up no other", async () => {
    const world = await spotWorld({ afterPreemptions: 1 }, 0);
    const cluster = await world.services.state.clusters.get(parseClusterId(spotPath));
    const guid = cluster?.guid ?? "";
    const { waiting } = await world.services.state.activeJobs.read(guid, 10);
    const [row] = waiting;
    if (cluster === undefined || row === undefined) throw new Error("nothing waits");
    const { policyChecks: _, ...usual } = { ...row, jobGuid: "another" };
    const silent = () => {
      throw new Error("storage does not answer");
    };
    const services = { ...world.services, state: { ...world.services.state, of: silent } };
    const work = { waiting: [row, usual], holding: [], free: 1 };
    const rest = await placeJobs(services as never, { ref: parseClusterId(spotPath), guid }, work);
    expect(rest).toEqual([usual]);
    expect(world.logged).toContainEqual({
      event: "job.notPlaced",
      job: row.jobGuid,
      reason: "storage does not answer",
    });
  });

  it("stays where it is while the other cluster is not there", async () => {
    const world = await spotWorld({ afterPreemptions: 1 });
    await world.api("DELETE", clusterPath);
    await world.advance(minute);
    await start(world);
    await evict(world);
    expect(await job(world)).toMatchObject({ executionState: "queued", spot: { place: "spot" } });
  });
});

describe("a job that falls back after a wait", () => {
  it("has waited so long for spot nodes, and no longer, though nothing else happens", async () => {
    const world = await spotWorld({ afterWait: "PT20M" }, 0);
    await world.advance(18 * minute);
    expect((await job(world)).spot.place).toBe("spot");
    await world.advance(4 * minute);
    expect((await job(world)).spot.place).toBe("dedicated");
    await start(world);
    expect((await job(world)).executionState).toBe("running");
  });
});

describe("a job with a deadline", () => {
  it("waits for spot nodes, falls back when it is behind, and goes back when there are some", async () => {
    const world = await spotWorld(deadline, 0);
    await world.advance(2.9 * 60 * minute);
    expect((await job(world)).spot.place).toBe("spot");
    await world.advance(15 * minute);
    expect((await job(world)).spot.place).toBe("dedicated");
    await start(world);
    await world.advance(30 * minute);
    await world.api("PATCH", spotPath, {
      body: { properties: { scaleSettings: { manual: { targetNodeCount: 1 } } } },
    });
    await world.advance(minute);
    world.azure.settle();
    await world.advance(5 * minute);
    expect((await job(world)).spot.place).toBe("spot");
    await start(world);
    await finish(world);
    expect(await ends(world)).toEqual(["moved", "finished"]);
    const { value, preemptions } = await attempts(world);
    expect(value.map(({ cluster }) => cluster).slice(-2)).toEqual([clusterPath, spotPath]);
    expect(preemptions).toBe(0);
  });

  it("has dedicated nodes, though there are spot nodes, from when one more loss could make it late", async () => {
    const world = await spotWorld({ ...deadline, deadline: "PT5H" });
    await world.advance(25 * minute);
    await start(world);
    await world.advance(10 * minute);
    expect(await job(world)).toMatchObject({ executionState: "running", spot: { place: "spot" } });
    world.azure.requeue(newest(world));
    await world.advance(2 * minute);
    expect((await job(world)).spot.place).toBe("dedicated");
    await start(world);
    await world.advance(60 * minute);
    expect(await job(world)).toMatchObject({ executionState: "running", spot: { place: "dedicated" } });
  });
});

it("a spot policy is refused under the version of 2018, and where the cluster to fall back to is none", async () => {
  const world = await spotWorld({ afterPreemptions: 1 });
  const body = (id: string) =>
    jobBody({ cluster: { id: spotPath }, spot: { cluster: { id }, fallback: { afterPreemptions: 1 } } });
  const other = `${experimentPath}/jobs/other`;
  expect(await world.api("PUT", other, { body: body(clusterPath) })).toMatchObject({
    status: 400,
    body: { error: { code: "InvalidRequest", target: "properties.spot" } },
  });
  expect(
    await world.api("PUT", `${other}${own}`, { body: body(`${workspacePath}/clusters/none`) }),
  ).toMatchObject({
    status: 404,
    body: { error: { code: "ClusterNotFound" } },
  });
  expect(await world.api("PUT", `${other}${own}`, { body: body(spotPath) })).toMatchObject({
    status: 400,
    body: { error: { target: "properties.spot.cluster.id" } },
  });
});
