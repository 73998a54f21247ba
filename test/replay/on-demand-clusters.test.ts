// Clusters that triggers make for their jobs, in the whole app over memory, in the test's time.
// Runs long: a process that is killed at every step.
import { describe, expect, it } from "vitest";
import {
  clusterBody,
  clusterPath,
  experimentPath,
  jobBody,
  workspacePath,
  worldWithCluster,
} from "../support/app/stories.ts";
import { sweepBody } from "../support/app/sweep-stories.ts";
import {
  at,
  decisions,
  endJobs,
  jobNames,
  ledger,
  messages,
  refOfTrigger,
  tick,
} from "../support/app/trigger-stories.ts";
import type { World } from "../support/app/trigger-stories.ts";

const made = `${workspacePath}/clusters/made`;
const cluster = (more: object = {}) => ({
  name: "made",
  deleteWhenIdleFor: "PT10M",
  ...clusterBody(),
  ...more,
});

async function save(world: World, action: object, token = "role-operator", name = "orders") {
  const job = jobBody({
    cluster: undefined,
    customToolkitSettings: { commandLine: "order {parameters.epochs}" },
  });
  const properties = { ...messages, action: { experiment: "e", job, ...action } };
  return world.api("PUT", at(name), { body: { properties }, token });
}

async function order(world: World, epochs: number): Promise<void> {
  world.storageEvents.send("work", JSON.stringify({ epochs }));
  await tick(world, 10_000);
  await world.advance(100);
  world.azure.settle();
}

const status = async (world: World) => (await world.api("GET", made)).status;

/** Looks, as often as the service does in that time. */
async function idle(world: World, minutes: number): Promise<void> {
  for (let passed = 0; passed < minutes; passed += 5) {
    await world.advance(5 * 60_000);
    await world.reconcile();
  }
  await world.advance(60_000);
}

