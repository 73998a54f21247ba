// The emulator's memory of itself: one row per entity, its specification (written rarely) apart from its state (written
// often). The service keeps everything in maps; the journal is only read at start. What rows mean is not known here.

export interface StoredRow {
  readonly row: number;
  readonly kind: string;
  /** JSON. */
  readonly spec: string;
  /** JSON. */
  readonly state: string;
}

export interface Change {
  readonly row: number;
  readonly kind: string;
  /** Absent: unchanged. */
  readonly spec: string | undefined;
  readonly state: string;
}

export interface Journal {
  /** Every row in order of creation. */
  load(): Iterable<StoredRow>;
  /** The greatest row number ever used. */
  highest(): number;
  /** All or nothing; on return the changes survive a kill of this process. */
  apply(changes: Iterable<Change>, removed: readonly number[]): void;
  close(): void;
}
