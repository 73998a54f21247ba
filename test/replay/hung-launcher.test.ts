// A launcher that waits in the kernel for storage: its task runs on though its watcher has written how the run ended.
import { describe, expect, it } from "vitest";
import { experimentPath, startJob, worldWithCluster } from "../support/app/stories.ts";

const path = `${experimentPath}/jobs/j`;
const hourMs = 3_600_000;

async function worldWithRun() {
  const world = await worldWithCluster({}, { monitorMaxIntervalMs: 60_000 });
  await startJob(world, path);
  const task = world.onlyTask();
  const found = world.azure.tasks().find((one) => one.task.id === task);
  const leave = (at: number, outcome = "launch-failed") =>
    found?.files.set(
      "wd/batchai-result",
      `outcome ${outcome}\nexitCode 244\nnode n\nat ${new Date(at).toISOString()}\ndetail the step 'mounts' took longer\nend result\n`,
    );
  const job = async () => (await world.api("GET", path)).body.properties as Record<string, unknown>;
  const look = async () => {
    await world.reconcileJobs();
    await world.advance(60_000);
  };
  return { world, leave, job, look, now: () => world.services.clock.now() };
}

describe("a job whose launcher hangs", () => {
  it("ends as the result says that its watcher left, once that has stood for a while", async () => {
    const { world, leave, job, look, now } = await worldWithRun();
    leave(now());
    await look();
    expect(await job()).toMatchObject({ executionState: "running" });
    await world.advance(2 * hourMs);
    await look();
    expect(await job()).toMatchObject({
      executionState: "failed",
      executionInfo: { errors: [{ code: "JobLaunchFailed" }] },
    });
    expect(JSON.stringify(await job())).toContain("the step 'mounts' took longer");
  });

  it("is left alone while there is no result, while it is fresh, and while nobody can be asked", async () => {
    const { world, leave, job, look, now } = await worldWithRun();
    for (let hours = 0; hours < 3; hours += 1) {
      await world.advance(hourMs);
      await look();
    }
    leave(now() - 60_000);
    await look();
    expect(await job()).toMatchObject({ executionState: "running" });
    world.azure.complete(world.onlyTask(), { exitCode: 0 });
    await world.advance(60_000);
    expect(await job()).toMatchObject({ executionState: "succeeded" });
  });
});
