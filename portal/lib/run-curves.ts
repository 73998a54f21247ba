// The history of a metric, as MLflow's protocol sends it, thinned for a chart: each bucket keeps its least, its greatest and its last.
import { bucketPoints, finite } from "./chart-data.ts";
import type { ChartPoint, WireNumber } from "./chart-data.ts";

export interface HistoryPoint {
  readonly step: number;
  readonly value: WireNumber;
}

export function historyPoints(history: readonly HistoryPoint[], most: number): readonly ChartPoint[] {
  const points = [...history].sort((a, b) => a.step - b.step);
  const size = Math.max(1, Math.ceil(points.length / most));
  const buckets = Array.from({ length: Math.ceil(points.length / size) }, (_, index) =>
    bucketOf(points.slice(index * size, (index + 1) * size)),
  );
  return bucketPoints(buckets);
}

function bucketOf(points: readonly HistoryPoint[]) {
  const numbers = points.flatMap(({ value }) => finite(value) ?? []);
  const last = points.at(-1);
  return {
    fromStep: points[0]?.step ?? 0,
    toStep: last?.step ?? 0,
    min: numbers.length === 0 ? "NaN" : Math.min(...numbers),
    max: numbers.length === 0 ? "NaN" : Math.max(...numbers),
    last: last?.value ?? "NaN",
  };
}
