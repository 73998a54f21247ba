// A gang that fails because a node went away which Batch does not know yet: the job waits for Batch's word where a node was silent, and
// runs again or fails by it.
import { describe, expect, it } from "vitest";
import {
  clusterBody,
  experimentPath,
  jobBody,
  workspacePath,
  worldWithCluster,
} from "../support/app/stories.ts";

const path = `${experimentPath}/jobs/j`;
const gangPath = `${workspacePath}/clusters/gang`;
const own = "?api-version=2026-11-01";
const failure = {
  category: "UserError",
  code: "FailureExitCode",
  message: "it failed",
  details: {},
};
const silent = "outcome exited\nexitCode 7\nnode a\ndetail one exited with 7\nsilent 10.0.0.5\nend result\n";
const loud = "outcome exited\nexitCode 7\nnode a\ndetail one exited with 7\nend result\n";

async function worldWithGang(vmPriority = "lowpriority") {
  const world = await worldWithCluster();
  await world.api("PUT", gangPath, {
    body: clusterBody({ targetNodeCount: 2 }, { vmPriority }),
  });
  await world.advance(10);
  world.azure.settle();
  world.azure.subtaskNodes = ["b"];
  const retries = { onFailure: 1 };
  const body = jobBody({ cluster: { id: gangPath }, nodeCount: 2, retries });
  await world.api("PUT", `${path}${own}`, { body });
  await world.advance(500);
  const first = world.onlyTask();
  world.azure.start(first);
  await world.advance(500);
  const pool = [...world.azure.poolsById.values()].at(-1);
  const seen = (state: string) => {
    const node = world.azure.tasks()[0]?.task.nodeId ?? "";
    if (pool !== undefined)
      pool.badNodes = [
        { id: node, state: "running", errors: [] },
        { id: "b", state, errors: [] },
      ];
  };
  seen("running");
  const attempts = async () => (await world.api("GET", `${path}/attempts${own}`)).body as unknown;
  const state = async () =>
    ((await world.api("GET", path)).body as { properties: { executionState: string } }).properties
      .executionState;
  const fail = async (result: string) => {
    world.azure.complete(first, { exitCode: 7, failure, result });
    await world.advance(5_000);
  };
  return { world, seen, attempts, state, fail };
}

describe("the failure of a gang", () => {
  it("is a preemption when Batch says within its time that a silent node is gone", async () => {
    const { world, seen, attempts, state, fail } = await worldWithGang();
    await fail(silent);
    await world.advance(60_000);
    expect([await state(), await attempts()]).toMatchObject(["running", { value: [{ number: 1 }] }]);
    seen("preempted");
    await world.advance(10_000);
    expect(await attempts()).toMatchObject({
      value: [{ number: 1, cause: "preempted" }],
      preemptions: 1,
      userRetries: 0,
    });
    expect(await state()).toBe("queued");
  });

  it("is a node fault on dedicated nodes", async () => {
    const { attempts, seen, fail } = await worldWithGang("dedicated");
    seen("unknown");
    await fail(loud);
    expect(await attempts()).toMatchObject({
      value: [{ cause: "nodeFault" }],
      nodeFaults: 1,
      userRetries: 0,
    });
  });

  it("is its program's when Batch has not said so in its time", async () => {
    const { world, attempts, fail } = await worldWithGang();
    await fail(silent);
    await world.advance(200_000);
    expect(await attempts()).toMatchObject({ userRetries: 0 });
    await world.advance(120_000);
    expect(await attempts()).toMatchObject({ value: [{ cause: "userRetry", exitCode: 7 }], userRetries: 1 });
  });

  it("is its program's at once where all nodes answered", async () => {
    const { attempts, fail } = await worldWithGang();
    await fail(loud);
    expect(await attempts()).toMatchObject({ value: [{ cause: "userRetry", exitCode: 7 }], preemptions: 0 });
  });

  it("does not hold up who ends the job", async () => {
    const { world, attempts, fail } = await worldWithGang();
    await fail(silent);
    await world.api("POST", `${path}/terminate`);
    await world.advance(5_000);
    expect(await attempts()).toMatchObject({ value: [{ cause: "terminated" }] });
    expect(world.active()).toEqual([]);
  });
});
