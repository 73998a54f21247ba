// The ledger of what became of each event of a trigger. An event has a row before anything is done about it: whoever
// inserts it acts, everybody else sees a duplicate. Which jobs and sweeps of a trigger have not ended is written in the same
// transaction as the decision that counted them.
import type { Decision, Firing, Started } from "../domain/trigger/firing.ts";
import type { Page, PageRequest } from "./state.ts";

export interface StoredFiring extends Firing {
  /** Changes with every write; opaque. */
  readonly etag: string;
}

/** A job or a sweep of a trigger that had not ended when somebody last looked. */
export interface Unfinished extends Started {
  readonly firing: string;
}

export interface UnfinishedOfTrigger {
  readonly all: readonly Unfinished[];
  /** Absent before the first write. */
  readonly etag?: string | undefined;
}

export interface Firings {
  /** Inserts the firing unless its id has one. */
  open(trigger: string, firing: Firing): Promise<{ readonly firing: StoredFiring; readonly isNew: boolean }>;
  get(trigger: string, id: string): Promise<StoredFiring | undefined>;
  /** Replaces a firing that is as it was seen, and what of the trigger has not ended, if it is. */
  write(
    trigger: string,
    before: StoredFiring,
    next: Firing,
    unfinished?: { readonly before: UnfinishedOfTrigger; readonly next: readonly Unfinished[] },
  ): Promise<StoredFiring | "conflict">;
  /** Counts that the event was told again, with a firing of its own that says so. */
  duplicate(trigger: string, of: StoredFiring, copy: Firing): Promise<"written" | "conflict">;
  unfinished(trigger: string): Promise<UnfinishedOfTrigger>;
  /** The trigger is gone. */
  forgetUnfinished(trigger: string): Promise<void>;
  /** Those that wait for their turn, in order. */
  queued(trigger: string, first: number): Promise<readonly StoredFiring[]>;
  /** Those that wait for a batch, in the order in which they came: as many as one batch holds. */
  gathering(trigger: string): Promise<readonly { readonly id: string; readonly receivedAt: string }[]>;
  /** Inserts the firing of a batch, and notes that this one is being closed; `conflict` while another one is. */
  openBatch(trigger: string, batch: Firing): Promise<"opened" | "conflict">;
  /** Id of the batch that is being closed. */
  closing(trigger: string): Promise<string | undefined>;
  /** Each of its blobs knows the batch; a note of another stays. */
  closed(trigger: string, batch: string): Promise<void>;
  /** Newest first; a page may have fewer than it could, and still a next one. */
  list(
    trigger: string,
    page: PageRequest & { readonly decision?: Decision | undefined },
  ): Promise<Page<Firing>>;
}
