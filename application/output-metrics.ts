// What a job prints of its metrics, where it says that they are to be read (`outputMetrics`). Each look goes on from where the last one
// ended: whenever somebody asks for the job's metrics, and at the end of each of its runs. Of a trial its sweep reads them.
import { locateReadable, stdOutErrPath } from "../domain/job/directories.ts";
import { isFinished } from "../domain/job/machine.ts";
import { runOfOutput } from "../domain/job/output-metrics.ts";
import type { JobDocument } from "../domain/job/schema.ts";
import {
  mostMetrics,
  outputName,
  pointsByName,
  reportsInOutput,
  withSteps,
} from "../domain/metric/reports.ts";
import { metricRunOf } from "../domain/metric/run.ts";
import { AppError } from "../domain/shared/errors.ts";
import { withSeries } from "../domain/tracking/run.ts";
import type { OutputRead } from "../domain/tracking/run.ts";
import type { StoragePlace } from "../services/output-files.ts";
import type { Services } from "../services/services.ts";
import { withKey } from "./storage-places.ts";
import { changeRun, findRun, ownRunId } from "./tracking/found-run.ts";
import { jobScope } from "./tracking/scope.ts";
import { noteTracked } from "./tracking/tracked.ts";
import { mostBytes, textOf } from "./whole-lines.ts";

/** Parts of `mostBytes` that one look takes: a longer output is read on at the next. */
const mostParts = 16;

/** Storage that refuses is not read: what is known is told all the same. */
export async function readOutputMetrics(services: Services, job: JobDocument): Promise<void> {
  const run = runOfOutput(job);
  const path = locateReadable(job, stdOutErrPath(job));
  if (job.spec.outputMetrics === undefined || job.sweepGuid !== undefined) return;
  if (run === undefined || path === undefined) return;
  try {
    const place = await withKey(services, path);
    for (let part = 0; part < mostParts; part += 1)
      if (!(await readPart(services, job, { run, place }))) return;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  }
}

/** @returns whether there may be more. */
async function readPart(
  services: Services,
  job: JobDocument,
  { run, place }: { readonly run: string; readonly place: StoragePlace },
): Promise<boolean> {
  const { stored } = await findRun(services, jobScope(job), ownRunId(job));
  const before = stored?.item.output;
  const fresh = { run, bytes: 0, steps: before?.steps ?? {}, isWhole: false };
  const from = before?.run === run ? before : fresh;
  if (from.isWhole) return false;
  const range = { offset: from.bytes, maxBytes: mostBytes };
  const bytes = await services.outputFiles.read(place, outputName, range);
  // A run that was not seen to end may write more, whatever is there.
  const hasEnded = isFinished(job.executionState) || job.executionInfo.startTime === undefined;
  const more = bytes?.length === mostBytes;
  const said = textOf(bytes, hasEnded);
  if (said.bytes === 0 && !hasEnded) return false;
  const reports = reportsInOutput(said.text, job.spec.outputMetrics ?? { presets: [], metrics: [] });
  const lasts = new Map(Object.entries(from.steps));
  // What is kept by name is kept in an object, which has no member of that name.
  const named = reports.filter(({ name }) => name !== "__proto__");
  const points = pointsByName(withSteps(named, lasts, mostMetrics));
  const steps = Object.fromEntries(lasts);
  const next: OutputRead = { run, bytes: from.bytes + said.bytes, steps, isWhole: hasEnded && !more };
  await noteTracked(services, job);
  // Points are kept before the run says that they were read: read again after a crash, they have the same steps and are no more points.
  const { series } =
    points.length === 0 ? { series: [] } : await services.metrics.append(metricRunOf(job), points);
  await changeRun(services, jobScope(job), ownRunId(job), (record) =>
    sameRead(record.output, before) ? { ...withSeries(record, series), output: next } : record,
  );
  return more;
}

/** Somebody else may have read on meanwhile. */
function sameRead(a: OutputRead | undefined, b: OutputRead | undefined): boolean {
  return a?.run === b?.run && a?.bytes === b?.bytes && a?.isWhole === b?.isWhole;
}
