// What is kept for a while and then removed: events, operations that have ended, and firings of triggers with their workflows. Nothing else grows with
// time alone.

export interface Removed {
  readonly events: number;
  readonly operations: number;
  readonly firings: number;
  /** Rows of workflows. */
  readonly workflows: number;
  /** False when the time was up first: the rest goes the next time. */
  readonly all: boolean;
}

export interface Retention {
  /**
   * Removes events that happened, operations that ended, firings that were received, and workflows that began, before a time (ISO 8601), a batch after the other.
   * @param goOn asked before each batch.
   */
  removeBefore(time: string, goOn: () => boolean): Promise<Removed>;
}
