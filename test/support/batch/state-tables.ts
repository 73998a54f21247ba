// The state transitions that Azure Batch documents, written down apart from the emulator's own tables, and an observer
// that holds every change of an entity against them, and every attempt of a task against the rules of counting.
// Sources: "Nodes and pools", "Jobs and tasks", state enumerations of the Batch REST reference.
import type { Entity, Node, Task } from "../../../local/batch-emulator/service/entities/model.ts";
import type { AccountState } from "../../../local/batch-emulator/service/account/account-state.ts";

type Table = Readonly<Record<string, readonly string[]>>;

const away = ["leavingpool", "preempted"];
const working = ["rebooting", "reimaging", "deallocating", ...away];
const nodeTable: Table = {
  creating: ["starting", "leavingpool"],
  starting: ["waitingforstarttask", "idle", "offline", "unusable", ...away],
  waitingforstarttask: ["idle", "offline", "starttaskfailed", "unusable", ...away],
  idle: ["running", "offline", ...working],
  running: ["idle", "offline", ...working],
  offline: ["idle", "running", ...working],
  starttaskfailed: working,
  unusable: working,
  rebooting: ["starting", "leavingpool"],
  reimaging: ["starting", "leavingpool"],
  preempted: ["creating", "leavingpool"],
  deallocating: ["deallocated", "leavingpool"],
  deallocated: ["starting", "leavingpool"],
  leavingpool: [],
};
const jobTable: Table = {
  active: ["disabling", "terminating", "deleting"],
  disabling: ["disabled", "terminating", "deleting"],
  disabled: ["disabling", "enabling", "terminating", "deleting"],
  enabling: ["active", "terminating", "deleting"],
  terminating: ["completed", "deleting"],
  completed: ["deleting"],
  deleting: [],
};
const taskTable: Table = {
  active: ["preparing", "running", "completed"],
  preparing: ["running", "active", "completed"],
  running: ["active", "completed"],
  completed: ["active"],
};
const poolTable: Table = { active: ["deleting"], deleting: [] };
const allocationTable: Table = {
  steady: ["resizing"],
  resizing: ["steady", "stopping"],
  stopping: ["steady"],
};
const tables: Partial<Record<Entity["kind"], Table>> = {
  node: nodeTable,
  job: jobTable,
  task: taskTable,
  pool: poolTable,
};

interface Seen {
  readonly state: string;
  readonly allocation: string | undefined;
  readonly retries: number;
  readonly requeues: number;
}

export interface Observer {
  /** Everything that broke a rule, in words. */
  readonly violations: string[];
  /** Follows another state: the same account after a restart. */
  follow(account: AccountState): void;
  /** Told of every start of a task, when its nodes are occupied. */
  started: (task: Task) => void;
}

/** Watches every change that is saved. Entities are known by their rows, which outlive restarts. */
export function stateObserver(): Observer {
  const seen = new Map<number, Seen>();
  const violations: string[] = [];
  const observer: Observer = {
    violations,
    started: () => undefined,
    follow(account) {
      seen.clear();
      const save = account.save.bind(account);
      account.save = (entity, spec) => {
        look(entity);
        save(entity, spec);
      };
    },
  };
  const look = (entity: Entity) => {
    const now = snapshot(entity);
    if (now === undefined) return;
    const before = seen.get(entity.row);
    seen.set(entity.row, now);
    if (before === undefined) return;
    violations.push(...brokenRules(entity, before, now));
    if (entity.kind === "task" && before.state === "active" && ["preparing", "running"].includes(now.state))
      observer.started(entity);
  };
  return observer;
}

function snapshot(entity: Entity): Seen | undefined {
  if (tables[entity.kind] === undefined) return undefined;
  const { state } = entity as { state: string };
  const execution = entity.kind === "task" ? entity.execution : undefined;
  return {
    state,
    allocation: entity.kind === "pool" ? entity.allocation : undefined,
    retries: execution?.retryCount ?? 0,
    requeues: execution?.requeueCount ?? 0,
  };
}

function brokenRules(entity: Entity, before: Seen, now: Seen): string[] {
  const broken: string[] = [];
  const name = `${entity.kind} ${entity.id}`;
  const check = (table: Table | undefined, from: string, to: string) => {
    if (from !== to && table?.[from]?.includes(to) !== true) broken.push(`${name}: ${from} -> ${to}`);
  };
  check(tables[entity.kind], before.state, now.state);
  if (before.allocation !== undefined && now.allocation !== undefined)
    check(allocationTable, before.allocation, now.allocation);
  if (entity.kind === "task" && before.state !== now.state) broken.push(...wrongCounts(entity, before, now));
  if (entity.kind === "node" && now.state === "preempted" && entity.isDedicated)
    broken.push(`${name}: a dedicated node was preempted`);
  return broken.map((one) => one);
}

/** A retry or a requeue puts a task back, each counted by itself; nothing else counts. */
function wrongCounts(task: Task, before: Seen, now: Seen): string[] {
  const retried = now.retries - before.retries;
  const requeued = now.requeues - before.requeues;
  const fault = (what: string) => [`task ${task.id}: ${before.state} -> ${now.state} ${what}`];
  if (task.previousState !== before.state) return fault(`with previousState ${String(task.previousState)}`);
  if (before.state === "running" && now.state === "active") {
    if (retried + requeued !== 1 || retried < 0 || requeued < 0)
      return fault(`counted ${retried} retries and ${requeued} requeues`);
    const { maxTaskRetryCount } = task.spec.constraints ?? task.job.spec.constraints ?? {};
    const limit = maxTaskRetryCount ?? 0;
    if (retried === 1 && now.retries > limit) return fault(`is retry ${now.retries} of ${limit}`);
    if (requeued === 1 && task.execution?.exitCode !== undefined) return fault("kept the exit code");
    return [];
  }
  if (before.state === "completed") return now.retries === 0 ? [] : fault("kept its retries");
  const mayRequeue = before.state === "preparing" && now.state === "active";
  return retried === 0 && (requeued === 0 || (mayRequeue && requeued === 1))
    ? []
    : fault("changed its counts");
}

/** Free slots of a node before the task that just started took its own. */
export const freeBefore = (node: Node, task: Task): number =>
  (node.pool.spec.taskSlotsPerNode ?? 1) - node.slotsUsed + (task.run?.slots ?? 0);
