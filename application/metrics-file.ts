// What a job has appended to `$AZ_BATCHAI_METRICS_FILE`. Of a trial its sweep reads it, look by look; of any other job nobody looks, so it is
// read when somebody asks for the job's metrics: whole, because a point that is there already is nothing new.
import { locateReadable, stdOutErrPath } from "../domain/job/directories.ts";
import { isFinished } from "../domain/job/machine.ts";
import type { JobDocument } from "../domain/job/schema.ts";
import type { PostedPoint } from "../domain/metric/requests.ts";
import { metricsFileName, reportsInFile, wholeLines, withSteps } from "../domain/metric/reports.ts";
import { AppError } from "../domain/shared/errors.ts";
import type { StoragePlace } from "../services/output-files.ts";
import type { Services } from "../services/services.ts";
import { withKey } from "./storage-places.ts";

const partBytes = 4 * 1024 * 1024;
const mostBytes = 64 * 1024 * 1024;
const mostRemembered = 1_000;
/** How long the file was that was read last, by job and start: an unchanged one is not read again. */
const readSizes = new WeakMap<Services["metrics"], Map<string, number>>();

interface InFile {
  readonly points: readonly PostedPoint[];
  /** The points are kept: they are not read again while the file is as long as it was. */
  readonly noteKept: () => void;
}
const nothing: InFile = { points: [], noteKept: () => undefined };

/** Empty where nothing has changed since it was asked for last. Storage that refuses is not read: what is known is told all the same. */
export async function pointsInFile(services: Services, job: JobDocument): Promise<InFile> {
  const { startTime } = job.executionInfo;
  const { presets = [], metrics: expressions = [] } = job.spec.outputMetrics ?? {};
  // Nobody knows which names a preset finds, so that the file's may be the same.
  if (presets.length > 0) return nothing;
  const path = locateReadable(job, stdOutErrPath(job));
  if (job.sweepGuid !== undefined || startTime === undefined || path === undefined) return nothing;
  const known = readSizes.get(services.metrics) ?? new Map<string, number>();
  readSizes.set(services.metrics, known);
  const hasEnded = isFinished(job.executionState);
  const key = `${job.guid} ${startTime} ${hasEnded}`;
  try {
    const place = await withKey(services, path);
    const size = await services.outputFiles.size(place, metricsFileName);
    if (size === undefined || size === known.get(key)) return nothing;
    const text = await textOf(services, place, size);
    const noteKept = () => {
      if (known.size >= mostRemembered) known.clear();
      known.set(key, size);
    };
    const { reports } = reportsInFile(hasEnded ? text : wholeLines(text), expressions);
    return { points: withSteps(reports, new Map()), noteKept };
  } catch (error) {
    if (error instanceof AppError) return nothing;
    throw error;
  }
}

async function textOf({ outputFiles }: Services, place: StoragePlace, size: number): Promise<string> {
  const parts: Uint8Array[] = [];
  for (let offset = 0; offset < Math.min(size, mostBytes); offset += partBytes) {
    const part = await outputFiles.read(place, metricsFileName, { offset, maxBytes: partBytes });
    if (part === undefined) break;
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}
