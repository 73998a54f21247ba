// What adding points to one series writes. Repetitions are found among the latest points, which are at hand, and, for a point
// that does not come after all that is packed already, in the rows where it might be.
import { byPlace, identityOf, withoutRepetitions } from "../../domain/metric/point.ts";
import type { Place, Point } from "../../domain/metric/point.ts";
import { emptyCurve, withPoints } from "../../domain/metric/curve.ts";
import { withPoint } from "../../domain/metric/figures.ts";
import type { MetricRun } from "../../domain/metric/run.ts";
import type { DocumentStore, DocumentWrite } from "../documents.ts";
import {
  curveRow,
  headRow,
  headValue,
  packedIn,
  packedValue,
  partitionOf,
  pointRow,
  pointsIn,
  pointsPerRow,
  pointsValue,
} from "./metric-rows.ts";
import type { Head, Packed } from "./metric-rows.ts";

export interface StoredHead extends Head {
  readonly etag: string;
}

export interface Addition {
  readonly name: string;
  readonly head: Head;
  /** None: all the points were there. */
  readonly writes: readonly DocumentWrite[];
}

export async function additionTo(
  store: DocumentStore,
  run: MetricRun,
  { name, points }: { readonly name: string; readonly points: readonly Point[] },
  before: StoredHead | undefined,
): Promise<Addition | undefined> {
  const fresh = await newOnes(store, run, name, before, points);
  const [first, ...rest] = fresh;
  if (first === undefined) return before === undefined ? undefined : { name, head: before, writes: [] };
  const figures = rest.reduce(withPoint, withPoint(before?.figures, first));
  const all = [...(before?.recent ?? []), ...fresh];
  const packed = await packedWith(store, run, name, before, all);
  const recent = all.slice(packed.count);
  const head: Head = { figures, recent, packedTo: packed.to ?? before?.packedTo };
  const row = headRow(run, name);
  const value = headValue(head);
  const own: DocumentWrite =
    before === undefined
      ? { kind: "insert", row, value }
      : { kind: "replace", row, value, etag: before.etag };
  return { name, head, writes: [own, ...packed.writes] };
}

async function newOnes(
  store: DocumentStore,
  run: MetricRun,
  name: string,
  before: StoredHead | undefined,
  points: readonly Point[],
): Promise<readonly Point[]> {
  if (before === undefined) return withoutRepetitions(points);
  const candidates = withoutRepetitions(points, before.recent.map(identityOf));
  const { packedTo } = before;
  const doubtful = packedTo === undefined ? [] : candidates.filter((point) => byPlace(point, packedTo) <= 0);
  if (doubtful.length === 0) return candidates;
  const { rows } = await packedOf(store, run, name);
  const around = rows.flatMap(({ from, to }, at) =>
    doubtful.some((point) => byPlace(from, point) <= 0 && byPlace(point, to) <= 0) ? [at] : [],
  );
  const known = new Set<string>();
  for (const at of around) {
    const found = await store.get({ partition: partitionOf(run.group), row: pointRow(run, name, at) });
    for (const point of found === undefined ? [] : pointsIn(found.value)) known.add(identityOf(point));
  }
  return withoutRepetitions(candidates, known);
}

export async function packedOf(store: DocumentStore, run: MetricRun, name: string): Promise<Packed> {
  const found = await store.get({ partition: partitionOf(run.group), row: curveRow(run, name) });
  return found === undefined ? { curve: emptyCurve, rows: [] } : packedIn(found.value);
}

/** Whole rows of what is recent are packed, all but the last: a repeated request is found among the latest. */
async function packedWith(
  store: DocumentStore,
  run: MetricRun,
  name: string,
  before: StoredHead | undefined,
  recent: readonly Point[],
): Promise<{ readonly count: number; readonly to?: Place; readonly writes: readonly DocumentWrite[] }> {
  const wholeRows = Math.floor(recent.length / pointsPerRow) - 1;
  if (wholeRows < 1) return { count: 0, writes: [] };
  const packed = before?.packedTo === undefined ? undefined : await packedOf(store, run, name);
  const count = wholeRows * pointsPerRow;
  const chunks = Array.from({ length: wholeRows }, (_, at) =>
    recent.slice(at * pointsPerRow, (at + 1) * pointsPerRow),
  );
  const rows = [...(packed?.rows ?? []), ...chunks.map(extentOf)];
  const curve = withPoints(packed?.curve ?? emptyCurve, recent.slice(0, count));
  const firstRow = rows.length - wholeRows;
  return {
    count,
    to: rows.map(({ to }) => to).reduce((last, place) => (byPlace(place, last) > 0 ? place : last)),
    writes: [
      { kind: "put", row: curveRow(run, name), value: packedValue({ curve, rows }) },
      ...chunks.map((chunk, at): DocumentWrite => ({
        kind: "put",
        row: pointRow(run, name, firstRow + at),
        value: pointsValue(chunk),
      })),
    ],
  };
}

function extentOf(points: readonly Point[]): { readonly from: Place; readonly to: Place } {
  const places = points.map(({ step, time }): Place => (time === undefined ? { step } : { step, time }));
  const none = { step: 0 };
  return {
    from: places.reduce((a, b) => (byPlace(b, a) < 0 ? b : a), places[0] ?? none),
    to: places.reduce((a, b) => (byPlace(b, a) > 0 ? b : a), places[0] ?? none),
  };
}
