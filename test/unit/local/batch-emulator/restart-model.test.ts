// Model-based: random commands in virtual time, with the emulator killed and started again at random points. Machines keep
// their own record of what ran, transitions are held against tables of their own, and after all is said and done every
// task that could run has run.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Job, Pool, Task } from "../../../../local/batch-emulator/service/entities/model.ts";
import { enableJob } from "../../../../local/batch-emulator/service/jobs/job-control.ts";
import { enableScheduling, startNode } from "../../../../local/batch-emulator/service/pools/node-commands.ts";
import { addPool, resizePool } from "../../../../local/batch-emulator/service/pools/pool-commands.ts";
import { addJob } from "../../../../local/batch-emulator/service/jobs/job-commands.ts";
import type { AccountState } from "../../../../local/batch-emulator/service/account/account-state.ts";
import { isEndedByService } from "../../../../local/batch-emulator/service/launches/task-outcome.ts";
import { killedCode, RestartableService, taskRowOf } from "../../../support/batch/restartable-service.ts";
import { checkLaws, commandNames, perform, pools } from "../../../support/batch/service-commands.ts";
import { freeBefore } from "../../../support/batch/state-tables.ts";

const sim = (duration: string, exit: number, chance = 1) =>
  `batchai.sim --duration ${duration} --exit ${exit} --chance ${chance}`;
const commandLines = [
  sim("0s", 0),
  sim("1s..9s", 1, 0.3),
  sim("20s", 0),
  sim("2s", 3),
  sim("500ms", 0),
  "missing",
];

const poolOf = (account: AccountState, job: Job): Pool | undefined =>
  account.pools.get(job.spec.poolInfo.poolId?.toLowerCase() ?? "");
const slotsOf = (task: Task) => task.spec.requiredSlots ?? 1;
const isGang = (task: Task) => task.spec.multiInstanceSettings !== undefined;

/** No task of a job of higher priority waits that would have fitted where this one starts. */
function priorityViolations(account: AccountState, started: Task): string[] {
  const pool = poolOf(account, started.job);
  if (pool === undefined || isGang(started)) return [];
  const found: string[] = [];
  for (const job of account.jobs) {
    const higher = (job.spec.priority ?? 0) > (started.job.spec.priority ?? 0);
    const mayStart = job.state === "active" && job.runs.size < (job.spec.maxParallelTasks ?? Infinity);
    if (!higher || !mayStart || poolOf(account, job) !== pool || job.spec.jobPreparationTask !== undefined)
      continue;
    for (const task of job.tasks)
      if (task.ticket !== 0 && !isGang(task))
        for (const node of started.run?.nodes ?? [])
          if (slotsOf(task) <= freeBefore(node, started))
            found.push(`${started.job.id}/${started.id} started before ${job.id}/${task.id}`);
  }
  return found;
}

/** A gang gets all its nodes at once, each for itself alone. */
function gangViolations(task: Task): string[] {
  const nodes = task.run?.nodes ?? [];
  const wanted = task.spec.multiInstanceSettings?.numberOfInstances ?? 1;
  const alone = nodes.every((node) => node.runs.size === 1);
  return !isGang(task) || (new Set(nodes).size === wanted && alone)
    ? []
    : [`gang ${task.id} started on ${nodes.length} of ${wanted} nodes`];
}

/** Nodes in these states have no machine, or one that goes down: nothing lives on it. */
const withoutMachine: ReadonlySet<string> = new Set([
  ...["creating", "rebooting", "reimaging", "preempted", "deallocating", "deallocated", "leavingpool"],
]);

/** Tasks and start tasks that are said to have ended by a signal that only the service sends. */
function diedByThemselves(account: AccountState): string[] {
  const tasks = [...account.jobs].flatMap((job) =>
    [...job.tasks].map((task) => ({ name: `${job.id}/${task.id}`, ...task.execution })),
  );
  const startTasks = [...account.pools].flatMap((pool) =>
    [...pool.nodes].map((node) => ({ name: node.id, ...node.startTask })),
  );
  return [...tasks, ...startTasks].flatMap(({ name, exitCode, failure }) =>
    exitCode === killedCode && !isEndedByService(failure) ? [name] : [],
  );
}

class Account {
  readonly of: RestartableService;
  /** Keys of tasks, with their job's row, that were seen satisfied. */
  readonly satisfied = new Set<string>();

