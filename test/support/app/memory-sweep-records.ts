// Records of sweeps in memory, as text: what JSON cannot hold must not survive here either.
import { toWireNumber } from "../../../domain/metric/number.ts";
import { SweepRecord } from "../../../domain/sweep/trial.ts";
import type { SweepRecords } from "../../../services/sweep-records.ts";

export function memorySweepRecords(): SweepRecords {
  const stored = new Map<string, { text: string; version: number }>();
  return {
    async read(guid) {
      const found = stored.get(guid);
      if (found === undefined) return undefined;
      return { record: SweepRecord.parse(JSON.parse(found.text)), etag: String(found.version) };
    },
    async write(guid, record, etag) {
      const found = stored.get(guid);
      if ((found === undefined ? undefined : String(found.version)) !== etag) return "conflict";
      const text = JSON.stringify(record, (_key, value: unknown) =>
        typeof value === "number" ? toWireNumber(value) : value,
      );
      stored.set(guid, { text, version: (found?.version ?? 0) + 1 });
      return "written";
    },
    remove: async (guid) => void stored.delete(guid),
  };
}
