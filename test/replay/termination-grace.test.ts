// A termination as the service sees it: the run's launcher is asked, has time to end its program, and Batch ends what is still there then.
import { describe, expect, it } from "vitest";
import { graceVariable, stopVariable, timeLimitVariable } from "../../domain/launch/result.ts";
import { clusterPath, experimentPath, startJob, worldWithCluster } from "../support/app/stories.ts";

const path = `${experimentPath}/jobs/j`;

async function worldWithRun(terminationGraceMs: number) {
  const world = await worldWithCluster({}, { terminationGraceMs });
  await startJob(world, path);
  const task = world.onlyTask();
  const found = world.azure.tasks().find((one) => one.task.id === task);
  const end = (outcome: string, exitCode = 143) => {
    found?.files.set(
      "wd/batchai-result",
      `outcome ${outcome}\nexitCode ${exitCode}\nnode n\ndetail word of it\nend result\n`,
    );
    world.azure.complete(task, { exitCode });
  };
  const job = async () => (await world.api("GET", path)).body.properties as Record<string, unknown>;
  const stopFiles = () => [...world.staged.keys()].filter((name) => name.endsWith("/stop"));
  const kills = () => world.azure.calls.filter((name) => name === "terminateTask").length;
  return { world, end, job, stopFiles, kills, task: found };
}

describe("a job that is terminated", () => {
  it("ends when its launcher ended it, and nobody kills it", async () => {
    const { world, end, job, stopFiles, kills } = await worldWithRun(10_000);
    await world.api("POST", `${path}/terminate`);
    await world.advance(3_000);
    expect(await job()).toMatchObject({ executionState: "terminating" });
    expect(stopFiles()).toHaveLength(1);
    end("ended");
    await world.advance(3_000);
    expect(await job()).toMatchObject({
      executionState: "failed",
      executionInfo: { errors: [{ code: "JobTerminated" }] },
    });
    expect(kills()).toBe(0);
    expect(stopFiles()).toEqual([]);
  });

  it("is killed when its launcher has not ended it in time", async () => {
    const { world, job, stopFiles, kills } = await worldWithRun(10_000);
    await world.api("POST", `${path}/terminate`);
    await world.advance(30_000);
    expect([kills(), await job()]).toMatchObject([0, { executionState: "terminating" }]);
    await world.advance(10_000);
    expect([kills(), await job()]).toMatchObject([1, { executionState: "failed" }]);
    expect(stopFiles()).toEqual([]);
  });

  it("is killed at once without a grace, and its task has nothing to look for", async () => {
    const { world, job, stopFiles, kills, task } = await worldWithRun(0);
    expect(task?.spec.environment).toMatchObject({ [graceVariable]: "0" });
    expect(Object.keys(task?.spec.environment ?? {})).not.toContain(stopVariable);
    await world.api("POST", `${path}/terminate`);
    await world.advance(1_000);
    expect([kills(), await job()]).toMatchObject([1, { executionState: "failed" }]);
    expect(stopFiles()).toEqual([]);
  });
});

describe("a job whose launcher ended it", () => {
  it("because its time was over says so, and Batch's own limit comes later", async () => {
    const { world, end, job, task } = await worldWithRun(10_000);
    expect(task?.spec).toMatchObject({
      maxWallClockTime: "P7DT35S",
      environment: { [timeLimitVariable]: String(7 * 24 * 3_600), [graceVariable]: "10" },
    });
    end("time-over");
    await world.advance(5_000);
    expect(await job()).toMatchObject({
      executionState: "failed",
      executionInfo: { errors: [{ code: "JobExceededMaxWallClockTime" }] },
    });
  });

  it("for an eviction that did not come after all runs again", async () => {
    const { world, end, job } = await worldWithRun(10_000);
    end("evicted");
    await world.advance(5_000);
    expect(await job()).toMatchObject({ executionState: "queued" });
    expect(world.azure.tasks().map(({ task }) => task.state)).toEqual(["completed", "active"]);
  });
});

describe("a job on a cluster that shrinks", () => {
  async function shrinking(nodeDeallocationOption: string) {
    const run = await worldWithRun(10_000);
    await run.world.api("PATCH", clusterPath, {
      body: {
        properties: { scaleSettings: { manual: { targetNodeCount: 0, nodeDeallocationOption } } },
      },
    });
    await run.world.advance(2_000);
    return { ...run, resizes: () => run.world.azure.calls.filter((name) => name === "resize").length };
  }
  const said = ({ world, stopFiles }: Awaited<ReturnType<typeof shrinking>>) =>
    stopFiles().map((name) => world.staged.get(name));

  it("stops before the nodes go, and waits for others", async () => {
    const run = await shrinking("requeue");
    expect([run.resizes(), said(run)]).toEqual([0, ["requeued\n"]]);
    run.end("requeued");
    await run.world.advance(10_000);
    expect(run.resizes()).toBe(1);
    expect(await run.job()).toMatchObject({ executionState: "queued" });
    expect(run.stopFiles()).toEqual([]);
  });

  it("fails of it where that was asked for", async () => {
    const run = await shrinking("terminate");
    expect(said(run)).toEqual(["deallocated\n"]);
    run.end("deallocated");
    await run.world.advance(10_000);
    expect(await run.job()).toMatchObject({
      executionState: "failed",
      executionInfo: { errors: [{ code: "JobNodeDeallocated" }] },
    });
    expect(run.stopFiles()).toEqual([]);
  });

  it("loses its nodes all the same when it does not stop in time, and keeps them when jobs are waited for", async () => {
    const late = await shrinking("requeue");
    await late.world.advance(60_000);
    expect(late.resizes()).toBe(1);
    const waiting = await shrinking("waitforjobcompletion");
    expect([waiting.resizes(), said(waiting)]).toEqual([1, []]);
  });
});
