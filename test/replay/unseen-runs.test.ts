// Batch starts a task anew by itself when it loses the node, and may do so while nobody looks: each of these runs is counted
// and told of, however late that is seen.
import { describe, expect, it } from "vitest";
import { parseId } from "../../domain/shared/resource-id.ts";
import { experimentPath, jobBody, startJob, worldWithCluster } from "../support/app/stories.ts";

type World = Awaited<ReturnType<typeof worldWithCluster>>;
const jobPath = `${experimentPath}/jobs/j`;

async function lossesOf(world: World): Promise<object | undefined> {
  const ref = parseId(jobPath);
  return ref.kind === "job" ? (await world.services.state.jobs.get(ref))?.losses : undefined;
}

interface Told {
  readonly cause: string;
  readonly state?: string;
  readonly to?: string;
}

async function told(world: World): Promise<readonly Told[]> {
  const events = await world.api("GET", `${jobPath}/events?api-version=2026-11-01`);
  return (events.body.value as { properties: Told }[]).map(({ properties }) => properties);
}

function runAgain(world: World): void {
  world.azure.requeue(world.onlyTask());
  world.azure.start(world.onlyTask());
}

const wentBack = "the task went back to the queue: its node was lost or taken away";

describe("a task that Batch ran again before anybody looked", () => {
  it.each([
    ["succeeds", 0, "succeeded"],
    ["fails", 3, "failed"],
  ])("and that %s then tells of the runs that were lost", async (_how, exitCode, state) => {
    const world = await worldWithCluster();
    await startJob(world, jobPath);
    runAgain(world);
    runAgain(world);
    const [task] = world.azure.tasks();
    world.azure.complete(task?.task.id ?? "", { exitCode });
    await world.advance(5_000);
    expect((await world.api("GET", jobPath)).body.properties).toMatchObject({ executionState: state });
    expect(await lossesOf(world)).toMatchObject({ preemptions: 2, nodeFaults: 0 });
    const events = await told(world);
    const states = events.filter((event) => event.state === "executionState").map(({ to }) => to);
    expect(states).toEqual(["queued", "running", "queued", "running", state]);
    expect(events.filter(({ cause }) => cause === wentBack)).toHaveLength(1);
  });

  it("is counted once, though it is seen more than once", async () => {
    const world = await worldWithCluster();
    await world.api("PUT", jobPath, { body: jobBody() });
    await world.advance(50);
    world.azure.start(world.onlyTask());
    runAgain(world);
    await world.advance(3_000);
    expect(await lossesOf(world)).toMatchObject({ preemptions: 1 });
    expect((await told(world)).filter(({ cause }) => cause === wentBack)).toHaveLength(1);
    await world.advance(60_000);
    world.azure.complete(world.onlyTask(), { exitCode: 0 });
    await world.advance(3_000);
    expect(await lossesOf(world)).toMatchObject({ preemptions: 1 });
  });

  it("and that waits again then is taken back, with all its losses", async () => {
    const world = await worldWithCluster();
    await startJob(world, jobPath);
    runAgain(world);
    world.azure.requeue(world.onlyTask());
    await world.advance(3_000);
    expect(await lossesOf(world)).toMatchObject({ preemptions: 2 });
    world.azure.start(world.onlyTask());
    world.azure.complete(world.onlyTask(), { exitCode: 0 });
    await world.advance(3_000);
    expect(await lossesOf(world)).toMatchObject({ preemptions: 2 });
    expect((await world.api("GET", jobPath)).body.properties).toMatchObject({ executionState: "succeeded" });
  });
});
