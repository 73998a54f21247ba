// Waits for external events. The host compares names ignoring case and serves the newest wait first; an event nobody
// waits for is kept, oldest first. (The SDK compares names exactly, so an event in another case is lost there.)
import type { Task } from "./tasks.ts";

export class ExternalEvents {
  readonly #waits = new Map<string, Task[]>();
  readonly #kept = new Map<string, number>();

  /** True when a kept event satisfies the wait at once. */
  wait(name: string, task: Task): boolean {
    const key = name.toLowerCase();
    const kept = this.#kept.get(key) ?? 0;
    if (kept > 0) {
      this.#kept.set(key, kept - 1);
      return true;
    }
    const waits = this.#waits.get(key);
    if (waits === undefined) this.#waits.set(key, [task]);
    else waits.push(task);
    return false;
  }

  /** The wait that an event ends, if any. */
  raise(name: string): Task | undefined {
    const key = name.toLowerCase();
    const task = this.#waits.get(key)?.pop();
    if (task === undefined) this.#kept.set(key, (this.#kept.get(key) ?? 0) + 1);
    return task;
  }
}
