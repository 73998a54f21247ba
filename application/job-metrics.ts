// What a job reported, whoever took it down: its series with their figures, one of them for a chart; and points that are posted for it.
import { isFinished } from "../domain/job/machine.ts";
import type { JobDocument } from "../domain/job/schema.ts";
import type { PostedPoint } from "../domain/metric/requests.ts";
import { metricRunOf } from "../domain/metric/run.ts";
import { curveWire, pointWire, seriesWire } from "../domain/metric/wire.ts";
import { AppError } from "../domain/shared/errors.ts";
import type { JobRef } from "../domain/shared/resource-id.ts";
import { withSeries } from "../domain/tracking/run.ts";
import { mostSeries } from "../services/metrics.ts";
import type { Services } from "../services/services.ts";
import { existing } from "./existing.ts";
import { changeRun, ownRunId } from "./tracking/found-run.ts";
import { jobScope } from "./tracking/scope.ts";
import { noteTracked } from "./tracking/tracked.ts";

export async function jobMetrics(services: Services, ref: JobRef) {
  const series = await services.metrics.list(metricRunOf(await existing(services, ref)));
  return { value: series.map(seriesWire) };
}

/** @param count at most so many buckets. */
export async function jobCurve(services: Services, ref: JobRef, name: string, count: number) {
  const curve = await services.metrics.curve(metricRunOf(await existing(services, ref)), name, count);
  return { metric: name, ...curveWire(curve) };
}

export async function jobPoints(services: Services, ref: JobRef, name: string) {
  return (await services.metrics.read(metricRunOf(await existing(services, ref)), name)).map(pointWire);
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

/** @param job that has not ended. */
export async function keepPosted(
  services: Services,
  job: JobDocument,
  posted: readonly PostedPoint[],
): Promise<void> {
  await noteTracked(services, job);
  const points = posted.map(({ name, step, value }) => ({ name, points: [{ step, value }] }));
  const { refused, series } = await services.metrics.append(metricRunOf(job), points);
  // Of a trial its sweep knows them, and so does its run.
  if (job.sweepGuid === undefined)
    await changeRun(services, jobScope(job), ownRunId(job), (run) => withSeries(run, series));
  const [first] = refused;
  if (first !== undefined)
    throw new AppError(
      "InvalidRequest",
      `points: '${first}' is one name too many; a job has at most ${mostSeries} metrics, report steps under one name`,
      { target: "points" },
    );
}
