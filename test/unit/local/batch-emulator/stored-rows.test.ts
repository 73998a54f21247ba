// What comes back from the emulator's database is what went in, or the start ends with the row and what helps.
// Starts nothing: the executor is a fake.
import { expect, it, test } from "vitest";
import { encodeSpec, encodeState } from "../../../../local/batch-emulator/service/entities/records.ts";
import type { Entity } from "../../../../local/batch-emulator/service/entities/model.ts";
import { addJob } from "../../../../local/batch-emulator/service/jobs/job-commands.ts";
import { addPool } from "../../../../local/batch-emulator/service/pools/pool-commands.ts";
import { addTask } from "../../../../local/batch-emulator/service/tasks/task-commands.ts";
import { memoryJournal } from "../../../../local/batch-emulator/store/memory-journal.ts";
import type { StoredRow } from "../../../../local/batch-emulator/store/journal.ts";
import { StartError } from "../../../../local/start-error.ts";
import { machine, serviceBench, settle } from "../../../support/batch/service-bench.ts";

const rowOf = (entity: Entity): StoredRow => ({
  row: entity.row,
  kind: entity.kind,
  spec: encodeSpec(entity),
  state: encodeState(entity),
});

/** Every row of an account with a pool, its node, a job that prepares it, and a task that runs. */
async function rowsOfRunningTask(): Promise<readonly StoredRow[]> {
  const of = serviceBench();
  const pool = addPool(of.account, { id: "p", ...machine, targetDedicatedNodes: 1 });
  const job = addJob(of.account, {
    id: "j",
    poolInfo: { poolId: "p" },
    jobPreparationTask: { commandLine: "exit 0" },
  });
  const task = addTask(of.account, job, { id: "t", commandLine: "hold" });
  await settle(of);
  expect(task.state).toBe("running");
  return [pool, ...pool.nodes, job, task].map(rowOf);
}

async function recovered(rows: readonly StoredRow[], parameters = {}) {
  const of = serviceBench({ parameters, journal: { ...memoryJournal(), load: () => rows } });
  await of.service.recover();
  return of;
}

const changed = (rows: readonly StoredRow[], kind: string, change: Partial<StoredRow>) =>
  rows.map((row) => (row.kind === kind ? { ...row, ...change } : row));

it("what is written of an entity is its record alone, and comes back", async () => {
  const rows = await rowsOfRunningTask();
  const text = rows.map(({ state }) => state).join();
  expect(text).not.toMatch(/"(slots|runs|timer|wakePending|epoch|tasks|ready|preparing|stopped)":/);
  const { account } = await recovered(rows);
  const [pool] = account.pools;
  expect(rowOf(pool!)).toEqual(rows.find(({ kind }) => kind === "pool"));
  expect([...account.jobs][0]?.nodes.size).toBe(1);
});

test.each([
  ["pool", { state: "{" }, "state is no JSON"],
  ["pool", { spec: '{"id":"p","createdAt":1,"spec":{"id":"p"}}' }, "spec.spec: expected a specification"],
  ["node", { state: '{"state":"asleep"}' }, "state.state: Invalid option"],
  ["job", { state: "{}" }, "state.version: Invalid input: expected number"],
  ["task", { spec: '{"id":"t","createdAt":1,"job":"j","spec":{"id":"t","commandLine":""}}' }, "spec.job"],
  ["task", { kind: "walrus" }, "this version has no such kind"],
])("a row of a %s that is %j ends the start by its number, with what helps", async (kind, change, why) => {
  const rows = await rowsOfRunningTask();
  const { row } = rows.find((one) => one.kind === kind)!;
  const start = recovered(changed(rows, kind, change));
  await expect(start).rejects.toThrow(StartError);
  await expect(start).rejects.toThrow(`Row ${row} of the Batch emulator's database batch.db, a `);
  await expect(start).rejects.toThrow(why);
  await expect(start).rejects.toThrow("restore the data folder from a copy, or start with a fresh one");
});

it("a row of an earlier version lacks what came later, and one of a later version has more: both are read", async () => {
  const rows = await rowsOfRunningTask();
  const { state } = rows.find(({ kind }) => kind === "pool")!;
  const { eventsIncarnation: _, ...earlier } = JSON.parse(state) as Record<string, unknown>;
  const { account } = await recovered(
    changed(rows, "pool", { state: JSON.stringify({ ...earlier, later: "x" }) }),
  );
  expect([...account.pools][0]?.eventsIncarnation).toBe(1);
});

it("a resize without a limit goes on after a restart", async () => {
  const parameters = { lowPriorityCapacity: 0 };
  const of = serviceBench({ parameters });
  const pool = addPool(of.account, {
    ...{ id: "p", ...machine, targetLowPriorityNodes: 1 },
    resizeTimeout: "P10675199DT2H48M5.4775807S",
  });
  await settle(of);
  expect(pool.allocation).toBe("resizing");
  const next = await recovered([rowOf(pool)], parameters);
  await settle(next);
  expect([...next.account.pools][0]?.allocation).toBe("resizing");
});
