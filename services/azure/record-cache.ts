// Records of sweeps that this process has read or written last, so that a page of a list, or a look at a sweep, moves and parses
// a large record only when somebody else has changed it: the storage is asked by ETag.
import type { StoredRecord } from "../sweep-records.ts";

/** Of all records together: some tens of megabytes. */
const mostTrials = 50_000;

export interface KnownRecord extends StoredRecord {
  /** Ids of the blocks that it has in storage, where this process wrote them. */
  readonly blocks?: readonly string[];
}

export interface RecordCache {
  get(guid: string): KnownRecord | undefined;
  put(guid: string, stored: KnownRecord): void;
  forget(guid: string): void;
}

export function recordCache(most = mostTrials): RecordCache {
  // The one that was used last stands at the end.
  const kept = new Map<string, KnownRecord>();
  const size = () => [...kept.values()].reduce((sum, { record }) => sum + record.trials.length, 0);
  const put = (guid: string, stored: KnownRecord) => {
    kept.delete(guid);
    kept.set(guid, stored);
    for (const oldest of kept.keys()) {
      if (size() <= most) break;
      kept.delete(oldest);
    }
  };
  return {
    get(guid) {
      const found = kept.get(guid);
      if (found !== undefined) put(guid, found);
      return found;
    },
    put,
    forget: (guid) => void kept.delete(guid),
  };
}
