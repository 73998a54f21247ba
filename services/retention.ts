// What is kept for a while and then removed: events, and operations that have ended. Nothing else grows with time alone.

export interface Removed {
  readonly events: number;
  readonly operations: number;
  /** False when the time was up first: the rest goes the next time. */
  readonly all: boolean;
}

export interface Retention {
  /**
   * Removes events that happened, and operations that ended, before a time (ISO 8601), a batch after the other.
   * @param goOn asked before each batch.
   */
  removeBefore(time: string, goOn: () => boolean): Promise<Removed>;
}
