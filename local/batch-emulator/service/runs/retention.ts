// Removes the folders of completed tasks when their retention time is over. One timer for the earliest, a heap of the
// rest; deletion goes task by task so that it never holds up requests. Source: "Task - Add" (TaskConstraints).
import type { Timer } from "../../../clock.ts";
import { durationMs } from "../../schema/values.ts";
import type { Task } from "../entities/model.ts";
import { holdFolder, nodesWithFolder, removeFolders } from "./folder-removal.ts";
import { defaultRetentionMs } from "./run-bookkeeping.ts";
import type { AccountState } from "../account/account-state.ts";

interface Due {
  readonly at: number;
  readonly task: Task;
}

export interface Retention {
  /** Call when a task completed, and for every completed task after a restart. */
  schedule(task: Task): void;
  /** Call when a run of the task has left: it may have outlived the task's time. */
  runLeft(task: Task): void;
}

export function createRetention(account: AccountState): Retention {
  const heap: Due[] = [];
  /** Their time is over, but a process of theirs may still live. */
  const outlived = new Set<Task>();
  let timer: Timer | undefined;
  let armedFor = Infinity;
  const arm = () => {
    const first = heap[0];
    if (first === undefined || first.at >= armedFor) return;
    timer?.cancel();
    armedFor = first.at;
    timer = account.clock.at(first.at, () => {
      armedFor = Infinity;
      if (!account.closed) account.background("retention", sweep());
    });
  };
  const sweep = async () => {
    for (let first = heap[0]; first !== undefined && first.at <= account.clock.now(); first = heap[0]) {
      pop(heap);
      if (first.task.run === undefined) await clean(account, first.task, first.at);
      else outlived.add(first.task);
    }
    arm();
  };
  const schedule = (task: Task) => {
    const at = cleanUpTime(task);
    if (at === undefined) return;
    push(heap, { at, task });
    arm();
  };
  return {
    schedule: schedule,
    runLeft(task) {
      if (outlived.delete(task)) schedule(task);
    },
  };
}

/** When the task's files go; undefined when they stay or there are none. */
function cleanUpTime(task: Task): number | undefined {
  const execution = task.execution;
  if (task.state !== "completed" || execution?.place === undefined || execution.cleaned === true)
    return undefined;
  const retention = durationMs(task.spec.constraints?.retentionTime ?? "") ?? defaultRetentionMs;
  return Number.isFinite(retention) ? (execution.endedAt ?? task.stateAt) + retention : undefined;
}

async function clean(account: AccountState, task: Task, at: number): Promise<void> {
  if (task.job.tasks.get(task.key) !== task || cleanUpTime(task) !== at) return;
  holdFolder(task);
  await removeFolders(account, task, nodesWithFolder(account, task));
  if (task.execution === undefined || cleanUpTime(task) !== at) return;
  task.execution.cleaned = true;
  account.save(task);
  await account.commit();
}

function push(heap: Due[], due: Due): void {
  let index = heap.push(due) - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = heap[parent] as Due;
    if (above.at <= due.at) break;
    heap[index] = above;
    index = parent;
  }
  heap[index] = due;
}

function pop(heap: Due[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let index = 0;
  for (;;) {
    let child = index * 2 + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && (heap[child + 1] as Due).at < (heap[child] as Due).at) child += 1;
    if ((heap[child] as Due).at >= last.at) break;
    heap[index] = heap[child] as Due;
    index = child;
  }
  heap[index] = last;
}
