// Preparation and release tasks when their node or their job goes away under them.
// Starts nothing: the executor is a fake.
import { expect, test } from "vitest";
import { addJob } from "../../../../local/batch-emulator/service/jobs/job-commands.ts";
import { terminateJob } from "../../../../local/batch-emulator/service/jobs/job-control.ts";
import { addPool } from "../../../../local/batch-emulator/service/pools/pool-commands.ts";
import { addTask } from "../../../../local/batch-emulator/service/tasks/task-commands.ts";
import { machine, serviceBench, settle } from "../../../support/batch/service-bench.ts";

async function started(preparation: string, release: string) {
  const of = serviceBench({ parameters: { preemptionReturnMs: 60_000 } });
  addPool(of.account, { id: "p", ...machine, targetLowPriorityNodes: 1 });
  const job = addJob(of.account, {
    id: "j",
    poolInfo: { poolId: "p" },
    jobPreparationTask: { commandLine: preparation, constraints: { maxTaskRetryCount: 3 } },
    jobReleaseTask: { commandLine: release },
  });
  const task = addTask(of.account, job, { id: "t", commandLine: "exit 0" });
  await settle(of);
  return { of, job, task };
}

test("an eviction ends the preparation that runs on the node, and the task waits for another", async () => {
  const { of, task } = await started("hold", "exit 0");
  expect(task.state).toBe("preparing");
  of.service.evictions.evict(1, undefined, 0);
  await settle(of);
  expect([...of.executor.running.keys()]).toEqual([]);
  expect([task.state, task.execution?.requeueCount]).toEqual(["active", 1]);
  await of.clock.advance(61_000);
  expect(task.state).toBe("preparing");
});

test("a job that is terminated does not wait for its preparation, nor try it again", async () => {
  const { of, job, task } = await started("hold", "exit 0");
  terminateJob(of.account, job, "enough");
  await settle(of);
  expect([...of.executor.running.keys()]).toEqual([]);
  expect([task.state, job.state]).toEqual(["completed", "completed"]);
});

test("an eviction ends the release task that runs on the node, and with it the job", async () => {
  const { of, job } = await started("exit 0", "hold");
  terminateJob(of.account, job, "enough");
  await settle(of);
  expect(job.state).toBe("terminating");
  of.service.evictions.evict(1, undefined, 0);
  await settle(of);
  expect([...of.executor.running.keys()]).toEqual([]);
  expect(job.state).toBe("completed");
});
