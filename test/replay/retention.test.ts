// What the service keeps grows with what is there, not with time: events, ended operations and histories go after a while.
import { describe, expect, it } from "vitest";
import {
  clusterPath,
  experimentPath,
  jobBody,
  workspacePath,
  worldWithCluster,
} from "../support/app/stories.ts";

type World = Awaited<ReturnType<typeof worldWithCluster>>;
const dayMs = 86_400_000;
const jobPath = (name: string) => `${experimentPath}/jobs/${name}`;
/** Nobody watches a cluster that does nothing, so that days are one step. */
const days = (world: World, count: number) => world.advance(count * dayMs);

async function runJob(world: World, name: string) {
  await world.api("PUT", jobPath(name), { body: jobBody() });
  await world.advance(500);
  for (const { task } of world.azure.tasks()) world.azure.complete(task.id, { exitCode: 0 });
  await world.advance(10_000);
}

const eventsOf = async (world: World, path: string) =>
  (await world.api("GET", `${path}/events?api-version=2026-11-01`)).body.value as object[];

describe("after thirty days", () => {
  it("events and ended operations are gone, those of yesterday and what they are about are not", async () => {
    const world = await worldWithCluster();
    const made = await world.api("PUT", `${workspacePath}/clusters/d`, {
      body: { properties: { ...clusterProperties } },
    });
    await runJob(world, "old");
    await days(world, 29);
    await runJob(world, "new");
    await world.removeOutdated();
    expect(await eventsOf(world, jobPath("old"))).not.toEqual([]);
    await days(world, 2);
    await world.removeOutdated();
    expect(await eventsOf(world, jobPath("old"))).toEqual([]);
    expect(await eventsOf(world, clusterPath)).toEqual([]);
    expect(await eventsOf(world, jobPath("new"))).not.toEqual([]);
    expect((await world.api("GET", jobPath("old"))).body.properties.executionState).toBe("succeeded");
    const operation = await world.api("GET", made.headers["azure-asyncoperation"] ?? "");
    expect(operation.status).toBe(404);
    expect(world.logged.find(({ event }) => event === "retention.applied")).toMatchObject({ all: true });
  });

  it("nothing is left of a workspace that was deleted", async () => {
    const world = await worldWithCluster();
    await runJob(world, "j");
    await world.api("DELETE", workspacePath);
    await world.advance(20_000);
    await days(world, 31);
    await world.removeOutdated();
    const rows = (JSON.parse(world.documents.dump()) as [string, [string, unknown][]][]).flatMap(
      ([partition, found]) => found.map(([row]) => `${partition} ${row}`),
    );
    expect(rows.filter((row) => !row.startsWith("ledger "))).toEqual([]);
    expect(world.engine.client.list({}, { top: 10 }).instances).toEqual([]);
  });

  it("how long a cluster had nodes is known for more than a year, also of one that is gone", async () => {
    const world = await worldWithCluster();
    await world.advance(2 * 3_600_000);
    await world.api("DELETE", clusterPath);
    await world.advance(20_000);
    expect((await world.api("GET", clusterPath)).status).toBe(404);
    const rows = async () => {
      const partition = `${workspacePath.split("/")[2]}|rg|w`;
      const page = await world.documents.page({ partition, prefix: "nodetime|", size: 10 });
      return page.documents.map(({ value }) => value);
    };
    const [row, ...others] = await rows();
    expect([row, others]).toMatchObject([{ cluster: "c", vmPriority: "dedicated" }, []]);
    const { spans } = row as { spans: readonly { idle: number }[] };
    const hours = spans.reduce((sum, { idle }) => sum + idle, 0) / 3_600_000;
    expect(hours).toBeGreaterThan(1.99);
    expect(hours).toBeLessThan(2.01);
    await days(world, 399);
    await world.removeOutdated();
    expect(await rows()).toEqual([row]);
    await days(world, 2);
    await world.removeOutdated();
    expect(await rows()).toEqual([]);
  });

  it("an operation that goes on is kept, however old it is, and so is its orchestration", async () => {
    const world = await worldWithCluster();
    world.azure.down = true;
    const answer = await world.api("DELETE", clusterPath);
    const operation = answer.headers["azure-asyncoperation"] ?? "";
    await world.advance(10_000);
    const [partition, row] = ["operation", operation.split("/").at(-1)?.split("?")[0] ?? ""];
    const stored = await world.documents.get({ partition, row });
    const value = { ...(stored?.value as object), startTime: "2020-01-01T00:00:00.000Z" };
    await world.documents.commit(partition, [{ kind: "put", row, value }]);
    const { retention, clock } = world.services;
    const time = new Date(clock.now() + dayMs).toISOString();
    await retention.removeBefore({ time, nodeTime: time, changes: time }, () => true);
    expect((await world.api("GET", operation)).body).toMatchObject({ status: "InProgress" });
  });

  it("thousands go in batches, and what the time does not allow goes the next time", async () => {
    const world = await worldWithCluster();
    const partition = `${workspacePath.split("/")[2]}|rg|w`;
    for (let start = 0; start < 2_500; start += 100)
      await world.documents.commit(
        partition,
        Array.from({ length: 100 }, (_, index) => ({
          kind: "insert" as const,
          row: `event|job|e|gone|${String(start + index).padStart(6, "0")}`,
          value: { time: "2020-01-01T00:00:00.000Z" },
        })),
      );
    const before = world.documents.writes();
    let asked = 0;
    const { retention, clock } = world.services;
    const now = new Date(clock.now() - dayMs).toISOString();
    const first = await retention.removeBefore(
      { time: now, nodeTime: now, changes: now },
      () => (asked += 1) < 3,
    );
    expect(first).toMatchObject({ all: false });
    expect(first.events).toBeLessThan(2_500);
    const second = await retention.removeBefore({ time: now, nodeTime: now, changes: now }, () => true);
    expect(first.events + second.events).toBe(2_500);
    expect(second.all).toBe(true);
    expect(world.documents.writes() - before).toBeLessThan(60);
  });
});

const clusterProperties = {
  vmSize: "STANDARD_D2",
  scaleSettings: { manual: { targetNodeCount: 0 } },
  userAccountSettings: { adminUserName: "admin", adminUserPassword: "not-to-be-seen" },
};
