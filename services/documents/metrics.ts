// Metrics over a DocumentStore. A series is changed from what this process saw of it last, under its ETag, together with the
// rows that are packed by the change: whatever two writers do, no point is lost and none is stored twice.
import type { MetricRun } from "../../domain/metric/run.ts";
import { AppError } from "../../domain/shared/errors.ts";
import type { DocumentStore } from "../documents.ts";
import { mostSeries } from "../metrics.ts";
import type { Appended, Metrics, NewPoints } from "../metrics.ts";
import { lastSeen } from "./last-seen.ts";
import { additionTo } from "./metric-append.ts";
import { inParts, written } from "./metric-commits.ts";
import type { Heads } from "./metric-commits.ts";
import { headsIn, metricReads, seriesOf } from "./metric-reads.ts";

/** So many writers in a row beat us: something writes in a circle. */
const tries = 20;

export function metrics(store: DocumentStore): Metrics {
  const seen = lastSeen<Heads>();
  const lanes = new Map<string, Promise<unknown>>();

  /** One at a time in this process: writers of one run would only undo each other's attempts. */
  function inTurn<Result>(run: MetricRun, work: () => Promise<Result>): Promise<Result> {
    const key = keyOf(run);
    const mine = (lanes.get(key) ?? Promise.resolve()).then(work, work);
    lanes.set(key, mine);
    const over = () => {
      if (lanes.get(key) === mine) lanes.delete(key);
    };
    mine.then(over, over);
    return mine;
  }

  async function append(run: MetricRun, added: readonly NewPoints[]): Promise<Appended> {
    for (let attempt = 0; attempt < tries; attempt += 1) {
      const heads = seen.get(keyOf(run)) ?? (await headsIn(store, run));
      const { taken, refused } = withinLimit(heads, added);
      const additions = await Promise.all(
        taken.map((points) => additionTo(store, run, points, heads.get(points.name))),
      );
      const done = additions.filter((addition) => addition !== undefined);
      const after = await written(store, run, heads, done);
      if (after === undefined) seen.forget(keyOf(run));
      else {
        seen.set(keyOf(run), after);
        return { series: done.map(({ name, head }) => seriesOf(name, head)), refused };
      }
    }
    throw new AppError("ServiceUnavailable", "The job's metrics are being written by too many at once.");
  }

  return {
    append(run, added) {
      return inTurn(run, async () => {
        let answer: Appended = { series: [], refused: [] };
        for (const some of inParts(added)) {
          const { series, refused } = await append(run, some);
          const names = new Set(series.map(({ name }) => name));
          answer = {
            series: [...answer.series.filter(({ name }) => !names.has(name)), ...series],
            refused: [...answer.refused, ...refused],
          };
        }
        return answer;
      });
    },

    ...metricReads(store),
  };
}

const keyOf = ({ group, run }: MetricRun) => `${group}|${run}`;

function withinLimit(heads: Heads, added: readonly NewPoints[]) {
  let room = mostSeries - heads.size;
  const isTaken = ({ name }: NewPoints) => heads.has(name) || room-- > 0;
  const taken = added.filter(isTaken);
  const names = new Set(taken.map(({ name }) => name));
  return { taken, refused: added.map(({ name }) => name).filter((name) => !names.has(name)) };
}
