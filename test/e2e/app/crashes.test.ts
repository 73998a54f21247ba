// The process dies between any two steps of a request. Whoever asks again, or whoever starts the app again, finds things
// as they should be.
// Runs long: the process dies at every step there is.
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

describe("a crash at any step of what is done for the jobs of a cluster", () => {
  const paths = ["a", "b"].map((name) => `${experimentPath}/jobs/${name}`);

  /** Lets tasks run and end as Batch would, whoever looks at them meanwhile. */
  async function drive(world: AppWorld, ms: number, end: (index: number) => { exitCode: number }) {
    await world.advance(ms);
    for (const { task } of world.azure.tasks()) if (task.state === "active") world.azure.start(task.id);
    await world.advance(ms);
    for (const [index, { task }] of world.azure.tasks().entries())
      if (task.state === "running") world.azure.complete(task.id, end(index));
    await world.advance(ms);
  }

  it.each([
    ["succeed", () => ({ exitCode: 0 }), ["succeeded", "succeeded"]],
    ["end in different ways", (index: number) => ({ exitCode: index * 3 }), ["failed", "succeeded"]],
  ])(
    "whose runs %s: each has one task, one end, and nothing remains",
    async (_how, end, states) => {
      let steps = 0;
      for (let step = 1, died = true; died; step += 1) {
        const world = await worldWithCluster({ targetNodeCount: 2 });
        for (const path of paths) await world.api("PUT", path, { body: jobBody() });
        world.activityCrash.crashAt(step);
        await drive(world, 200, end);
        died = !world.activityCrash.crashOver();
        await drive(world, 5_000, end);
        const jobs = await Promise.all(paths.map((path) => world.api("GET", path)));
        const ends = jobs.map(({ body }) => String(body.properties.executionState)).sort();
        expect(ends, `step ${step}`).toEqual(states);
        expect(
          world.azure.tasks().map(({ task }) => task.id.slice(-2)),
          `step ${step}`,
        ).toEqual(["-1", "-1"]);
        for (const path of paths) {
          const { body } = await world.api("GET", `${path}/events?api-version=2026-11-01`);
          const events = body.value as { properties: { state?: string; to?: string } }[];
          const told = events.filter(
            ({ properties: { state, to = "" } }) =>
              state === "executionState" && ["succeeded", "failed"].includes(to),
          );
          expect(told, `step ${step}`).toHaveLength(1);
        }
        const guid = /batchai-([0-9a-f-]{36})-/.exec([...world.azure.jobsById.keys()][0] ?? "")?.[1] ?? "";
        expect(await world.services.state.activeJobs.list(guid), `step ${step}`).toEqual([]);
        expect(world.stagedOfRuns(), `step ${step}`).toEqual([]);
        steps = step;
      }
      expect(steps).toBeGreaterThan(20);
    },
    240_000,
  );

  it.each(["terminate", "delete"])(
    "is no way around a request to %s them",
    async (how) => {
      for (let step = 1, died = true; died; step += 1) {
        const world = await worldWithCluster({ targetNodeCount: 2 });
        const [path = ""] = paths;
        await world.api("PUT", path, { body: jobBody() });
        world.activityCrash.crashAt(step);
        await world.advance(30);
        if (how === "delete") await world.api("DELETE", path);
        else await world.api("POST", `${path}/terminate`);
        await world.advance(200);
        died = !world.activityCrash.crashOver();
        await world.advance(60_000);
        const job = await world.api("GET", path);
        if (how === "delete") expect(job.status, `step ${step}`).toBe(404);
        else expect(job.body.properties.executionState, `step ${step}`).toBe("failed");
        const alive = world.azure.tasks().filter(({ task }) => task.state !== "completed");
        expect(alive, `step ${step}: no task outlives its job`).toEqual([]);
      }
    },
    240_000,
  );
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
        await world.reconcileResources();
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
