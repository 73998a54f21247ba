// Which tasks wait for which. Invariant: `task.blockers` is the number of its dependencies that are not satisfied; it is
// maintained as tasks complete, are deleted or start over, never found by scanning the job. A task whose dependencies were
// all satisfied once is `released` and waits for nothing ever after. Source: "Task dependencies to run tasks based on the
// completion of other tasks": ranges name every integer in them, leading zeros are ignored, the first to satisfy counts.
import type { Job, Task } from "../entities/model.ts";

/** How many satisfied tasks have an integer as their id (`4` and `04` are the same), per job. */
const satisfiedNumbers = new WeakMap<Job, Map<number, number>>();

const numberOf = (id: string): number | undefined => (/^\d{1,9}$/.test(id) ? Number(id) : undefined);

const namesOf = (task: Task) => new Set((task.spec.dependsOn?.taskIds ?? []).map((one) => one.toLowerCase()));

/** True when the dependants of this task may start. */
export function satisfies(task: Task): boolean {
  return task.state === "completed" && task.execution?.dependency === "satisfy";
}

/** Registers what a task waits for and sets its `blockers`. */
export function registerDependencies(task: Task): void {
  const { job } = task;
  let blockers = missingInRanges(task);
  for (const id of namesOf(task)) {
    const dependency = job.tasks.get(id);
    if (dependency === undefined || !satisfies(dependency)) blockers += 1;
  }
  task.blockers = blockers;
  if (blockers === 0) task.released = true;
  else register(task);
}

function register(task: Task): void {
  const { dependents, rangeWaits } = task.job;
  for (const id of namesOf(task)) {
    const waiting = dependents.get(id);
    if (waiting) waiting.add(task);
    else dependents.set(id, new Set([task]));
  }
  if (task.spec.dependsOn?.taskIdRanges !== undefined) rangeWaits.add(task);
}

/** The task waits no more: it was released, or is gone. */
export function stopWaiting(task: Task): void {
  const { dependents, rangeWaits } = task.job;
  rangeWaits.delete(task);
  for (const id of namesOf(task)) {
    const waiting = dependents.get(id);
    if (waiting?.delete(task) === true && waiting.size === 0) dependents.delete(id);
  }
}

/** A task became satisfying: returns those that now have nothing left to wait for. */
export function releaseDependents(task: Task): Task[] {
  const free: Task[] = [];
  const release = (waiting: Task) => {
    waiting.blockers -= 1;
    if (waiting.blockers > 0) return;
    waiting.released = true;
    stopWaiting(waiting);
    free.push(waiting);
  };
  for (const waiting of task.job.dependents.get(task.key) ?? []) release(waiting);
  if (countSatisfied(task) === 1) for (const waiting of coveredBy(task)) release(waiting);
  return free;
}

/** A satisfying task is about to be deleted or to start over: those that still wait have to wait for it again. */
export function revokeDependents(task: Task): void {
  for (const waiting of task.job.dependents.get(task.key) ?? []) waiting.blockers += 1;
  const number = numberOf(task.id);
  if (number === undefined) return;
  const numbers = numbersOf(task.job);
  const left = (numbers.get(number) ?? 1) - 1;
  if (left > 0) numbers.set(number, left);
  else {
    numbers.delete(number);
    for (const waiting of coveredBy(task)) waiting.blockers += 1;
  }
}

/** Counts a satisfied task for ranges; how many of its number there are now (0: its id is no number). */
export function countSatisfied(task: Task): number {
  const number = numberOf(task.id);
  if (number === undefined) return 0;
  const numbers = numbersOf(task.job);
  const count = (numbers.get(number) ?? 0) + 1;
  numbers.set(number, count);
  return count;
}

function numbersOf(job: Job): Map<number, number> {
  const known = satisfiedNumbers.get(job);
  if (known !== undefined) return known;
  const numbers = new Map<number, number>();
  satisfiedNumbers.set(job, numbers);
  return numbers;
}

/** The tasks that wait for a range with the task's number in it. */
function* coveredBy(task: Task): Generator<Task> {
  const number = numberOf(task.id);
  if (number === undefined) return;
  for (const waiting of task.job.rangeWaits)
    if (waiting.spec.dependsOn?.taskIdRanges?.some(({ start, end }) => start <= number && number <= end))
      yield waiting;
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

function missingInRanges(task: Task): number {
  const ranges = rangesOf(task);
  if (ranges.length === 0) return 0;
  const wanted = ranges.reduce((sum, range) => sum + range.end - range.start + 1, 0);
  let there = 0;
  for (const number of numbersOf(task.job).keys()) {
    if (ranges.some((range) => range.start <= number && number <= range.end)) there += 1;
  }
  return wanted - there;
}
