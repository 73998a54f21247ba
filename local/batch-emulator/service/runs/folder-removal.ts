// Folders of tasks that are on their way out. Invariant: while a task's folder is being removed, or a process of a deleted
// task may still write into it, no task of that name starts, so that a successor never loses its files.
import type { Job, Node, Task } from "../entities/model.ts";
import { taskDirectory } from "../launches/node-layout.ts";
import { enqueue } from "../tasks/task-state.ts";
import type { AccountState } from "../account/account-state.ts";

/** The nodes that have a folder of the task and still exist. */
export function nodesWithFolder(account: AccountState, task: Task): Node[] {
  const { execution } = task;
  return [execution?.place, ...(execution?.subtasks ?? []).map((one) => one.place)].flatMap((place) => {
    const node =
      place && account.pools.get(place.poolId.toLowerCase())?.nodes.get(place.nodeId.toLowerCase());
    return node === undefined ? [] : [node];
  });
}

/** The task's time is over: its files have gone, or are going just now. A folder that is kept of an earlier task of the name
 *  lets none of that name start, so that a task with a place has only its own to lose. */
export function filesCleanedUp({ execution, job, key }: Task): boolean {
  return execution?.cleaned === true || (execution?.place !== undefined && job.foldersInRemoval.has(key));
}

/** From now on no task of this name starts; ends with `removeFolders`. */
export function holdFolder(task: Task): void {
  const { foldersInRemoval } = task.job;
  foldersInRemoval.set(task.key, (foldersInRemoval.get(task.key) ?? 0) + 1);
}

/** Removes the task's folders, then lets a task of the same name start. Call `holdFolder` first. */
export async function removeFolders(
  account: AccountState,
  task: Task,
  nodes: readonly Node[],
): Promise<void> {
  try {
    await Promise.all(nodes.map((node) => account.ports.disk.remove(taskDirectory(node, task))));
  } finally {
    release(account, task.job, task.key);
  }
}

function release(account: AccountState, job: Job, key: string): void {
  const held = (job.foldersInRemoval.get(key) ?? 1) - 1;
  if (held > 0) job.foldersInRemoval.set(key, held);
  else job.foldersInRemoval.delete(key);
  const successor = job.tasks.get(key);
  if (successor !== undefined) enqueue(account, successor);
}