describe("a cluster on demand", () => {
  it("is made when an event needs it, shared, deleted when it is idle, and made again", async () => {
    const world = await worldWithCluster();
    const saved = await save(world, { cluster: cluster() });
    expect([saved.status, saved.body.error]).toEqual([200, undefined]);
    expect(JSON.stringify(saved.body)).not.toContain("not-to-be-seen");
    const event = { kind: "queueMessage", id: "1", text: "" };
    const dry = await world.api("POST", at("orders", "/test"), { body: { event } });
    expect(dry.body).toMatchObject({
      wouldStart: true,
      job: { body: { properties: { cluster: { id: expect.stringMatching(/clusters\/made$/i) as string } } } },
      cluster: { name: "made", isThere: false, body: { properties: { vmSize: "STANDARD_D2S_V3" } } },
    });
    expect(JSON.stringify(dry.body)).not.toContain("not-to-be-seen");
    expect(await status(world)).toBe(404);

    await order(world, 1);
    await order(world, 2);
    expect(decisions(await ledger(world, "orders"))).toEqual(["started", "started"]);
    const guid = async () => (await world.services.state.clusters.get(refOfCluster))?.guid;
    const first = await guid();
    expect(first).toBeDefined();
    const jobs = await Promise.all(
      (await jobNames(world)).map((name) => world.api("GET", `${experimentPath}/jobs/${name}`)),
    );
    expect(jobs.map(({ body }) => String(body.properties.cluster.id).toLowerCase())).toEqual(
      Array(2).fill(made.toLowerCase()),
    );
    // While a job waits or runs it stays, however long.
    await idle(world, 60);
    expect(await status(world)).toBe(200);
    await endJobs(world);
    await endJobs(world);
    await idle(world, 5);
    expect(await status(world)).toBe(200);
    await idle(world, 15);
    expect(await status(world)).toBe(404);
    await order(world, 3);
    expect(await guid()).not.toBe(first);
    expect(decisions(await ledger(world, "orders"))).toEqual(["started", "started", "started"]);
  });

  it("stays when somebody wants it before its time is over", async () => {
    const world = await worldWithCluster();
    await save(world, { cluster: cluster() });
    await order(world, 1);
    await endJobs(world);
    await idle(world, 10);
    expect((await world.services.state.clusters.get(refOfCluster))?.onDemand?.idleSince).toBeDefined();
    await order(world, 2);
    expect((await world.services.state.clusters.get(refOfCluster))?.onDemand?.idleSince).toBeUndefined();
    await endJobs(world);
    await idle(world, 10);
    expect(await status(world)).toBe(200);
    await idle(world, 10);
    expect(await status(world)).toBe(404);
  });

  it("that a person made is used, and never deleted", async () => {
    const world = await worldWithCluster();
    await world.api("PUT", made, { body: clusterBody({ targetNodeCount: 2 }) });
    await save(world, { cluster: cluster() });
    await order(world, 1);
    expect(decisions(await ledger(world, "orders"))).toEqual(["started"]);
    await endJobs(world);
    await idle(world, 60);
    expect(await status(world)).toBe(200);
  });

  it("is made for sweeps, too", async () => {
    const world = await worldWithCluster();
    const sweep = sweepBody({ limits: { maxTrials: 1 } }, { cluster: undefined });
    const saved = await save(world, { cluster: cluster(), job: undefined, sweep });
    expect([saved.status, saved.body.error]).toEqual([200, undefined]);
    await order(world, 1);
    expect(decisions(await ledger(world, "orders"))).toEqual(["started"]);
    expect(await status(world)).toBe(200);
    await world.advance(6_000);
    expect(await jobNames(world)).toHaveLength(1);
  });

  it("is refused where it is no cluster, where the template names another, and to who may not make it", async () => {
    const world = await worldWithCluster();
    const message = async (action: object, token?: string) => {
      const { status: code, body } = await save(world, action, token);
      return `${code} ${body.error?.message}`;
    };
    expect(await message({ cluster: cluster(clusterBody({}, { vmSize: "no size" })) })).toMatch(
      /^400 properties\.action\.cluster: .*vmSize/s,
    );
    expect(await message({ cluster: cluster({ deleteWhenIdleFor: "PT5S" }) })).toContain(
      "between PT1M and P7D",
    );
    expect(await message({ cluster: cluster(), job: jobBody() })).toContain(
      "leave cluster out of the template",
    );
    expect(await message({ cluster: cluster(), job: jobBody({ cluster: { id: clusterPath } }) })).toContain(
      "'made'",
    );
    expect(await message({ cluster: cluster() }, "role-submitter")).toMatch(/^403 .*'operator'/s);
    expect((await save(world, { cluster: cluster() })).status).toBe(200);
    await world.services.state.triggers.update(refOfTrigger("orders"), (found) => ({
      ...found,
      savedBy: { ...found.savedBy, roles: ["submitter"] },
    }));
    await order(world, 1);
    const [told] = await ledger(world, "orders");
    expect(told).toMatchObject({ decision: "failed", reason: expect.stringContaining("operator") as string });
    expect(await status(world)).toBe(404);
  });

  it("is one, and the event has one job, wherever the process is killed", async () => {
    let kill = 0;
    for (let isOver = false; !isOver;) {
      kill += 1;
      const world = await worldWithCluster();
      await save(world, { cluster: cluster() });
      world.storageEvents.send("work", "");
      await world.advance(10_000);
      world.crashAt(kill);
      await world.dyingTick().catch(() => undefined);
      isOver = world.crashOver();
      for (let look = 0; look < 6; look += 1) await tick(world, 30_000);
      await world.reconcile();
      await world.advance(1_000);
      world.azure.settle();
      expect(decisions(await ledger(world, "orders")), `kill ${kill}`).toEqual(["started"]);
      expect(await jobNames(world), `kill ${kill}`).toHaveLength(1);
      const found = await world.api("GET", made);
      expect(found.body.properties.provisioningState, `kill ${kill}`).toBe("succeeded");
      expect(world.azure.poolsById.size, `kill ${kill}`).toBe(2);
    }
    expect(kill).toBeGreaterThan(10);
  }, 300_000);
});

const { subscriptionId, resourceGroup, workspace } = refOfTrigger("orders");
const refOfCluster = { kind: "cluster" as const, subscriptionId, resourceGroup, workspace, cluster: "made" };
