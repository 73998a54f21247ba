// In which transactions additions to series are written: as many at once as fit, and what one addition writes never apart.
import type { Point } from "../../domain/metric/point.ts";
import type { MetricRun } from "../../domain/metric/run.ts";
import type { DocumentStore } from "../documents.ts";
import type { NewPoints } from "../metrics.ts";
import type { Addition, StoredHead } from "./metric-append.ts";
import { headRow, partitionOf, pointsPerRow } from "./metric-rows.ts";

/** "Performing entity group transactions": a transaction has at most 100 entities and 4 MiB. */
const writesPerCommit = 90;
const bytesPerCommit = 3_000_000;
/** At most: a point in columns; a curve. */
const [bytesPerPoint, bytesPerCurve] = [60, 250_000];
/** Of all series at once, so that what is packed of one fits into one transaction. */
const pointsAtOnce = 20 * pointsPerRow;

/** Of a run, by name. */
export type Heads = ReadonlyMap<string, StoredHead>;

/** Each name once. */
function joined(added: readonly NewPoints[]): readonly NewPoints[] {
  const byName = new Map<string, Point[]>();
  for (const { name, points } of added) {
    const others = byName.get(name);
    if (others === undefined) byName.set(name, [...points]);
    else for (const point of points) others.push(point);
  }
  return [...byName].map(([name, points]) => ({ name, points }));
}

/** Each name once in a part. */
export function inParts(added: readonly NewPoints[]): readonly (readonly NewPoints[])[] {
  const parts: NewPoints[][] = [[]];
  let room = pointsAtOnce;
  for (const { name, points } of joined(added))
    for (let start = 0; start < points.length;) {
      if (room === 0) {
        parts.push([]);
        room = pointsAtOnce;
      }
      const some = points.slice(start, start + room);
      parts.at(-1)?.push({ name, points: some });
      room -= some.length;
      start += some.length;
    }
  return parts.filter((part) => part.length > 0);
}

/** @returns the heads as they are now; undefined: somebody else wrote one of them. */
export async function written(
  store: DocumentStore,
  run: MetricRun,
  before: Heads,
  additions: readonly Addition[],
): Promise<Heads | undefined> {
  const heads = new Map(before);
  for (const some of inCommits(additions.filter(({ writes }) => writes.length > 0))) {
    const etags = await store.commit(
      partitionOf(run.group),
      some.flatMap(({ writes }) => writes),
    );
    if (etags === "conflict") return undefined;
    for (const { name, head } of some) {
      const etag = etags.get(headRow(run, name));
      // A store that does not tell is asked the next time.
      if (etag === undefined) return undefined;
      heads.set(name, { ...head, etag });
    }
  }
  return heads;
}

function inCommits(additions: readonly Addition[]): readonly (readonly Addition[])[] {
  const commits: Addition[][] = [];
  let [writes, bytes] = [writesPerCommit, bytesPerCommit];
  for (const addition of additions) {
    const packs = addition.writes.length - 1;
    const size =
      (addition.head.recent.length + packs * pointsPerRow) * bytesPerPoint + (packs > 0 ? bytesPerCurve : 0);
    if (writes + packs + 1 > writesPerCommit || bytes + size > bytesPerCommit) {
      commits.push([]);
      [writes, bytes] = [0, 0];
    }
    commits.at(-1)?.push(addition);
    writes += packs + 1;
    bytes += size;
  }
  return commits;
}
