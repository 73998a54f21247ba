// Starts nothing: the executor is a fake.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { addJob } from "../../../../local/batch-emulator/service/jobs/job-commands.ts";
import { addPool } from "../../../../local/batch-emulator/service/pools/pool-commands.ts";
import { addTask } from "../../../../local/batch-emulator/service/tasks/task-commands.ts";
import { openLibsqlJournal } from "../../../../local/batch-emulator/store/libsql-journal.ts";
import { manualClock } from "../../../../local/clock.ts";
import { machine, serviceBench, settle } from "../../../support/batch/service-bench.ts";
import type { ServiceBench } from "../../../support/batch/service-bench.ts";

const folder = mkdtempSync(join(tmpdir(), "batch-node-bookkeeping-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A node that has run one task, just now. */
async function afterOneTask(file: string): Promise<ServiceBench> {
  const of = serviceBench({ journal: openLibsqlJournal(join(folder, file)) });
  addPool(of.account, { id: "p", ...machine, targetDedicatedNodes: 1 });
  const job = addJob(of.account, { id: "j", poolInfo: { poolId: "p" } });
  await settle(of);
  await of.clock.advance(60_000);
  addTask(of.account, job, { id: "t", commandLine: "exit 0" });
  await settle(of);
  expect(job.tasks.get("t")?.state).toBe("completed");
  expect(remembered(of)).toEqual([1, 1, ["t"]]);
  return of;
}

/** How many tasks its node ran and how many of them well, and the last ones. */
function remembered(of: ServiceBench) {
  const [node] = [...(of.account.pools.get("p")?.nodes ?? [])];
  return [node?.tasksRun, node?.tasksSucceeded, node?.recentTasks.map(({ taskId }) => taskId)];
}

async function killed(of: ServiceBench, file: string): Promise<ServiceBench> {
  of.account.closed = true;
  const journal = openLibsqlJournal(join(folder, file));
  const next = serviceBench({ journal, clock: manualClock(of.clock.now()) });
  await next.service.recover();
  await settle(next);
  expect(next.account.jobs.get("j")?.tasks.get("t")?.state).toBe("completed");
  return next;
}

test("what a node remembers of its tasks is on disk a tenth of a second later", async () => {
  const of = await afterOneTask("later");
  await of.clock.advance(100);
  expect(remembered(await killed(of, "later"))).toEqual([1, 1, ["t"]]);
});

test("or at once, when the emulator ends in order", async () => {
  const of = await afterOneTask("ordered");
  of.account.flush();
  expect(remembered(await killed(of, "ordered"))).toEqual([1, 1, ["t"]]);
});
