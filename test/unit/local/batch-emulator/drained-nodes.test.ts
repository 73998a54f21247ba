// A node is drained at the moment when something is about to start on it: nothing of it may start afterwards.
// Starts nothing: the executor is a fake.
import { expect, test } from "vitest";
import { addJob } from "../../../../local/batch-emulator/service/jobs/job-commands.ts";
import { terminateJob } from "../../../../local/batch-emulator/service/jobs/job-control.ts";
import { noDisk } from "../../../../local/batch-emulator/service/ports/node-disk.ts";
import { addPool } from "../../../../local/batch-emulator/service/pools/pool-commands.ts";
import { addTask } from "../../../../local/batch-emulator/service/tasks/task-commands.ts";
import { machine, serviceBench, settle } from "../../../support/batch/service-bench.ts";

/** A bench whose folders are cleared only when the test says so, once `hold` was called. */
function slowlyCleared() {
  let release: () => void = () => undefined;
  let cleared = Promise.resolve();
  const disk = { ...noDisk(), clearTask: () => cleared };
  const of = serviceBench({ disk, parameters: { preemptionReturnMs: 60_000 } });
  return {
    of,
    hold: () => void (cleared = new Promise((resolve) => (release = resolve))),
    release: () => release(),
  };
}

test("a start task that has not started yet does not, and leaves nothing behind", async () => {
  const { of, hold, release } = slowlyCleared();
  hold();
  addPool(of.account, {
    id: "p",
    ...machine,
    targetLowPriorityNodes: 1,
    startTask: { commandLine: "hold", waitForSuccess: true },
  });
  await settle(of);
  const [node] = [...of.account.pools].flatMap((pool) => [...pool.nodes]);
  expect(node?.state).toBe("waitingforstarttask");
  of.service.evictions.evict(1, undefined, 0);
  await settle(of);
  expect(node?.state).toBe("preempted");
  release();
  await settle(of);
  expect(of.executor.launches).toEqual([]);
  await of.clock.advance(61_000);
  expect([node?.state, of.executor.running.size]).toEqual(["waitingforstarttask", 1]);
});

test("a release task that has not started yet does not, and its job ends", async () => {
  const { of, hold, release } = slowlyCleared();
  addPool(of.account, { id: "p", ...machine, targetLowPriorityNodes: 1 });
  const job = addJob(of.account, {
    id: "j",
    poolInfo: { poolId: "p" },
    jobPreparationTask: { commandLine: "exit 0" },
    jobReleaseTask: { commandLine: "hold" },
  });
  const task = addTask(of.account, job, { id: "t", commandLine: "exit 0" });
  await settle(of);
  expect(task.state).toBe("completed");
  hold();
  terminateJob(of.account, job, "enough");
  await settle(of);
  const before = of.executor.launches.length;
  of.service.evictions.evict(1, undefined, 0);
  await settle(of);
  release();
  await settle(of);
  expect(of.executor.launches.length).toBe(before);
  expect(job.state).toBe("completed");
});
