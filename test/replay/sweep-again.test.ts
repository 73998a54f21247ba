// Sweeps that go on after their end: what runs again or in addition, and that nothing else does.
import { describe, expect, it } from "vitest";
import { experimentPath } from "../support/app/stories.ts";
import { runAll, story, sweepBody } from "../support/app/sweep-stories.ts";
import type { Story } from "../support/app/sweep-stories.ts";

/** Every job of the experiment, by name, and the ids of every task that Batch ever had. */
async function allRuns(world: Story) {
  const { body } = await world.api("GET", `${experimentPath}/jobs`);
  const jobs = body.value as { name: string }[];
  return {
    jobs: new Map(jobs.map((job) => [job.name, job])),
    tasks: world.azure.tasks().map(({ task }) => task.id),
  };
}

describe("a sweep that was over", () => {
  it("runs failed trials again with the same parameters, and only those", async () => {
    const world = await story();
    await world.sweep("PUT", "", sweepBody());
    await runAll(world, { exitCode: ({ trial }) => (trial === 1 ? 137 : trial === 2 ? 3 : 0) });
    expect((await world.sweep("GET", "")).body.properties.counts).toEqual({ succeeded: 2, failed: 2 });
    const before = (await world.trials()).value;
    const ran = await allRuns(world);
    expect(ran.tasks).toHaveLength(4);
    const retried = await world.sweep("POST", "/retryFailed", { exitCodes: [137] });
    expect(retried.body).toEqual({ trials: [1] });
    // Asking twice is asking once.
    await world.sweep("POST", "/retryFailed", { trials: [1] });
    await runAll(world);
    const after = (await world.trials()).value;
    const runAgain = await allRuns(world);
    expect((await world.sweep("GET", "")).body.properties.counts).toEqual({ succeeded: 3, failed: 1 });
    // One task and one job more; nothing of the others was touched, and their results are those of before.
    expect(runAgain.tasks).toHaveLength(5);
    expect(runAgain.tasks).toEqual(expect.arrayContaining(ran.tasks));
    expect([...runAgain.jobs.keys()].filter((name) => !ran.jobs.has(name))).toEqual(["s_1_2"]);
    for (const [name, job] of ran.jobs) expect(runAgain.jobs.get(name)).toEqual(job);
    for (const at of [0, 2, 3]) expect(after[at]).toEqual(before[at]);
    expect(after.map(({ job, state }) => `${job} ${state}`)).toEqual([
      "s_0 succeeded",
      "s_1_2 succeeded",
      "s_2 failed",
      "s_3 succeeded",
    ]);
    expect(after[1]?.parameters).toEqual(before[1]?.parameters);
    expect((await world.sweep("GET", "")).body.properties.executionState).toBe("succeeded");
  });

  it("runs those again that ended in one of the states that are named, and no failed one", async () => {
    const world = await story();
    await world.sweep("PUT", "", sweepBody());
    await world.advance(500);
    await world.sweep("POST", "/trials/0/terminate");
    await runAll(world, { exitCode: ({ trial }) => (trial === 1 ? 1 : 0) });
    expect((await world.trials()).counts).toEqual({ succeeded: 2, failed: 1, canceled: 1 });
    const ran = await allRuns(world);
    const retried = await world.sweep("POST", "/retryFailed", { states: ["canceled"] });
    expect(retried.body).toEqual({ trials: [0] });
    await runAll(world);
    expect((await world.trials()).counts).toEqual({ succeeded: 3, failed: 1 });
    const runAgain = await allRuns(world);
    expect([...runAgain.jobs.keys()].filter((name) => !ran.jobs.has(name))).toEqual(["s_0_2"]);
    for (const [name, job] of ran.jobs) expect(runAgain.jobs.get(name)).toEqual(job);
  });

  it("goes on after its end when it is extended, with the suggestions that a longer one would have had", async () => {
    const world = await story();
    await world.sweep("PUT", "", sweepBody());
    await runAll(world);
    const [before, ran] = [await world.trials(), await allRuns(world)];
    expect([before.counts, ran.tasks.length]).toEqual([{ succeeded: 4 }, 4]);
    const extended = await world.sweep("POST", "/extend", { properties: { limits: { maxTrials: 6 } } });
    expect(extended.body.properties).toMatchObject({ executionState: "running", limits: { maxTrials: 6 } });
    await runAll(world);
    const { value, counts } = await world.trials();
    expect(value).toHaveLength(6);
    const longer = await allRuns(world);
    expect([counts, longer.tasks.length]).toEqual([{ succeeded: 6 }, 6]);
    expect(longer.tasks).toEqual(expect.arrayContaining(ran.tasks));
    expect(value.slice(0, 4)).toEqual(before.value);
    for (const [name, job] of ran.jobs) expect(longer.jobs.get(name)).toEqual(job);
    const other = await story();
    await other.sweep("PUT", "", sweepBody({ limits: { maxTrials: 6, maxConcurrentTrials: 2 } }));
    await runAll(other);
    expect((await other.trials()).value.map(({ parameters }) => parameters)).toEqual(
      value.map(({ parameters }) => parameters),
    );
    const less = await world.sweep("POST", "/extend", { properties: { limits: { maxTrials: 5 } } });
    expect([less.status, less.body.error.target]).toEqual([400, "properties.limits.maxTrials"]);
  });
});
