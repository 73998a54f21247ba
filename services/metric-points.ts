// The points of metrics that trials reported, as series. Never in orchestration histories, and never one entity a point.
import type { Point } from "../domain/sweep/metrics/series.ts";

export interface Series {
  readonly trial: number;
  readonly attempt: number;
  readonly metric: string;
}

export interface NewPoints {
  readonly series: Series;
  /** How many points the series has: the same points after the same ones are stored once. */
  readonly after: number;
  readonly points: readonly Point[];
}

export interface MetricPoints {
  append(sweepGuid: string, added: readonly NewPoints[]): Promise<void>;
  /** In the order in which they were reported. */
  read(sweepGuid: string, series: Series): Promise<readonly Point[]>;
  /** Some at a time: true when nothing is left. */
  removeSome(sweepGuid: string): Promise<boolean>;
}
