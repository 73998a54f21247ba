// Which tasks wait for which. Invariant: `task.blockers` is the number of its dependencies that are not satisfied; it is
// maintained as tasks complete, never found by scanning the job. Source: "Task dependencies to run tasks based on the
// completion of other tasks": ranges name every integer in them, leading zeros are ignored, the first to satisfy counts.
import type { Job, Task } from "./model.ts";

/** Integer ids seen satisfied, per job. */
const satisfiedNumbers = new WeakMap<Job, Set<number>>();

const numberOf = (id: string): number | undefined => (/^\d{1,9}$/.test(id) ? Number(id) : undefined);

/** True when the dependants of this task may start. */
export function satisfies(task: Task): boolean {
  return task.state === "completed" && task.execution?.dependency === "satisfy";
}

/** Registers what a new task waits for and sets its `blockers`. */
export function watchDependencies(task: Task): void {
  const { job } = task;
  task.blockers = 0;
  for (const id of new Set((task.spec.dependsOn?.taskIds ?? []).map((one) => one.toLowerCase()))) {
    const dependency = job.tasks.get(id);
    if (dependency !== undefined && satisfies(dependency)) continue;
    task.blockers += 1;
    const waiting = job.dependents.get(id);
    if (waiting) waiting.push(task);
    else job.dependents.set(id, [task]);
  }
  const missing = missingInRanges(task);
  if (missing > 0) {
    task.blockers += missing;
    job.rangeWaits.add(task);
  }
}

/** A task became satisfying: returns those that now have nothing left to wait for. */
export function releaseDependents(task: Task): Task[] {
  const { job } = task;
  const free: Task[] = [];
  const release = (waiting: Task) => {
    waiting.blockers -= 1;
    if (waiting.blockers === 0) free.push(waiting);
  };
  const byName = job.dependents.get(task.key) ?? [];
  job.dependents.delete(task.key);
  byName.filter((waiting) => job.tasks.get(waiting.key) === waiting).forEach(release);
  const number = numberOf(task.id);
  const numbers = numbersOf(job);
  if (number !== undefined && !numbers.has(number)) {
    numbers.add(number);
    for (const waiting of job.rangeWaits) {
      if (waiting.state !== "active" || !covers(waiting, number)) continue;
      release(waiting);
      if (waiting.blockers === 0) job.rangeWaits.delete(waiting);
    }
  }
  return free;
}

/** After a restart: remembers a satisfied task without releasing anyone. */
export function noteSatisfied(task: Task): void {
  const number = numberOf(task.id);
  if (number !== undefined) numbersOf(task.job).add(number);
}

function numbersOf(job: Job): Set<number> {
  let numbers = satisfiedNumbers.get(job);
  if (numbers === undefined) satisfiedNumbers.set(job, (numbers = new Set()));
  return numbers;
}

/** The task's ranges, sorted and merged, so that no integer counts twice. */
function rangesOf(task: Task): { start: number; end: number }[] {
  const merged: { start: number; end: number }[] = [];
  for (const range of [...(task.spec.dependsOn?.taskIdRanges ?? [])].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last && range.start <= last.end + 1) last.end = Math.max(last.end, range.end);
    else merged.push({ ...range });
  }
  return merged;
}

const covers = (task: Task, number: number) =>
  (task.spec.dependsOn?.taskIdRanges ?? []).some((range) => range.start <= number && number <= range.end);

function missingInRanges(task: Task): number {
  const ranges = rangesOf(task);
  if (ranges.length === 0) return 0;
  const wanted = ranges.reduce((sum, range) => sum + range.end - range.start + 1, 0);
  let there = 0;
  for (const number of numbersOf(task.job)) {
    if (ranges.some((range) => range.start <= number && number <= range.end)) there += 1;
  }
  return wanted - there;
}
