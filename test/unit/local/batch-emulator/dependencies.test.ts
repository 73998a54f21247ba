// What dependencies mean over deletion, reactivation and restarts.
// Starts nothing: the executor is a fake.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { addJob } from "../../../../local/batch-emulator/service/jobs/job-commands.ts";
import { deleteTask } from "../../../../local/batch-emulator/service/jobs/job-control.ts";
import type { Job, Task } from "../../../../local/batch-emulator/service/entities/model.ts";
import { addPool } from "../../../../local/batch-emulator/service/pools/pool-commands.ts";
import { addTask } from "../../../../local/batch-emulator/service/tasks/task-commands.ts";
import { reactivateTask, terminateTask } from "../../../../local/batch-emulator/service/tasks/task-life.ts";
import { cancelRun } from "../../../../local/batch-emulator/service/runs/task-run.ts";
import { openLibsqlJournal } from "../../../../local/batch-emulator/store/libsql-journal.ts";
import { manualClock } from "../../../../local/clock.ts";
import { machine, serviceBench, settle } from "../../../support/batch/service-bench.ts";
import type { ServiceBench } from "../../../support/batch/service-bench.ts";

const folder = mkdtempSync(join(tmpdir(), "batch-dependencies-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function withJob(journal?: string): ServiceBench & { job: Job } {
  const of = serviceBench(journal === undefined ? {} : { journal: openLibsqlJournal(join(folder, journal)) });
  addPool(of.account, { id: "p", ...machine, taskSlotsPerNode: 4, targetDedicatedNodes: 1 });
  return {
    ...of,
    job: addJob(of.account, { id: "j", poolInfo: { poolId: "p" }, usesTaskDependencies: true }),
  };
}

async function restarted(of: ServiceBench, journal: string): Promise<ServiceBench> {
  of.account.flush();
  of.account.closed = true;
  const next = serviceBench({
    journal: openLibsqlJournal(join(folder, journal)),
    clock: manualClock(of.clock.now()),
  });
  await next.service.recover();
  await settle(next);
  return next;
}

const stateOf = (of: ServiceBench, id: string) => of.account.jobs.get("j")?.tasks.get(id)?.state;
const end = (of: ServiceBench, task: Task) =>
  terminateTask(of.account, task, (run) => cancelRun(of.account, run));

test("a task that was ended while it waited, and is reactivated, waits again, also for what is satisfied meanwhile", async () => {
  const of = withJob();
  const dependsOn = { taskIds: ["a"], taskIdRanges: [{ start: 1, end: 1 }] };
  const waiting = addTask(of.account, of.job, { id: "w", commandLine: "exit 0", dependsOn });
  end(of, waiting);
  addTask(of.account, of.job, { id: "1", commandLine: "exit 0" });
  await settle(of);
  reactivateTask(of.account, waiting);
  await settle(of);
  expect(stateOf(of, "w")).toBe("active");
  addTask(of.account, of.job, { id: "a", commandLine: "exit 0" });
  await settle(of);
  expect(stateOf(of, "w")).toBe("completed");
});

test("a task that was ended while it waited still waits when it is reactivated after a restart", async () => {
  const of = withJob("ended.db");
  const waiting = addTask(of.account, of.job, {
    id: "w",
    commandLine: "exit 0",
    dependsOn: { taskIds: ["a"] },
  });
  end(of, waiting);
  const next = await restarted(of, "ended.db");
  const again = next.account.jobs.get("j")?.tasks.get("w");
  if (again !== undefined) reactivateTask(next.account, again);
  await settle(next);
  expect(stateOf(next, "w")).toBe("active");
});

test.for(["deleted", "started over"])(
  "a task that is %s satisfies nothing any more, before and after a restart",
  async (how) => {
    const of = withJob(`${how}.db`);
    const exitConditions = { default: { dependencyAction: "satisfy" as const } };
    const first = addTask(of.account, of.job, { id: "1", commandLine: "exit 1", exitConditions });
    await settle(of);
    const early = { taskIds: ["1", "2"] };
    const range = { taskIdRanges: [{ start: 1, end: 2 }] };
    addTask(of.account, of.job, { id: "early", commandLine: "exit 0", dependsOn: early });
    addTask(of.account, of.job, { id: "range", commandLine: "exit 0", dependsOn: range });
    if (how === "deleted") deleteTask(of.account, first);
    else {
      first.spec = { ...first.spec, commandLine: "hold" };
      of.account.save(first, true);
      reactivateTask(of.account, first);
    }
    addTask(of.account, of.job, { id: "2", commandLine: "exit 0" });
    await settle(of);
    expect([stateOf(of, "early"), stateOf(of, "range")]).toEqual(["active", "active"]);
    const next = await restarted(of, `${how}.db`);
    expect([stateOf(next, "early"), stateOf(next, "range")]).toEqual(["active", "active"]);
  },
);

test("a task that was free to run stays so when what it waited for is deleted, also after a restart", async () => {
  const of = withJob("free.db");
  const first = addTask(of.account, of.job, { id: "1", commandLine: "exit 0" });
  await settle(of);
  addTask(of.account, of.job, { id: "w", commandLine: "hold", dependsOn: { taskIds: ["1"] } });
  await settle(of);
  expect(stateOf(of, "w")).toBe("running");
  deleteTask(of.account, first);
  const next = await restarted(of, "free.db");
  expect(stateOf(next, "w")).toBe("running");
});
