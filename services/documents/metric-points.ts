// Metric points over a DocumentStore: a document holds a thousand points of one series. Appending rewrites the last, partly
// filled one with what is known to be in it and what is new, so that doing it twice is doing it once.
import { z } from "zod";
import { pointsPerChunk } from "../../domain/sweep/metrics/series.ts";
import type { Point } from "../../domain/sweep/metrics/series.ts";
import { AnyNumber, toWireNumber } from "../../domain/sweep/objective.ts";
import type { DocumentStore, DocumentWrite } from "../documents.ts";
import type { MetricPoints, NewPoints, Series } from "../metric-points.ts";

const StoredChunk = z.object({ steps: z.array(z.number()), values: z.array(AnyNumber) });
/** "Performing entity group transactions": a transaction has at most 100 entities and 4 MiB. */
const writesPerCommit = 50;
const pageSize = 200;

const partitionOf = (sweepGuid: string) => `metrics|${sweepGuid}`;

/** A metric's name may hold what a key must not. */
function prefixOf({ trial, attempt, metric }: Series): string {
  const name = Buffer.from(metric, "utf8").toString("base64url");
  return `${String(trial).padStart(6, "0")}|${attempt}|${name}|`;
}

const rowOf = (series: Series, chunk: number) => `${prefixOf(series)}${String(chunk).padStart(6, "0")}`;

export function metricPoints(store: DocumentStore): MetricPoints {
  return {
    async append(sweepGuid, added) {
      const partition = partitionOf(sweepGuid);
      const writes = (await Promise.all(added.map((points) => writesOf(store, partition, points)))).flat();
      for (let start = 0; start < writes.length; start += writesPerCommit)
        await store.commit(partition, writes.slice(start, start + writesPerCommit));
    },

    async read(sweepGuid, series) {
      const points: Point[] = [];
      let continuation: string | undefined;
      do {
        const page = await store.page({
          partition: partitionOf(sweepGuid),
          prefix: prefixOf(series),
          size: pageSize,
          ...(continuation === undefined ? {} : { continuation }),
        });
        points.push(...page.documents.flatMap(({ value }) => pointsIn(value)));
        continuation = page.continuation;
      } while (continuation !== undefined);
      return points;
    },

    async removeSome(sweepGuid) {
      const partition = partitionOf(sweepGuid);
      const { documents } = await store.page({ partition, prefix: "0", size: writesPerCommit });
      if (documents.length === 0) return true;
      await store.commit(
        partition,
        documents.map(({ row }) => ({ kind: "remove", row })),
      );
      return false;
    },
  };
}

async function writesOf(
  store: DocumentStore,
  partition: string,
  { series, after, points }: NewPoints,
): Promise<readonly DocumentWrite[]> {
  const first = Math.floor(after / pointsPerChunk);
  const filled = after % pointsPerChunk;
  const before = filled === 0 ? undefined : await store.get({ partition, row: rowOf(series, first) });
  const all = [...(before === undefined ? [] : pointsIn(before.value).slice(0, filled)), ...points];
  const writes: DocumentWrite[] = [];
  for (let start = 0; start < all.length; start += pointsPerChunk) {
    const chunk = all.slice(start, start + pointsPerChunk);
    const value = {
      steps: chunk.map(({ step }) => step),
      values: chunk.map((point) => toWireNumber(point.value)),
    };
    writes.push({ kind: "put", row: rowOf(series, first + start / pointsPerChunk), value });
  }
  return writes;
}

function pointsIn(stored: unknown): readonly Point[] {
  const { steps, values } = StoredChunk.parse(stored);
  return steps.map((step, at) => ({ step, value: values[at] ?? Number.NaN }));
}
