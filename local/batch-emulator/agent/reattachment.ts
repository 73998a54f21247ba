// Watches launches that an earlier emulator started. Their supervisors append to `<id>.run`; the folder is watched for
// that, and looked at once a second for supervisors that were killed themselves and will never write.
import { watch, type FSWatcher } from "node:fs";
import type { Clock, Timer } from "../../clock.ts";
import type { LaunchRecords, RunRecord } from "./launch-records.ts";
import type { ProcessTable } from "./process-table.ts";

export type ReattachedEnd =
  | {
      readonly kind: "exited";
      readonly exitCode: number;
      readonly endedAt: number;
      readonly uploaded: boolean;
    }
  /** It has not been started, and now never will be. */
  | { readonly kind: "neverStarted" }
  /** Its supervisor is gone and left no exit code; the process may still live. `wasSeen`: it was there when this began. */
  | { readonly kind: "orphaned"; readonly wasSeen: boolean };

export interface Reattachment {
  /** Settles when the launch's process has ended, or can no longer be followed. */
  reattach(id: string): Promise<ReattachedEnd>;
  close(): void;
}

const livenessIntervalMs = 1_000;
/** A supervisor writes its name into the file it has created at once; longer than this it was killed in between. */
const claimMs = 3_000;

export function openReattachment(o: {
  records: LaunchRecords;
  table: ProcessTable;
  /** Real processes live in real time. */
  clock: Clock;
}): Reattachment {
  const waiting = new Map<string, (end: ReattachedEnd) => void>();
  const seen = new Set<string>();
  let watcher: FSWatcher | undefined;
  let timer: Timer | undefined;
  let closed = false;

  const stop = () => {
    watcher?.close();
    timer?.cancel();
    watcher = timer = undefined;
  };
  const settle = (id: string, end: ReattachedEnd) => {
    waiting.get(id)?.(end);
    waiting.delete(id);
    seen.delete(id);
    if (waiting.size === 0) stop();
  };
  const check = async (id: string) => {
    const record = o.records.run(id);
    if (record && isBeingClaimed(record, o.clock.now())) return;
    const ended = endOf(record);
    if (!ended && (await isSupervised(record))) return void seen.add(id);
    const end = ended ?? endOf(o.records.run(id)) ?? { kind: "orphaned", wasSeen: seen.has(id) };
    if (!closed) settle(id, end);
  };
  const isSupervised = async (record: RunRecord | undefined) =>
    record?.supervisor !== undefined && (await o.table.isAlive(record.supervisor));
  const watchAll = () => {
    if (closed || waiting.size === 0) return;
    watcher ??= watch(o.records.directory, (_event, name) => {
      const id = name?.endsWith(".run") ? name.slice(0, -".run".length) : "";
      if (waiting.has(id) && endOf(o.records.run(id))) void check(id);
    });
    timer ??= o.clock.at(o.clock.now() + livenessIntervalMs, () => {
      timer = undefined;
      void Promise.all([...waiting.keys()].map(check)).then(watchAll);
    });
  };

  return {
    reattach(id) {
      // Nobody can start it any more when the record is ours.
      if (o.records.forbid(id)) return Promise.resolve({ kind: "neverStarted" });
      return new Promise((resolve) => {
        waiting.set(id, resolve);
        watchAll();
        void check(id);
      });
    },
    close() {
      closed = true;
      stop();
    },
  };
}

function isBeingClaimed(record: RunRecord, nowMs: number): boolean {
  return !record.isVoid && !record.supervisor && nowMs - record.changedAt < claimMs;
}

function endOf(record: RunRecord | undefined): ReattachedEnd | undefined {
  if (!record) return { kind: "orphaned", wasSeen: false };
  if (record.isVoid) return { kind: "neverStarted" };
  if (record.exitCode === undefined) return undefined;
  return {
    kind: "exited",
    exitCode: record.exitCode,
    endedAt: record.changedAt,
    uploaded: record.uploaded,
  };
}
