// What was written, so that whoever keeps a view of many documents reads only those again. It is said in the transaction that writes: no
// change is missing, and one that is said is there. Who asks sees every change that was there when it asked, whichever process made it and
// whatever its clock says.
// Why it is so: docs/adr/0047-lists-of-jobs-come-from-a-view.md
import { z } from "zod";
import type { ExperimentRef } from "../domain/shared/resource-id.ts";

const WriterPosition = z.object({
  /** Another one after every write. */
  stamp: z.string(),
  /** Of its last write, milliseconds since 1970 by the writer's clock. */
  at: z.number(),
  /** Everything before that number was read, or was never written. */
  from: z.int(),
  /** From there on, what was read already. */
  taken: z.array(z.int()),
});
export type WriterPosition = z.infer<typeof WriterPosition>;

/** How far changes were read, by writer. Plain JSON; of meaning only to whoever gave it. */
export const ChangePosition = z.record(z.string(), WriterPosition);
export type ChangePosition = Readonly<Record<string, WriterPosition>>;

export interface FoundDocument<Item> {
  /** Of the document, in row order. */
  readonly key: string;
  readonly item: Item;
  /** Its removal has begun; when it is over nobody says. */
  readonly isGoing?: boolean | undefined;
}

/** The documents of one kind in an experiment. */
export interface FollowedDocuments<Item> {
  /** Where the changes stand that come after everything that is there now. */
  position(experiment: ExperimentRef): Promise<ChangePosition>;
  /** Keys of what was written since then. `lost`: nobody can say any more, as after a restore of older rows; all is to be read anew. */
  since(
    experiment: ExperimentRef,
    position: ChangePosition,
  ): Promise<{ readonly position: ChangePosition; readonly keys: readonly string[] } | "lost">;
  /** As it is now; undefined when it is gone. */
  read(experiment: ExperimentRef, key: string): Promise<FoundDocument<Item> | undefined>;
  /** Page by page, in the order of their keys. */
  all(experiment: ExperimentRef): AsyncIterable<readonly FoundDocument<Item>[]>;
}

const dayMs = 86_400_000;
/** Retention removes what says of older changes. */
export const changesKeptMs = 3 * dayMs;
/** A position that is older is not followed any more: the difference is more than clocks differ by. */
export const positionKeptMs = 2 * dayMs;
