// The samples that autoscale formulas look at: one ring of fixed size per pool, one row per sampling, a column per
// service variable. Who samples, and when, is the pool's business.

/** Read-only service variables that have samples. Spelt as documented; formulas may spell them in any case. */
export const sampleVariables = [
  "ActiveTasks",
  "RunningTasks",
  "PendingTasks",
  "SucceededTasks",
  "FailedTasks",
  "CurrentDedicatedNodes",
  "CurrentLowPriorityNodes",
  "PreemptedNodeCount",
  "UsableNodeCount",
  "SampleNodeCount",
  "TaskSlotsPerNode",
  "CPUPercent",
  "WallClockSeconds",
  "MemoryBytes",
  "DiskBytes",
  "DiskReadBytes",
  "DiskWriteBytes",
  "DiskReadOps",
  "DiskWriteOps",
  "NetworkInBytes",
  "NetworkOutBytes",
] as const;
export type SampleVariable = (typeof sampleVariables)[number];

export interface SampleSource {
  /** Time between two samplings. */
  readonly periodMs: number;
  /** Values taken in [fromMs, toMs] and visible at `nowMs`, oldest first. */
  between(variable: SampleVariable, fromMs: number, toMs: number, nowMs: number): readonly number[];
  /** The latest `count` values visible at `nowMs`, oldest first. */
  latest(variable: SampleVariable, count: number, nowMs: number): readonly number[];
  count(variable: SampleVariable, nowMs: number): number;
  /** Time of the oldest sample; undefined without one. */
  beginMs(variable: SampleVariable, nowMs: number): number | undefined;
}

export interface SampleHistory extends SampleSource {
  /** A time before the last one begins the history anew: the clock was set back. A variable left out has no sample at that time. */
  record(atMs: number, values: Partial<Record<SampleVariable, number>>): void;
}

export interface SampleHistoryOptions {
  /** The service takes a sample every 30 seconds. */
  readonly periodMs?: number;
  /** The service shows samples about a minute late; here at once unless asked otherwise. */
  readonly visibleAfterMs?: number;
  /** Samples kept; by default four hours at the service's period. */
  readonly capacity?: number;
}

export function createSampleHistory(options: SampleHistoryOptions = {}): SampleHistory {
  const { periodMs = 30_000, visibleAfterMs = 0, capacity = 480 } = options;
  const times = new Float64Array(capacity);
  const columns = new Map<SampleVariable, Float64Array>();
  let recorded = 0;

  /** Times and values of the variable, oldest first. */
  function* rows(variable: SampleVariable, nowMs: number): Generator<readonly [number, number], undefined> {
    const column = columns.get(variable);
    if (!column) return;
    for (let index = Math.max(0, recorded - capacity); index < recorded; index += 1) {
      const at = times[index % capacity] ?? NaN;
      const value = column[index % capacity] ?? NaN;
      if (at + visibleAfterMs > nowMs) return;
      if (!Number.isNaN(value)) yield [at, value];
    }
  }
  const all = (variable: SampleVariable, nowMs: number) => [...rows(variable, nowMs)];
  return {
    periodMs,
    record(atMs, values) {
      if (recorded > 0 && atMs < (times[(recorded - 1) % capacity] ?? atMs)) {
        recorded = 0;
        columns.clear();
      }
      const slot = recorded % capacity;
      times[slot] = atMs;
      for (const column of columns.values()) column[slot] = NaN;
      for (const variable of sampleVariables) {
        const value = values[variable];
        if (value === undefined) continue;
        let column = columns.get(variable);
        if (!column) columns.set(variable, (column = new Float64Array(capacity).fill(NaN)));
        column[slot] = value;
      }
      recorded += 1;
    },
    between: (variable, fromMs, toMs, nowMs) =>
      all(variable, nowMs)
        .filter(([at]) => at >= fromMs && at <= toMs)
        .map(([, value]) => value),
    latest: (variable, count, nowMs) =>
      count < 1
        ? []
        : all(variable, nowMs)
            .slice(-Math.floor(count))
            .map(([, value]) => value),
    count: (variable, nowMs) => all(variable, nowMs).length,
    beginMs: (variable, nowMs) => rows(variable, nowMs).next().value?.[0],
  };
}
