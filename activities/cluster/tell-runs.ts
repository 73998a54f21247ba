// Asks Batch once per priority which tasks changed since the last look, and tells the runs concerned. A run whose task
// has ended holds no nodes from then on, whatever remains to be recorded of it.
import type { Seen } from "../../contracts/cluster-activities.ts";
import { changed, instances } from "../../contracts/instances.ts";
import type { RunNews } from "../../contracts/job-activities.ts";
import type { ActiveRun } from "../../services/active-jobs.ts";
import type { Priority } from "../../services/batch-names.ts";
import { batchJobId, jobOfTask, priorities } from "../../services/batch-names.ts";
import type { BatchTask } from "../../services/batch.ts";
import type { Services } from "../../services/services.ts";
import { snapshot } from "../lib/task-snapshot.ts";

/** Batch stamps transitions by its own clock; the first look asks from a little earlier than ours says. */
const clockSkewMs = 30_000;

export interface RunsHeard {
  readonly seen: Record<string, Seen>;
  readonly news: readonly TaskNews[];
  /** Runs that still hold nodes. */
  readonly holding: readonly ActiveRun[];
}

interface TaskNews {
  readonly run: ActiveRun;
  readonly task: BatchTask;
}

export async function hearOfRuns(
  services: Services,
  clusterGuid: string,
  runs: readonly ActiveRun[],
  seen: Readonly<Record<string, Seen>>,
): Promise<RunsHeard> {
  const next: Record<string, Seen> = {};
  const look = async (priority: Priority) => {
    const [first] = runs.flatMap((run) => (run.priority === priority ? [run.at] : [])).sort();
    if (first === undefined) return [];
    const from = new Date(Date.parse(first) - clockSkewMs).toISOString();
    const before = seen[priority] ?? { upTo: from, keys: [] };
    const tasks = await services.batch.changedTasks(batchJobId(clusterGuid, priority), before.upTo);
    const { fresh, seen: after } = freshTasks(tasks ?? [], before);
    next[priority] = after;
    return fresh;
  };
  const news = newsOf((await Promise.all(priorities.map(look))).flat(), runs);
  const over = new Set(endedNow(news).map(({ jobGuid }) => jobGuid));
  return {
    seen: next,
    news,
    holding: runs.filter(({ phase, jobGuid }) => phase === "holding" && !over.has(jobGuid)),
  };
}

export async function tellRuns(
  services: Services,
  clusterGuid: string,
  news: readonly TaskNews[],
): Promise<void> {
  // Before they are told: who is told may remove the row, and it must not come back.
  await services.state.activeJobs.release(clusterGuid, endedNow(news));
  await Promise.all(
    news.map(({ run, task }) => {
      const data: RunNews = { kind: "task", attempt: run.attempt, task: snapshot(task) };
      return services.orchestrations.raise(instances.runJob(run.jobGuid), changed, data);
    }),
  );
}

/** Runs that give their nodes back now. */
function endedNow(news: readonly TaskNews[]): readonly ActiveRun[] {
  return news.flatMap(({ run, task }) =>
    run.phase === "holding" && task.state === "completed" ? [run] : [],
  );
}

function newsOf(fresh: readonly BatchTask[], runs: readonly ActiveRun[]): readonly TaskNews[] {
  const byJob = new Map(runs.map((run) => [run.jobGuid, run]));
  return fresh.flatMap((task) => {
    const of = jobOfTask(task.id);
    const run = of === undefined ? undefined : byJob.get(of.jobGuid);
    // A task that has not started yet is no news, unless it had.
    const waits = task.state !== "running" && task.state !== "completed" && task.requeueCount === 0;
    return run === undefined || run.attempt !== of?.attempt || waits ? [] : [{ run, task }];
  });
}

/**
 * The transitions not seen before, and the new mark. Times are cut to milliseconds, and what happened within the last of
 * them is remembered, because the next look asks from there on, inclusively.
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
