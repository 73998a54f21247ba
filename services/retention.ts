// What is kept for a while and then removed: events, operations that have ended, what was written when, firings of triggers with their
// workflows, and, longer, the time of nodes. Nothing else grows with time alone.

export interface Removed {
  readonly events: number;
  readonly operations: number;
  readonly firings: number;
  /** Rows of workflows. */
  readonly workflows: number;
  /** Rows of the time of nodes. */
  readonly nodeTime: number;
  /** Rows that say what was written when, which nobody asks for any more. */
  readonly changes: number;
  /** False when the time was up first: the rest goes the next time. */
  readonly all: boolean;
}

export interface Retention {
  /**
   * Removes events that happened, operations that ended, firings that were received, and workflows that began, before a time (ISO 8601), a batch after the other.
   * @param changes before when what was written when is said no more.
   * @param nodeTime before when nodes are told no more of workspaces that are there; of others it is `time`.
   * @param goOn asked before each batch.
   */
  removeBefore(
    before: { readonly time: string; readonly nodeTime: string; readonly changes: string },
    goOn: () => boolean,
  ): Promise<Removed>;
}
