// What a sweep knows of its trials: one record each, too large for a document, guarded by optimistic concurrency. The record
// changes at most once a look, all at once, and what it costs does not grow with it; any list of trials is answered from it.
import type { SweepRecord } from "../domain/sweep/trial.ts";

export interface StoredRecord {
  readonly record: SweepRecord;
  /** Changes with every write; opaque. */
  readonly etag: string;
}

export interface SweepRecords {
  /** Undefined for a sweep that has none yet. */
  read(sweepGuid: string): Promise<StoredRecord | undefined>;
  /** @param etag of what was read; absent for the first one. `conflict`: somebody else wrote meanwhile. */
  write(sweepGuid: string, record: SweepRecord, etag: string | undefined): Promise<"written" | "conflict">;
  /** Absence is a success. */
  remove(sweepGuid: string): Promise<void>;
  /** Every sweep that has a record here, and since when it is as it is (ISO 8601). */
  owners(): Promise<readonly { readonly sweepGuid: string; readonly modifiedAt: string }[]>;
}
