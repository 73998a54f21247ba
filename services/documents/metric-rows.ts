// What is stored of a series, three kinds of rows in the partition of its group:
//   h|run|name          its figures and the latest points
//   k|run|name          the curve and the places of the points before those, once there are any
//   p|run|name|number   those points, a thousand in a row
// Columns rather than objects: a row holds a thousand points.
import { z } from "zod";
import type { Curve } from "../../domain/metric/curve.ts";
import { Figures } from "../../domain/metric/figures.ts";
import { AnyNumber, toWireNumber } from "../../domain/metric/number.ts";
import type { Place, Point } from "../../domain/metric/point.ts";
import type { MetricRun } from "../../domain/metric/run.ts";

/** One entity for each point would be a million of them for a thousand trials of a thousand steps. */
export const pointsPerRow = 1000;

export const partitionOf = (group: string) => `metrics|${group}`;
export const kindsOfRows = ["h", "k", "p"] as const;

/** A metric's name may hold what a key must not. */
const keyOf = (name: string) => Buffer.from(name, "utf8").toString("base64url");
const nameOf = (key: string) => Buffer.from(key, "base64url").toString("utf8");

export const headsOf = ({ run }: MetricRun) => `h|${run}|`;
export const headRow = ({ run }: MetricRun, name: string) => `h|${run}|${keyOf(name)}`;
export const curveRow = ({ run }: MetricRun, name: string) => `k|${run}|${keyOf(name)}`;
export const pointRows = ({ run }: MetricRun, name: string) => `p|${run}|${keyOf(name)}|`;
export const pointRow = (run: MetricRun, name: string, at: number) =>
  `${pointRows(run, name)}${String(at).padStart(6, "0")}`;
export const nameOfHead = (row: string) => nameOf(row.slice(row.lastIndexOf("|") + 1));

const Times = z.array(z.number().nullable()).optional();
const Points = z.object({ steps: z.array(z.number()), values: z.array(AnyNumber), times: Times });
const Places = z.object({ steps: z.array(z.number()), times: Times });

function columnsOf(points: readonly Point[]) {
  return { ...columnsOfPlaces(points), values: points.map(({ value }) => toWireNumber(value)) };
}

function columnsOfPlaces(places: readonly Place[]) {
  const steps = places.map(({ step }) => step);
  if (places.every(({ time }) => time === undefined)) return { steps };
  return { steps, times: places.map(({ time }) => time ?? null) };
}

function placesIn({ steps, times }: z.infer<typeof Places>): readonly Place[] {
  return steps.map((step, at) => {
    const time = times?.[at] ?? undefined;
    return time === undefined ? { step } : { step, time };
  });
}

function allPoints(columns: z.infer<typeof Points>): readonly Point[] {
  return placesIn(columns).map((place, at) => ({ ...place, value: columns.values[at] ?? Number.NaN }));
}

export const pointsValue = (points: readonly Point[]): unknown => columnsOf(points);
export const pointsIn = (stored: unknown): readonly Point[] => allPoints(Points.parse(stored));

export interface Head {
  readonly figures: Figures;
  readonly recent: readonly Point[];
  /** Where the last of the points before the recent ones stands: whatever comes later than that is none of them. */
  readonly packedTo?: Place | undefined;
}

const StoredHead = Points.extend({
  figures: Figures,
  packedTo: z.object({ step: z.number(), time: z.number().optional() }).optional(),
});

export function headValue({ figures, recent, packedTo }: Head): unknown {
  const { last, min, max } = figures;
  const wire = { ...figures, last: toWireNumber(last), min: toWireNumber(min), max: toWireNumber(max) };
  return { figures: wire, ...columnsOf(recent), ...(packedTo === undefined ? {} : { packedTo }) };
}

export function headIn(stored: unknown): Head {
  const { figures, packedTo, ...columns } = StoredHead.parse(stored);
  return { figures, recent: allPoints(columns), packedTo };
}

export interface Packed {
  readonly curve: Curve;
  /** Between which places the points of each row are. */
  readonly rows: readonly { readonly from: Place; readonly to: Place }[];
}

const StoredPacked = z.object({
  width: z.number(),
  n: z.array(z.number()),
  from: Places,
  to: Places,
  min: z.array(AnyNumber),
  max: z.array(AnyNumber),
  last: z.array(AnyNumber),
  rowsFrom: Places,
  rowsTo: Places,
});

export function packedValue({ curve: { width, buckets }, rows }: Packed): unknown {
  return {
    width,
    n: buckets.map(({ n }) => n),
    from: columnsOfPlaces(buckets.map(({ from }) => from)),
    to: columnsOfPlaces(buckets.map(({ to }) => to)),
    min: buckets.map(({ min }) => toWireNumber(min)),
    max: buckets.map(({ max }) => toWireNumber(max)),
    last: buckets.map(({ last }) => toWireNumber(last)),
    rowsFrom: columnsOfPlaces(rows.map(({ from }) => from)),
    rowsTo: columnsOfPlaces(rows.map(({ to }) => to)),
  };
}

export function packedIn(stored: unknown): Packed {
  const { width, n, min, max, last, ...places } = StoredPacked.parse(stored);
  const [from, to] = [placesIn(places.from), placesIn(places.to)];
  const [rowsFrom, rowsTo] = [placesIn(places.rowsFrom), placesIn(places.rowsTo)];
  const missing = { step: 0 };
  return {
    curve: {
      width,
      buckets: n.map((count, at) => ({
        n: count,
        from: from[at] ?? missing,
        to: to[at] ?? missing,
        min: min[at] ?? Number.NaN,
        max: max[at] ?? Number.NaN,
        last: last[at] ?? Number.NaN,
      })),
    },
    rows: rowsFrom.map((place, at) => ({ from: place, to: rowsTo[at] ?? place })),
  };
}
