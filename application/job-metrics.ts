// What a job reported, whoever took it down: its series with their figures, one of them for a chart; and points that are posted for it.
import { isFinished } from "../domain/job/machine.ts";
import type { JobDocument } from "../domain/job/schema.ts";
import { mostPointsPosted } from "../domain/metric/requests.ts";
import type { PostedPoint } from "../domain/metric/requests.ts";
import { metricRunOf } from "../domain/metric/run.ts";
import type { MetricRun } from "../domain/metric/run.ts";
import { curveWire, pointWire, seriesWire } from "../domain/metric/wire.ts";
import { AppError } from "../domain/shared/errors.ts";
import type { JobRef } from "../domain/shared/resource-id.ts";
import { withSeries } from "../domain/tracking/run.ts";
import { mostSeries } from "../services/metrics.ts";
import type { Services } from "../services/services.ts";
import { existing } from "./existing.ts";
import { pointsInFile } from "./metrics-file.ts";
import { readOutputMetrics } from "./output-metrics.ts";
import { changeRun, ownRunId } from "./tracking/found-run.ts";
import { jobScope } from "./tracking/scope.ts";
import { noteTracked } from "./tracking/tracked.ts";

export async function jobMetrics(services: Services, ref: JobRef) {
  const series = await services.metrics.list(await reported(services, ref));
  return { value: series.map(seriesWire) };
}

/** @param count at most so many buckets. */
export async function jobCurve(services: Services, ref: JobRef, name: string, count: number) {
  const curve = await services.metrics.curve(await reported(services, ref), name, count);
  return { metric: name, ...curveWire(curve) };
}

export async function jobPoints(services: Services, ref: JobRef, name: string) {
  return (await services.metrics.read(await reported(services, ref), name)).map(pointWire);
}

/** Names that are too many are left out. */
async function reported(services: Services, ref: JobRef): Promise<MetricRun> {
  const job = await existing(services, ref);
  await readOutputMetrics(services, job);
  const { points, noteKept } = await pointsInFile(services, job);
  for (let first = 0; first < points.length; first += mostPointsPosted)
    await keep(services, job, points.slice(first, first + mostPointsPosted));
  noteKept();
  return metricRunOf(job);
}

/** Repeating it changes nothing. @throws AppError InvalidState when the job has ended */
export async function postJobMetrics(
  services: Services,
  ref: JobRef,
  points: readonly PostedPoint[],
): Promise<void> {
  const job = await existing(services, ref);
  if (isFinished(job.executionState))
    throw new AppError(
      "InvalidState",
      `job '${ref.job}' has ended; metrics are taken until then, send them before the program ends`,
    );
  await keepPosted(services, job, points);
}

/** @param job that has not ended. @throws AppError InvalidRequest when the job has too many metrics. */
export async function keepPosted(
  services: Services,
  job: JobDocument,
  posted: readonly PostedPoint[],
): Promise<void> {
  const [first] = await keep(services, job, posted);
  if (first !== undefined)
    throw new AppError(
      "InvalidRequest",
      `points: '${first}' is one name too many; a job has at most ${mostSeries} metrics, report steps under one name`,
      { target: "points" },
    );
}

/** @returns names that were not taken. */
async function keep(
  services: Services,
  job: JobDocument,
  posted: readonly PostedPoint[],
): Promise<readonly string[]> {
  await noteTracked(services, job);
  const points = posted.map(({ name, step, value }) => ({ name, points: [{ step, value }] }));
  const { refused, series } = await services.metrics.append(metricRunOf(job), points);
  // Of a trial its sweep knows them, and so does its run.
  if (job.sweepGuid === undefined)
    await changeRun(services, jobScope(job), ownRunId(job), (run) => withSeries(run, series));
  return refused;
}
