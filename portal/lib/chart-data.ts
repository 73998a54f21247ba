// Curves as a chart needs them: one column of x, one column of y for each curve. Null is a gap, where something that is no number was
// reported; undefined is a place at which only other curves have a value.
import { t } from "../texts/texts.ts";
import { formats } from "./formats.ts";

export interface ChartPoint {
  readonly x: number;
  /** Null: not a finite number. */
  readonly y: number | null;
}

export interface Curve {
  readonly name: string;
  readonly points: readonly ChartPoint[];
  /** How it is drawn; absent: as a line. */
  readonly shape?: "line" | "steps" | "dots";
}

export interface Columns {
  readonly xs: readonly number[];
  readonly ys: readonly (readonly (number | null | undefined)[])[];
}

export function columnsOf(curves: readonly Curve[]): Columns {
  const xs = [...new Set(curves.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b);
  const places = new Map(xs.map((x, index) => [x, index]));
  const ys = curves.map(({ points }) => {
    const column = new Array<number | null | undefined>(xs.length).fill(undefined);
    for (const { x, y } of points) column[places.get(x) ?? 0] = y;
    return column;
  });
  return { xs, ys };
}

/** Numbers on the wire; those that are none in JSON come as words. */
export type WireNumber = number | string;

export function finite(value: WireNumber | null | undefined): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

export interface WireBucket {
  readonly fromStep: number;
  readonly toStep: number;
  readonly min: WireNumber;
  readonly max: WireNumber;
  readonly last: WireNumber;
}

/** A bucket of many points touches its least and its greatest, so that no peak is lost, and ends at its last. */
export function bucketPoints(buckets: readonly WireBucket[]): readonly ChartPoint[] {
  return buckets.flatMap(({ fromStep, toStep, min, max, last }) => {
    const [low, high, end] = [finite(min), finite(max), finite(last)];
    if (fromStep === toStep || low === null || high === null || low === high) return [{ x: toStep, y: end }];
    const isFalling = end !== null && end - low <= high - end;
    const [first, second] = isFalling ? [high, low] : [low, high];
    const turn = second === end ? [] : [{ x: (fromStep + toStep) / 2, y: second }];
    return [{ x: fromStep, y: first }, ...turn, { x: toStep, y: end }];
  });
}

/** How many values of a curve are no finite numbers. */
export const gapsIn = ({ points }: Curve) => points.filter(({ y }) => y === null).length;

/** What a chart shows, in one sentence. */
export function chartSummary(label: string, xLabel: string, curves: readonly Curve[]): string {
  const shown = curves.filter(({ points }) => points.length > 0);
  const { xs } = columnsOf(shown);
  const [first, last] = [xs[0], xs.at(-1)];
  if (first === undefined || last === undefined) return t.common.chart.empty(label);
  const ends = shown
    .slice(0, 4)
    .map(({ name, points }) => t.common.chart.endsAt(name, numberText(points.at(-1)?.y)));
  const more = shown.length > ends.length ? t.common.chart.andMore(shown.length - ends.length) : "";
  return t.common.chart.summary({
    label,
    x: xLabel,
    from: numberText(first),
    to: numberText(last),
    ends: formats.list(ends) + more,
  });
}

/** Five digits that matter; what is no number in words. */
export function numberText(value: WireNumber | boolean | null | undefined): string {
  if (value === undefined) return "";
  if (value === null) return t.measures.noNumber;
  if (typeof value !== "number" || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  const isUsual = value === 0 || (size < 1e6 && size >= 1e-4);
  return formats.decimal(isUsual ? String(Number(value.toPrecision(5))) : value.toExponential(3));
}
