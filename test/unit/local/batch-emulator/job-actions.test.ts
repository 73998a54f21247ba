// What the end of tasks does to their job, and what it must not.
// Starts nothing: the executor is a fake.
import { expect, test } from "vitest";
import { addJob } from "../../../../local/batch-emulator/service/jobs/job-commands.ts";
import { deleteTask, enableJob } from "../../../../local/batch-emulator/service/jobs/job-control.ts";
import { addPool } from "../../../../local/batch-emulator/service/pools/pool-commands.ts";
import { addTask } from "../../../../local/batch-emulator/service/tasks/task-commands.ts";
import { machine, serviceBench, settle } from "../../../support/batch/service-bench.ts";

test("the deletion of a failed task does not repeat what its failure did to the job", async () => {
  const of = serviceBench();
  addPool(of.account, { id: "p", ...machine, targetDedicatedNodes: 1 });
  const job = addJob(of.account, {
    id: "j",
    poolInfo: { poolId: "p" },
    onTaskFailure: "performexitoptionsjobaction",
  });
  const task = addTask(of.account, job, {
    id: "t",
    commandLine: "exit 1",
    exitConditions: { default: { jobAction: "disable" } },
  });
  await settle(of);
  expect(job.state).toBe("disabled");
  enableJob(of.account, job);
  await settle(of);
  deleteTask(of.account, task);
  await settle(of);
  expect(job.state).toBe("active");
});

test("the deletion of the last open task lets a job end that ends with its tasks", async () => {
  const of = serviceBench();
  const job = addJob(of.account, {
    id: "j",
    poolInfo: { poolId: "none" },
    onAllTasksComplete: "terminatejob",
  });
  const task = addTask(of.account, job, { id: "t", commandLine: "exit 1" });
  await of.clock.advance(1000);
  expect(job.state).toBe("active");
  deleteTask(of.account, task);
  await of.clock.advance(1000);
  expect(job.state).toBe("completed");
});