  constructor(seed: number) {
    this.of = new RestartableService(seed, { preemptionReturnMs: 500 });
    this.of.observer.started = (task) => {
      const { violations } = this.of.observer;
      violations.push(...priorityViolations(this.of.bench.account, task), ...gangViolations(task));
      violations.push(...this.#dependencyViolations(task));
    };
  }

  #dependencyViolations(task: Task): string[] {
    return (task.spec.dependsOn?.taskIds ?? [])
      .filter((id) => !this.satisfied.has(`${task.job.row}/${id}`))
      .map((id) => `task ${task.id} started before ${id}`);
  }

  /** Notes who satisfies dependants now. */
  noteSatisfied(): void {
    for (const job of this.of.bench.account.jobs)
      for (const task of job.tasks) {
        if (satisfiesDependants(task)) this.satisfied.add(`${job.row}/${task.key}`);
      }
  }

  check(): void {
    const { bench, machines, observer } = this.of;
    checkLaws(bench);
    expect(observer.violations).toEqual([]);
    expect(machines.doubled).toEqual([]);
    const running = new Map<number, Task>();
    for (const job of bench.account.jobs)
      for (const task of job.tasks) if (task.state === "running") running.set(task.row, task);
    expect(diedByThemselves(bench.account), "the end of what was killed is nobody's own").toEqual([]);
    const used = new Map<string, number>();
    for (const [id, launch] of machines.live) {
      const row = taskRowOf(id);
      if (row === undefined) continue;
      const task = running.get(row);
      expect([id, task?.state], "a process lives only while its task runs").toEqual([id, "running"]);
      used.set(launch.nodeRoot, (used.get(launch.nodeRoot) ?? 0) + slotsOf(task as Task));
    }
    const busy = new Set([...machines.live.values()].map((launch) => launch.nodeRoot));
    for (const pool of bench.account.pools)
      for (const node of pool.nodes)
        if (withoutMachine.has(node.state))
          expect([node.state, busy.has(node.root)]).toEqual([node.state, false]);
        else if (["creating", "starting", "waitingforstarttask", "starttaskfailed"].includes(node.state))
          expect([node.id, used.get(node.root)], "no task before the start task").toEqual([
            node.id,
            undefined,
          ]);
    for (const slots of used.values()) expect(slots).toBeLessThanOrEqual(2);
    for (const task of running.values())
      if (!isGang(task)) expect(machines.live.has(`t${task.row}.${task.attempt}`)).toBe(true);
  }
}

/** Was being prepared, or its gang was: a restart puts it back. */
const unfinished = (task: Task) =>
  task.state === "preparing" ||
  (isGang(task) && task.state === "running" && task.execution?.coordinated !== true);

/** Nodes that wait for the end of what a restart puts back, or has nothing left of because it was cancelled while the node
 *  was prepared: they go on, or offline, at once then. */
const freed = (account: AccountState): ReadonlySet<string> =>
  new Set(
    [...account.pools].flatMap((pool) =>
      [...pool.nodes]
        .filter(
          (node) =>
            (node.pending !== undefined || node.scheduling === "disabled") &&
            [...node.runs.keys()].some((run) => run.cancelled || unfinished(run.task)),
        )
        .map((node) => node.id),
    ),
  );

/** What a restart keeps. Left out is what may go on at once: who works where, as waiting tasks find free slots again. */
function kept(account: AccountState, without: ReadonlySet<string>) {
  return {
    pools: [...account.pools].map(
      ({ id, state, allocation, targetDedicated, targetLowPriority, version }) => ({
        ...{ id, state, allocation, targetDedicated, targetLowPriority, version },
      }),
    ),
    nodes: [...account.pools].flatMap((pool) =>
      [...pool.nodes]
        .filter((node) => !without.has(node.id))
        .map(({ id, state, scheduling, pending, startTask, errors }) => ({
          ...{ id, scheduling, pending, startTask, errors },
          state: state === "running" ? "idle" : state,
        })),
    ),
    jobs: [...account.jobs].map(({ id, state, spec, version, terminateReason, taskRetries }) => ({
      ...{ id, state, spec, version, terminateReason, taskRetries },
    })),
  };
}

/** Waits in the queue, or only for its cancelled run to leave, which a restart does not know any more. */
const isWaiting = (task: Task) =>
  task.state === "active" && (task.ticket !== 0 || (task.run?.cancelled === true && task.blockers === 0));

