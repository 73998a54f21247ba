// An eviction that somebody rehearses: the run ends as on a node that is taken away, and the job runs again.
import { describe, expect, it } from "vitest";
import { experimentPath, jobBody, startJob, worldWithCluster } from "../support/app/stories.ts";

const path = `${experimentPath}/jobs/j`;
const own = "?api-version=2026-11-01";

async function worldWithRun(terminationGraceMs: number) {
  const world = await worldWithCluster({}, { terminationGraceMs });
  await startJob(world, path);
  const first = world.onlyTask();
  const attempts = async () => (await world.api("GET", `${path}/attempts${own}`)).body as unknown;
  const stopFile = () => [...world.staged].find(([name]) => name.endsWith("/stop"))?.[1];
  const finish = async () => {
    const next = world.azure.tasks().at(-1)?.task.id ?? "";
    world.azure.start(next);
    await world.advance(3_000);
    world.azure.complete(next, { exitCode: 0 });
    await world.advance(5_000);
  };
  return { world, first, attempts, stopFile, finish };
}

const twice = {
  value: [
    { number: 1, cause: "rehearsed" },
    { number: 2, cause: "finished" },
  ],
  preemptions: 0,
};

describe("an eviction that is rehearsed", () => {
  it("is told to the launcher, and the job runs again and ends once", async () => {
    const { world, first, attempts, stopFile, finish } = await worldWithRun(10_000);
    expect(await world.api("POST", `${path}/preempt${own}`)).toMatchObject({ status: 200 });
    expect(await world.api("POST", `${path}/preempt${own}`)).toMatchObject({ status: 200 });
    await world.advance(2_000);
    expect(stopFile()).toBe("rehearsed\n");
    const result = "outcome rehearsed\nexitCode 143\nnode n\ndetail word of it\nend result\n";
    world.azure.complete(first, { exitCode: 143, result });
    await world.advance(5_000);
    expect(stopFile()).toBeUndefined();
    expect(world.azure.calls).not.toContain("terminateTask");
    await finish();
    expect(await attempts()).toMatchObject(twice);
    expect(world.active()).toEqual([]);
  });

  it.each([0, 10_000])(
    "ends the task where the launcher does not, with a grace of %i ms",
    async (graceMs) => {
      const { world, attempts, finish } = await worldWithRun(graceMs);
      await world.api("POST", `${path}/preempt${own}`);
      // No longer than it takes: a task that nobody starts is taken back after a while.
      await world.advance(graceMs === 0 ? 5_000 : 45_000);
      expect(world.azure.calls.filter((name) => name === "terminateTask")).toHaveLength(1);
      await finish();
      expect(await attempts()).toMatchObject(twice);
    },
  );

  it("gives way to a termination", async () => {
    const { world, first, attempts, stopFile } = await worldWithRun(10_000);
    await world.api("POST", `${path}/preempt${own}`);
    await world.advance(2_000);
    await world.api("POST", `${path}/terminate`);
    await world.advance(2_000);
    expect(stopFile()).toBe("stop\n");
    world.azure.complete(first, { exitCode: 143, result: "outcome rehearsed\nexitCode 143\nend result\n" });
    await world.advance(5_000);
    expect(await attempts()).toMatchObject({ value: [{ number: 1, cause: "terminated" }] });
  });

  it("is refused for a job that waits, and to who may only submit", async () => {
    const world = await worldWithCluster({ targetNodeCount: 0 });
    await world.api("PUT", path, { body: jobBody() });
    expect(await world.api("POST", `${path}/preempt${own}`)).toMatchObject({
      status: 409,
      body: { error: { message: "job 'j' is queued: an eviction is rehearsed with a job that runs" } },
    });
    const token = { token: "role-submitter" };
    expect(await world.api("POST", `${path}/preempt${own}`, token)).toMatchObject({ status: 403 });
  });
});
