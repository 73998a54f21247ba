// What triggers have to do and when, in one row each, in the order of time: a look at what is due is one read, however much is
// planned. An entry that does not fit its trigger any more is dropped by whoever finds it.
import type { TriggerRef } from "../domain/shared/resource-id.ts";

export interface DueEntry {
  /** ISO 8601 with milliseconds. */
  readonly at: string;
  /**
   * `fireTime`: `at` is a fire time of the schedule; `poll`: look for new events; `firing`: try one again; `queue`: see whether
   * those that wait may start; `batch`: see whether those that gather are a batch.
   */
  readonly kind: "fireTime" | "poll" | "firing" | "queue" | "batch";
  readonly trigger: TriggerRef;
  readonly guid: string;
  /** Of the trigger, for what was planned by its spec. */
  readonly version?: string | undefined;
  /** Id of the firing. */
  readonly firing?: string | undefined;
  /** `poll`: what was written before was seen (ISO 8601). */
  readonly seen?: string | undefined;
  /** When the entry was first written (ISO 8601): its trigger may only be being written. */
  readonly since: string;
}

/** A trigger that waits for blobs of a container. */
export interface Watcher {
  readonly trigger: TriggerRef;
  readonly guid: string;
  readonly version: string;
}

export interface Due {
  add(entry: DueEntry): Promise<void>;
  /** Entries due at a moment (ISO 8601), the earliest first. */
  upTo(moment: string, size: number): Promise<readonly DueEntry[]>;
  /** Replaces an entry in one step; without `next` it is removed. One that is gone stays gone. */
  settle(entry: DueEntry, next?: DueEntry): Promise<void>;
  watch(container: string, watcher: Watcher): Promise<void>;
  unwatch(container: string, watcher: Watcher): Promise<void>;
  watchers(container: string): Promise<readonly Watcher[]>;
}
