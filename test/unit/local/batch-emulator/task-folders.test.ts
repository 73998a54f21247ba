// Folders of tasks and jobs that are going away while others of the same name come.
// Starts nothing: the executor is a fake.
import { expect, test } from "vitest";
import { filesCleanedUp } from "../../../../local/batch-emulator/service/runs/folder-removal.ts";
import type { NodeDisk } from "../../../../local/batch-emulator/service/ports/node-disk.ts";
import { noDisk } from "../../../../local/batch-emulator/service/ports/node-disk.ts";
import { addJob } from "../../../../local/batch-emulator/service/jobs/job-commands.ts";
import { deleteJob, deleteTask } from "../../../../local/batch-emulator/service/jobs/job-control.ts";
import type { Job } from "../../../../local/batch-emulator/service/entities/model.ts";
import { addPool } from "../../../../local/batch-emulator/service/pools/pool-commands.ts";
import { addTask } from "../../../../local/batch-emulator/service/tasks/task-commands.ts";
import { reactivateTask, terminateTask } from "../../../../local/batch-emulator/service/tasks/task-life.ts";
import { cancelRun } from "../../../../local/batch-emulator/service/runs/task-run.ts";
import type { AccountState } from "../../../../local/batch-emulator/service/account/account-state.ts";
import { machine, serviceBench, settle } from "../../../support/batch/service-bench.ts";

/** A disk whose removals wait for `release`. */
function slowDisk() {
  const waiting: { path: string; done: () => void }[] = [];
  const disk: NodeDisk = {
    ...noDisk(),
    remove: (path) => new Promise((resolve) => waiting.push({ path, done: resolve })),
  };
  return { disk, waiting, release: () => waiting.splice(0).forEach(({ done }) => done()) };
}

function start(disk: NodeDisk) {
  const of = serviceBench({ disk });
  addPool(of.account, { id: "p", ...machine, targetDedicatedNodes: 1 });
  return of;
}
const jobIn = (account: AccountState): Job => addJob(account, { id: "j", poolInfo: { poolId: "p" } });

test("a task of the same name starts only when the folder of the deleted one is gone", async () => {
  const { disk, waiting, release } = slowDisk();
  const of = start(disk);
  const job = jobIn(of.account);
  const old = addTask(of.account, job, { id: "t", commandLine: "exit 0" });
  await settle(of);
  deleteTask(of.account, old);
  const next = addTask(of.account, job, { id: "t", commandLine: "exit 0" });
  await settle(of);
  expect(waiting.map(({ path }) => path.split("/").slice(-3).join("/"))).toEqual(["j/job-1/t"]);
  expect(next.state).toBe("active");
  release();
  await settle(of);
  expect(next.state).toBe("completed");
});

test("a task of the same name starts only when no process of the deleted one lives", async () => {
  const { disk, release } = slowDisk();
  const of = start(disk);
  const job = jobIn(of.account);
  const old = addTask(of.account, job, { id: "t", commandLine: "hold" });
  await settle(of);
  deleteTask(of.account, old);
  const next = addTask(of.account, job, { id: "t", commandLine: "exit 0" });
  await settle(of);
  expect(next.state).toBe("active");
  release();
  await settle(of);
  expect(next.state).toBe("completed");
});

test("a job of the same name can be made only when the folder of the deleted one is gone", async () => {
  const { disk, release } = slowDisk();
  const of = start(disk);
  const job = jobIn(of.account);
  addTask(of.account, job, { id: "t", commandLine: "exit 0" });
  await settle(of);
  deleteJob(of.account, job);
  await settle(of);
  expect(job.state).toBe("deleting");
  expect(() => jobIn(of.account)).toThrow(/marked for deletion/);
  release();
  await settle(of);
  expect(jobIn(of.account).state).toBe("active");
});

test("files that are being cleaned up are said to be gone already", async () => {
  const { disk, waiting, release } = slowDisk();
  const of = start(disk);
  const task = addTask(of.account, jobIn(of.account), {
    id: "t",
    commandLine: "exit 0",
    constraints: { retentionTime: "PT1S" },
  });
  await settle(of);
  expect([task.state, filesCleanedUp(task)]).toEqual(["completed", false]);
  await of.clock.advance(3000);
  expect([waiting.length, filesCleanedUp(task)]).toEqual([1, true]);
  release();
  await settle(of);
  expect([filesCleanedUp(task), task.execution?.cleaned]).toEqual([true, true]);
});

test("a task whose processes outlive its retention time is cleaned up when they have ended", async () => {
  const { disk, waiting, release } = slowDisk();
  const of = start(disk);
  const task = addTask(of.account, jobIn(of.account), {
    id: "t",
    commandLine: "stubborn",
    constraints: { retentionTime: "PT1S" },
  });
  await settle(of);
  terminateTask(of.account, task, (run) => cancelRun(of.account, run));
  await of.clock.advance(3000);
  expect([task.state, waiting.length]).toEqual(["completed", 0]);
  of.executor.end([...of.executor.running.keys()][0] ?? "", {});
  await settle(of);
  expect(waiting).toHaveLength(1);
  release();
  await settle(of);
  expect(task.execution?.cleaned).toBe(true);
});

test("a task that is reactivated while its files are cleaned up starts after that, and has files again", async () => {
  const { disk, waiting, release } = slowDisk();
  const of = start(disk);
  const task = addTask(of.account, jobIn(of.account), {
    id: "t",
    commandLine: "exit 1",
    constraints: { retentionTime: "PT1S" },
  });
  await of.clock.advance(3000);
  expect(waiting).toHaveLength(1);
  reactivateTask(of.account, task);
  await settle(of);
  expect(task.state).toBe("active");
  release();
  await settle(of);
  expect([task.state, task.execution?.cleaned]).toEqual(["completed", undefined]);
});
