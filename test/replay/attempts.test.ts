// What is told of a job's attempts, and jobs that run again because they ask for it.
import { describe, expect, it } from "vitest";
import { experimentPath, jobBody, startJob, worldWithCluster } from "../support/app/stories.ts";

const path = `${experimentPath}/jobs/j`;
const own = "?api-version=2026-11-01";

type World = Awaited<ReturnType<typeof worldWithCluster>>;
const attempts = async (world: World) => (await world.api("GET", `${path}/attempts${own}`)).body as unknown;
const state = async (world: World) => (await world.api("GET", path)).body.properties.executionState as string;
const newestTask = (world: World) => world.azure.tasks().at(-1)?.task.id ?? "";

describe("the attempts of a job", () => {
  it("tell of a lost node, and of the end", async () => {
    const world = await worldWithCluster();
    await startJob(world, path);
    expect(await attempts(world)).toMatchObject({ value: [{ number: 1, nodes: ["node-1"] }] });
    world.azure.requeue(world.onlyTask());
    await world.advance(3_000);
    world.azure.start(world.onlyTask());
    await world.advance(3_000);
    world.azure.complete(world.onlyTask(), { exitCode: 0 });
    await world.advance(5_000);
    expect(await attempts(world)).toMatchObject({
      value: [
        { number: 1, cause: "preempted", nodes: ["node-1"] },
        { number: 2, cause: "finished", exitCode: 0, nodes: ["node-1"] },
      ],
      preemptions: 1,
      userRetries: 0,
    });
  });

  it("are unknown to the version of 2018", async () => {
    const world = await worldWithCluster();
    await startJob(world, path);
    expect(await world.api("GET", `${path}/attempts`)).toMatchObject({ status: 404 });
  });
});

async function worldWithRetries(retries: object) {
  const world = await worldWithCluster();
  const { body } = await world.api("PUT", `${path}${own}`, { body: jobBody({ retries }) });
  expect(body).toBeUndefined();
  await world.advance(50);
  const fail = async (exitCode: number) => {
    world.azure.start(newestTask(world));
    await world.advance(1_000);
    world.azure.complete(newestTask(world), { exitCode });
    await world.advance(5_000);
  };
  return { world, fail };
}

describe("a job with retries", () => {
  it("runs again after a failure of its program, and fails when they are used up", async () => {
    const { world, fail } = await worldWithRetries({ onFailure: 1 });
    await fail(3);
    expect(await state(world)).toBe("queued");
    expect(newestTask(world)).toMatch(/-2$/);
    await fail(4);
    expect(await state(world)).toBe("failed");
    expect(await attempts(world)).toMatchObject({
      value: [
        { number: 1, cause: "userRetry", exitCode: 3 },
        { number: 2, cause: "failed", exitCode: 4 },
      ],
      userRetries: 1,
    });
    expect(world.active()).toEqual([]);
  });

  it("fails at once with an exit code that they do not name", async () => {
    const { world, fail } = await worldWithRetries({ onFailure: 5, onExitCodes: [75] });
    await fail(75);
    await fail(1);
    expect(await state(world)).toBe("failed");
  });

  it("is shown with them, and cannot be put again with others", async () => {
    const { world } = await worldWithRetries({ onFailure: 1 });
    expect((await world.api("GET", path)).body.properties.retries).toEqual({ onFailure: 1 });
    const other = await world.api("PUT", `${path}${own}`, { body: jobBody({ retries: { onFailure: 2 } }) });
    expect(other).toMatchObject({ status: 409 });
  });

  it("is refused in the version of 2018, which would drop them", async () => {
    const world = await worldWithCluster();
    const refused = await world.api("PUT", path, { body: jobBody({ retries: { onFailure: 1 } }) });
    expect(refused).toMatchObject({
      status: 400,
      body: { error: { code: "InvalidRequest", target: "properties.retries" } },
    });
  });
});
