// Timers with `runOnStartup` may run on two instances of the app at the same time, also right after a crash.
import { expect, it } from "vitest";
import { experimentPath, jobBody, worldWithCluster } from "../support/app/stories.ts";

it("two instances that start at once make nothing twice", async () => {
  const world = await worldWithCluster({ targetNodeCount: 2 });
  for (const name of ["one", "two"])
    await world.api("PUT", `${experimentPath}/jobs/${name}`, { body: jobBody() });
  await Promise.all([world.reconcile(), world.reconcile(), world.reconcileJobs(), world.reconcileJobs()]);
  for (let round = 0; round < 5; round += 1) await world.advance(5_000);
  await Promise.all([
    world.reconcile(),
    world.reconcileWorkspaces(),
    world.reconcile(),
    world.removeOrphans(),
  ]);
  await world.advance(5_000);
  expect(world.azure.poolsById.size).toBe(1);
  expect(world.azure.tasks().map(({ task: { state } }) => state)).toEqual(["active", "active"]);
  expect(world.azure.calls.filter((call) => call === "putPool")).toHaveLength(1);
  expect(world.logged.filter(({ event }) => event === "orphan.found")).toEqual([]);
});