/** The tasks of an account as a restart keeps them, by job and id. */
function keptTasks(account: AccountState) {
  const tasks = new Map<string, { task: Task; text: string }>();
  for (const job of account.jobs)
    for (const task of job.tasks) {
      const { state, previousState, spec, version, attempt, blockers, execution } = task;
      const text = JSON.stringify({ state, previousState, spec, version, attempt, blockers, execution });
      tasks.set(`${job.id}/${task.id}`, { task, text });
    }
  return tasks;
}

function compareTasks(before: ReturnType<typeof keptTasks>, after: ReturnType<typeof keptTasks>): void {
  expect([...after.keys()]).toEqual([...before.keys()]);
  for (const [name, { task, text }] of before) {
    const now = after.get(name);
    if (unfinished(task)) expect(now?.task.state).not.toBe("completed");
    else if (isWaiting(task))
      expect([name, now?.task.blockers, now?.task.version]).toEqual([name, 0, task.version]);
    // The order of members is not kept.
    else expect([name, JSON.parse(now?.text ?? "{}")]).toEqual([name, JSON.parse(text)]);
  }
}

type Model = Record<string, never>;
type Step = fc.AsyncCommand<Model, Account>;

/** One command, then some time. */
class Act implements Step {
  readonly name: string;
  readonly number: number;
  readonly ms: number;
  constructor(name: string, number: number, ms: number) {
    this.name = name;
    this.number = number;
    this.ms = ms;
  }
  check = () => true;
  async run(_model: Model, account: Account): Promise<void> {
    const { of } = account;
    const line = commandLines[this.number % commandLines.length] ?? "";
    perform(of.bench, this.name, this.number, line);
    await of.settle();
    account.noteSatisfied();
    account.check();
    for (let passed = 0; passed < this.ms; passed += 250) {
      await of.clock.advance(Math.min(250, this.ms));
      await of.settle();
      account.noteSatisfied();
    }
    account.check();
  }
  toString = () => `${this.name}(${this.number}), ${this.ms} ms`;
}

/** Killed when everything was acknowledged: the next life starts where this one ended. */
class Restart implements Step {
  check = () => true;
  async run(_model: Model, account: Account): Promise<void> {
    const { of } = account;
    await of.settle();
    const without = freed(of.bench.account);
    const before = kept(of.bench.account, without);
    const tasks = keptTasks(of.bench.account);
    await of.restart();
    expect(kept(of.bench.account, without)).toEqual(before);
    compareTasks(tasks, keptTasks(of.bench.account));
    await of.settle();
    account.check();
  }
  toString = () => "restart";
}

