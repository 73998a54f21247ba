// The process dies between any two steps of a request. Whoever asks again, or whoever starts the app again, finds things
// as they should be.
import { describe, expect, it } from "vitest";
import type { AppWorld } from "../../support/app/app-world.ts";
import {
  clusterBody,
  clusterPath,
  experimentPath,
  jobBody,
  workspacePath,
  worldWithCluster,
} from "../../support/app/stories.ts";

const jobPath = `${experimentPath}/jobs/j`;

/** Lets the request die at its n-th step; true when it got further than that. */
async function survived(world: AppWorld, step: number, request: () => Promise<unknown>): Promise<boolean> {
  world.crashAt(step);
  await request();
  return world.crashOver();
}

async function everyStep(
  request: (world: AppWorld) => Promise<unknown>,
  after: (world: AppWorld, step: number) => Promise<void>,
) {
  for (let step = 1; step < 40; step += 1) {
    const world = await worldWithCluster();
    const done = await survived(world, step, () => request(world));
    await after(world, step);
    if (done) return step;
  }
  throw new Error("the request never ends");
}

const finish = async (world: AppWorld, path: string) => {
  await world.advance(200);
  for (const { task } of world.azure.tasks())
    if (task.state === "active") world.azure.complete(task.id, { exitCode: 0 });
  await world.advance(4_000);
  return (await world.api("GET", path)).body.properties as { executionState: string };
};

describe("a crash at any step", () => {
  it("of a job's submission is healed by asking again: one job, one task, one end", async () => {
    const steps = await everyStep(
      (world) => world.api("PUT", jobPath, { body: jobBody() }),
      async (world, step) => {
        const again = await world.api("PUT", jobPath, { body: jobBody() });
        expect([200, 202], `step ${step}`).toContain(again.status);
        expect((await finish(world, jobPath)).executionState, `step ${step}`).toBe("succeeded");
        expect(world.azure.tasks()).toHaveLength(1);
      },
    );
    expect(steps).toBeGreaterThan(5);
  });

  it("of a cluster's creation is healed by asking again: one cluster, one pool", async () => {
    const path = `${workspacePath}/clusters/other`;
    await everyStep(
      (world) => world.api("PUT", path, { body: clusterBody() }),
      async (world, step) => {
        expect([200, 202], `step ${step}`).toContain(
          (await world.api("PUT", path, { body: clusterBody() })).status,
        );
        await world.advance(2_000);
        expect((await world.api("GET", path)).body.properties.provisioningState, `step ${step}`).toBe(
          "succeeded",
        );
        expect(world.azure.poolsById.size).toBe(2);
      },
    );
  });

  it.each([
    ["a job's deletion", jobPath],
    ["a cluster's deletion", clusterPath],
    ["an experiment's deletion", experimentPath],
    ["a workspace's deletion", workspacePath],
  ])("of %s is healed by asking again", async (_what, path) => {
    await everyStep(
      async (world) => {
        await world.withoutCrash(() => world.api("PUT", jobPath, { body: jobBody() }));
        await world.api("DELETE", path);
      },
      async (world, step) => {
        expect([202, 204], `step ${step}`).toContain((await world.api("DELETE", path)).status);
        await world.advance(20_000);
        expect((await world.api("GET", path)).status, `step ${step}`).toBe(404);
      },
    );
  });

  it("of a termination is healed by asking again", async () => {
    await everyStep(
      async (world) => {
        await world.withoutCrash(() => world.api("PUT", jobPath, { body: jobBody() }));
        await world.api("POST", `${jobPath}/terminate`);
      },
      async (world, step) => {
        expect([200, 202], `step ${step}`).toContain(
          (await world.api("POST", `${jobPath}/terminate`)).status,
        );
        await world.advance(2_000);
        expect((await world.api("GET", jobPath)).body.properties.executionState, `step ${step}`).toBe(
          "failed",
        );
      },
    );
  });
});

describe("a restart", () => {
  it("goes on with what a crash cut off, without anybody asking again", async () => {
    await everyStep(
      (world) => world.api("PUT", jobPath, { body: jobBody() }),
      async (world, step) => {
        await world.reconcile();
        const found = await world.api("GET", jobPath);
        if (found.status === 404) return;
        expect((await finish(world, jobPath)).executionState, `step ${step}`).toBe("succeeded");
      },
    );
  });

  it.each([
    ["a job's deletion", jobPath],
    ["a cluster's deletion", clusterPath],
    ["an experiment's deletion", experimentPath],
    ["a workspace's deletion", workspacePath],
  ])("ends %s that was begun", async (_what, path) => {
    await everyStep(
      async (world) => {
        await world.withoutCrash(() => world.api("PUT", jobPath, { body: jobBody() }));
        await world.api("DELETE", path);
      },
      async (world, step) => {
        const begun = (await world.api("GET", path)).body.properties.provisioningState === "deleting";
        await world.reconcile();
        await world.advance(20_000);
        if (begun) expect((await world.api("GET", path)).status, `step ${step}`).toBe(404);
      },
    );
  });

  it("creates the pool of a cluster that was accepted", async () => {
    const path = `${workspacePath}/clusters/other`;
    await everyStep(
      (world) => world.api("PUT", path, { body: clusterBody() }),
      async (world, step) => {
        const accepted = (await world.api("GET", path)).status === 200;
        await world.reconcile();
        await world.advance(2_000);
        if (accepted)
          expect((await world.api("GET", path)).body.properties.provisioningState, `step ${step}`).toBe(
            "succeeded",
          );
      },
    );
  });
});
