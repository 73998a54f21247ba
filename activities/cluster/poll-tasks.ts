// Asks Batch once per priority which tasks changed since the last poll. A run whose task has ended holds no nodes from then
// on, whatever remains to be recorded of it. Now and then it asks for all tasks, and finds the runs that nothing is heard of.
import type { Seen } from "../../contracts/cluster-activities.ts";
import { priorities } from "../../domain/job/priorities.ts";
import type { Priority } from "../../domain/job/priority.ts";
import { safetyIntervalMs } from "../../domain/job/safety.ts";
import type { ActiveRun } from "../../services/active-jobs.ts";
import { batchJobId, jobOfTask, taskId } from "../../services/batch-names.ts";
import type { BatchTask } from "../../services/batch.ts";
import type { Services } from "../../services/services.ts";

/** Batch stamps transitions by its own clock; the first poll asks from a little earlier than ours says. */
const clockSkewMs = 30_000;

export interface PolledTasks {
  readonly seen: Record<string, Seen>;
  readonly changes: readonly TaskChange[];
  /** Runs that still hold nodes. */
  readonly holding: readonly ActiveRun[];
  /** Runs that Batch should have been seen to run long ago; found by an audit only. */
  readonly overdue: readonly ActiveRun[];
}

export interface TaskChange {
  readonly run: ActiveRun;
  readonly task: BatchTask;
}

/** @param audit also looks for runs that are overdue. */
export async function pollTasks(
  services: Services,
  clusterGuid: string,
  runs: readonly ActiveRun[],
  { seen, audit }: { readonly seen: Readonly<Record<string, Seen>>; readonly audit: boolean },
): Promise<PolledTasks> {
  const next: Record<string, Seen> = {};
  const overdue: ActiveRun[] = [];
  const poll = async (priority: Priority) => {
    const ofPriority = runs.filter((run) => run.priority === priority);
    const [first] = ofPriority.map(({ at }) => at).sort();
    if (first === undefined) return [];
    const from = new Date(Date.parse(first) - clockSkewMs).toISOString();
    const before = seen[priority] ?? { upTo: from, keys: [] };
    const batchJob = batchJobId(clusterGuid, priority);
    const tasks = (await services.batch.changedTasks(batchJob, audit ? undefined : before.upTo)) ?? [];
    const since = Date.parse(before.upTo);
    const recent = tasks.filter((task) => Date.parse(task.stateTransitionTime) >= since);
    const { fresh, seen: after } = freshTasks(recent, before);
    next[priority] = after;
    if (audit) overdue.push(...withoutASign(services, ofPriority, tasks, fresh));
    return fresh;
  };
  const changes = changesOf((await Promise.all(priorities.map(poll))).flat(), runs);
  const over = new Set(changes.flatMap(({ run, task }) => (task.state === "completed" ? [run.jobGuid] : [])));
  return {
    seen: next,
    changes,
    holding: runs.filter(({ phase, jobGuid }) => phase !== "ended" && !over.has(jobGuid)),
    overdue,
  };
}

/** Runs that Batch has had for long, and whose task is not there, still waits, or has ended without having been recorded. */
function withoutASign(
  { clock, settings }: Services,
  runs: readonly ActiveRun[],
  tasks: readonly BatchTask[],
  fresh: readonly BatchTask[],
): readonly ActiveRun[] {
  const states = new Map(tasks.map((task) => [task.id.toLowerCase(), task.state]));
  const changes = new Set(fresh.map(({ id }) => id.toLowerCase()));
  return runs.filter(({ phase, at, jobGuid, attempt }) => {
    if (phase !== "holding" || clock.now() - Date.parse(at) < safetyIntervalMs(settings.monitorMaxIntervalMs))
      return false;
    const id = taskId(jobGuid, attempt).toLowerCase();
    const state = states.get(id);
    return state === undefined || state === "active" || (state === "completed" && !changes.has(id));
  });
}

function changesOf(fresh: readonly BatchTask[], runs: readonly ActiveRun[]): readonly TaskChange[] {
  const byJob = new Map(runs.map((run) => [run.jobGuid, run]));
  return fresh.flatMap((task) => {
    const of = jobOfTask(task.id);
    const run = of === undefined ? undefined : byJob.get(of.jobGuid);
    // A task that has not started yet is no change, unless it had.
    const waits = task.state !== "running" && task.state !== "completed" && task.requeueCount === 0;
    return run === undefined || run.attempt !== of?.attempt || waits ? [] : [{ run, task }];
  });
}

/**
 * The transitions not seen before, and the new mark. Times are cut to milliseconds, and what happened within the last of
 * them is remembered, because the next poll asks from there on, inclusively.
 */
export function freshTasks(
  tasks: readonly BatchTask[],
  before: Seen,
): { readonly fresh: readonly BatchTask[]; readonly seen: Seen } {
  const known = new Set(before.keys);
  const fresh = tasks.filter((task) => !known.has(keyOf(task)));
  const upToMs = Math.max(
    Date.parse(before.upTo),
    ...fresh.map(({ stateTransitionTime }) => Date.parse(stateTransitionTime)),
  );
  const upTo = new Date(upToMs).toISOString();
  const keys = [...tasks.filter((task) => Date.parse(task.stateTransitionTime) >= upToMs).map(keyOf)];
  return { fresh, seen: { upTo, keys } };
}

function keyOf(task: BatchTask): string {
  return `${task.id}@${task.stateTransitionTime}@${task.state}`;
}
