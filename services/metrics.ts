// The metrics of jobs, as series of points. Never in orchestration histories, and never one entity a point. Points may come
// twice, in any order and from several writers at once: each is stored once.
import type { Bucket } from "../domain/metric/curve.ts";
import type { Figures } from "../domain/metric/figures.ts";
import type { Point } from "../domain/metric/point.ts";
import type { MetricRun } from "../domain/metric/run.ts";

export interface NewPoints {
  readonly name: string;
  readonly points: readonly Point[];
}

export interface Series {
  readonly name: string;
  readonly figures: Figures;
  /** The latest to come: all from number `recentFrom` (counted from 0, in the order in which they came) to `figures.n`. */
  readonly recent: readonly Point[];
  readonly recentFrom: number;
}

export interface Appended {
  /** Those that points were given for, as they are now. */
  readonly series: readonly Series[];
  /** Names that were not taken: the run has as many series as it may (`mostSeries`). */
  readonly refused: readonly string[];
}

export interface SeriesCurve {
  readonly figures: Figures;
  /** In order of steps; neighbours may touch, and no point is lost from the extremes. */
  readonly buckets: readonly Bucket[];
}

/** Names of metrics of one job: more is a name for every step. */
export const mostSeries = 1000;

export interface Metrics {
  append(run: MetricRun, added: readonly NewPoints[]): Promise<Appended>;
  /** All series of a run, by name. */
  list(run: MetricRun): Promise<readonly Series[]>;
  /** In the order in which they came. @param from as many points are left out. */
  read(run: MetricRun, name: string, from?: number): Promise<readonly Point[]>;
  /** For a chart: at most `count` buckets (2,000 are kept), from two documents however long it is. */
  curve(run: MetricRun, name: string, count: number): Promise<SeriesCurve | undefined>;
  /** Some at a time: true when nothing of the group is left. */
  removeSome(group: string): Promise<boolean>;
}
