// Reading metrics over a DocumentStore, and removing them.
import { emptyCurve, reduced, withPoints } from "../../domain/metric/curve.ts";
import { ordered } from "../../domain/metric/point.ts";
import type { Point } from "../../domain/metric/point.ts";
import type { MetricRun } from "../../domain/metric/run.ts";
import type { DocumentStore } from "../documents.ts";
import type { Metrics, Series } from "../metrics.ts";
import { allRows } from "./all-rows.ts";
import { packedOf } from "./metric-append.ts";
import type { Heads } from "./metric-commits.ts";
import {
  headIn,
  headRow,
  headsOf,
  kindsOfRows,
  nameOfHead,
  partitionOf,
  pointRow,
  pointRows,
  pointsIn,
  pointsPerRow,
} from "./metric-rows.ts";
import type { Head } from "./metric-rows.ts";
import { removeRows } from "./remove-rows.ts";

const pageSize = 100;

export function metricReads(store: DocumentStore): Omit<Metrics, "append"> {
  return {
    async list(run) {
      const heads = await headsIn(store, run);
      return [...heads]
        .map(([name, head]) => seriesOf(name, head))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    },

    async read(run, name, from = 0) {
      const head = await headOf(store, run, name);
      if (head === undefined) return [];
      const { recent, recentFrom } = seriesOf(name, head);
      const packed = from < recentFrom ? await pointsBefore(store, run, name, { from, recentFrom }) : [];
      return [...packed, ...recent.slice(Math.max(0, from - recentFrom))];
    },

    async curve(run, name, count) {
      const head = await headOf(store, run, name);
      if (head === undefined) return undefined;
      const { recent, recentFrom } = seriesOf(name, head);
      const { curve } =
        head.packedTo === undefined ? { curve: emptyCurve } : await packedOf(store, run, name);
      // Points that were packed between the two reads are in both.
      const inCurve = curve.buckets.reduce((sum, { n }) => sum + n, 0);
      const rest = ordered(recent.slice(Math.max(0, inCurve - recentFrom)));
      return { figures: head.figures, buckets: reduced(withPoints(curve, rest), count) };
    },

    async removeSome(group) {
      const partition = partitionOf(group);
      for (const kind of kindsOfRows) {
        const { documents } = await store.page({ partition, prefix: `${kind}|`, size: pageSize });
        if (documents.length === 0) continue;
        await removeRows(
          store,
          partition,
          documents.map(({ row }) => row),
        );
        return false;
      }
      return true;
    },
  };
}

export function seriesOf(name: string, { figures, recent }: Head): Series {
  return { name, figures, recent, recentFrom: figures.n - recent.length };
}

async function headOf(store: DocumentStore, run: MetricRun, name: string): Promise<Head | undefined> {
  const found = await store.get({ partition: partitionOf(run.group), row: headRow(run, name) });
  return found === undefined ? undefined : headIn(found.value);
}

export async function headsIn(store: DocumentStore, run: MetricRun): Promise<Heads> {
  const documents = await allRows(store, {
    partition: partitionOf(run.group),
    prefix: headsOf(run),
    size: pageSize,
  });
  return new Map(documents.map(({ row, value, etag }) => [nameOfHead(row), { ...headIn(value), etag }]));
}

async function pointsBefore(
  store: DocumentStore,
  run: MetricRun,
  name: string,
  { from, recentFrom }: { readonly from: number; readonly recentFrom: number },
): Promise<readonly Point[]> {
  const first = Math.floor(from / pointsPerRow);
  const documents = await allRows(store, {
    size: pageSize,
    partition: partitionOf(run.group),
    prefix: pointRows(run, name),
    from: pointRow(run, name, first),
    before: pointRow(run, name, recentFrom / pointsPerRow),
  });
  return documents.flatMap(({ value }) => pointsIn(value)).slice(from - first * pointsPerRow);
}
