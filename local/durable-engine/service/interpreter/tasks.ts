// The tree of tasks that an action list stands for, with the host's completion rules: "all" ends when every child has
// ended, failed or not; "any" with its first child. (The SDK's own "all" ends with the first failure: the difference
// is real and belongs to the contract.)

export interface Task {
  done: boolean;
  /** For "all": a child has failed, also while others still run. */
  failed: boolean;
  readonly mode: "leaf" | "retry" | "all" | "any";
  readonly parent: Task | undefined;
  remaining: number;
  readonly children: Task[];
}

export function newTask(mode: Task["mode"], parent: Task | undefined, remaining = 0): Task {
  return { done: false, failed: false, mode, parent, remaining, children: [] };
}

/** Ends a task and whatever ends with it; returns the root when that has ended by it. */
export function endTask(task: Task, failed: boolean): Task | undefined {
  let current: Task = task;
  let currentFailed = failed;
  for (;;) {
    if (current.done) return undefined;
    current.done = true;
    current.failed = currentFailed;
    const parent = current.parent;
    if (parent === undefined) return current;
    if (parent.mode === "all") {
      parent.remaining -= 1;
      parent.failed ||= currentFailed;
      if (parent.remaining > 0) return undefined;
      currentFailed = parent.failed;
    } else {
      currentFailed = false;
    }
    current = parent;
  }
}

/** True when a failed "all" still has a retried task in flight below it. */
export function failedWithRetryInFlight(task: Task | undefined): boolean {
  if (task === undefined || task.mode !== "all" || task.done || !task.failed) return false;
  return hasRetryInFlight(task);
}

function hasRetryInFlight(task: Task): boolean {
  return task.children.some((child) => !child.done && (child.mode === "retry" || hasRetryInFlight(child)));
}
