// Records of sweeps in memory, as text: what JSON cannot hold must not survive here either.
import { textOfNumbers } from "../../../domain/metric/number.ts";
import { SweepRecord } from "../../../domain/sweep/trial.ts";
import type { SweepRecords } from "../../../services/sweep-records.ts";

export function memorySweepRecords(now: () => number = () => 0): SweepRecords {
  const stored = new Map<string, { record: SweepRecord; version: number; modifiedAt: string }>();
  return {
    async read(guid) {
      const found = stored.get(guid);
      if (found === undefined) return undefined;
      return { record: found.record, etag: String(found.version) };
    },
    async write(guid, record, etag) {
      const found = stored.get(guid);
      if ((found === undefined ? undefined : String(found.version)) !== etag) return "conflict";
      const modifiedAt = new Date(now()).toISOString();
      const read = SweepRecord.parse(JSON.parse(textOfNumbers(record)));
      stored.set(guid, { record: read, version: (found?.version ?? 0) + 1, modifiedAt });
      return "written";
    },
    remove: async (guid) => void stored.delete(guid),
    owners: async () => [...stored].map(([sweepGuid, { modifiedAt }]) => ({ sweepGuid, modifiedAt })),
  };
}