/** Killed in the middle of a command, some turns of the event loop after it: nothing is acknowledged, every law holds. */
class Crash implements Step {
  readonly name: string;
  readonly number: number;
  readonly turns: number;
  constructor(name: string, number: number, turns: number) {
    this.name = name;
    this.number = number;
    this.turns = turns;
  }
  check = () => true;
  async run(_model: Model, account: Account): Promise<void> {
    const { of } = account;
    perform(of.bench, this.name, this.number, commandLines[this.number % commandLines.length] ?? "");
    for (let turn = 0; turn < this.turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    await of.restart();
    await of.settle();
    account.noteSatisfied();
    account.check();
  }
  toString = () => `crash in ${this.name}(${this.number}) after ${this.turns} turns`;
}

const name = fc.constantFrom(...commandNames);
const steps = fc.commands(
  [
    fc.tuple(name, fc.nat(60), fc.constantFrom(0, 10, 250, 3000)).map((given) => new Act(...given)),
    fc.tuple(name, fc.nat(60), fc.constantFrom(0, 10, 250, 3000)).map((given) => new Act(...given)),
    fc.tuple(name, fc.nat(60), fc.constantFrom(0, 250, 1000)).map((given) => new Act(...given)),
    fc.constant(new Restart()),
    fc.tuple(name, fc.nat(60), fc.nat(4)).map((given) => new Crash(...given)),
  ],
  { maxCommands: 70, size: "max" },
);

/** Makes everything able to run, then lets an hour pass. */
async function finishAll(account: Account): Promise<void> {
  const { of } = account;
  await of.clock.advance(120_000);
  const { account: state } = of.bench;
  for (const pool of Object.values(pools)) {
    const there = state.pools.get(pool.id) ?? addPool(state, pool);
    if (there.allocation === "steady")
      resizePool(state, there, { ...targets(pool), nodeDeallocationOption: "requeue" });
  }
  for (const job of state.jobs) if (job.state === "disabled") enableJob(state, job);
  for (const pool of state.pools)
    for (const node of pool.nodes) {
      if (node.state === "deallocated") startNode(state, node);
      if (node.scheduling === "disabled") enableScheduling(state, node);
    }
  for (let minute = 0; minute < 90; minute += 1) {
    await of.clock.advance(60_000);
    account.noteSatisfied();
  }
  await of.settle();
  account.check();
}

const targets = (pool: { targetDedicatedNodes?: number; targetLowPriorityNodes?: number }) => ({
  targetDedicatedNodes: pool.targetDedicatedNodes ?? 0,
  targetLowPriorityNodes: pool.targetLowPriorityNodes ?? 0,
});

/** By the rules of exit conditions, and not by the service's word. */
function satisfiesDependants(task: Task): boolean {
  const always = task.spec.exitConditions?.default?.dependencyAction === "satisfy";
  return task.state === "completed" && (task.execution?.result === "success" || always);
}

/** Something that the task depends on has not happened. */
function dependsOnMore({ job, spec }: Task): boolean {
  const { taskIds = [], taskIdRanges = [] } = spec.dependsOn ?? {};
  const done = [...job.tasks].filter(satisfiesDependants).map((task) => task.id);
  const numbers = new Set(done.filter((id) => /^\d+$/.test(id)).map(Number));
  const missing = taskIdRanges.some(({ start, end }) => {
    for (let number = start; number <= end; number += 1) if (!numbers.has(number)) return true;
    return false;
  });
  return missing || taskIds.some((id) => !done.includes(id));
}

/** Why Batch itself would leave the task waiting for ever. */
function staysForEver(account: AccountState, task: Task): boolean {
  const pool = poolOf(account, task.job);
  if (task.blockers > 0) return dependsOnMore(task);
  if (pool === undefined || task.job.spec.jobPreparationTask !== undefined) return true;
  if (pool.slots.size === 0) return pool.spec.startTask !== undefined;
  if (!isGang(task)) return slotsOf(task) > pool.slots.slotsPerNode;
  const size = task.spec.multiInstanceSettings?.numberOfInstances ?? 1;
  return (
    pool.slots.slotsPerNode > 1 || pool.spec.enableInterNodeCommunication !== true || size > pool.nodes.size
  );
}

function checkEnd({ of }: Account): void {
  const { account } = of.bench;
  expect([...of.machines.live.keys()]).toEqual([]);
  for (const job of account.jobs) {
    expect(job.state).toMatch(/^(active|completed)$/);
    if (job.state !== "active") continue;
    for (const task of job.tasks) {
      if (task.state === "active")
        expect([task.id, staysForEver(account, task)], "waits without a reason").toEqual([task.id, true]);
      else expect([task.id, task.state]).toEqual([task.id, "completed"]);
      const end = of.machines.lastEnds.get(task.row);
      if (end?.kind === "exited" && task.state === "completed" && !isEndedByService(task.execution?.failure))
        expect([task.id, task.execution?.exitCode]).toEqual([task.id, end.exitCode]);
    }
  }
}

const runs = Number(process.env["BATCH_MODEL_RUNS"] ?? 40);
const seed = Number(process.env["BATCH_MODEL_SEED"] ?? 20_261_125);

test(`whatever is done and wherever it is killed, every law of Batch holds (${runs} runs, seed ${seed})`, async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.nat(1000), async (commands, number) => {
      const account = new Account(number);
      await account.of.start();
      const { account: state } = account.of.bench;
      for (const pool of Object.values(pools)) addPool(state, pool);
      addJob(state, { id: "j0", poolInfo: { poolId: "p" }, usesTaskDependencies: true });
      addJob(state, { id: "j1", poolInfo: { poolId: "g" }, usesTaskDependencies: true });
      await state.commit();
      await fc.asyncModelRun(() => ({ model: {}, real: account }), commands);
      await finishAll(account);
      checkEnd(account);
    }),
    { numRuns: runs, seed },
  );
}, 600_000);
