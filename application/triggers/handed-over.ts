// What a job or a sweep that ended hands to what follows it, as it is when that is made.
import { metricRunOf } from "../../domain/metric/run.ts";
import type { JobDocument } from "../../domain/job/schema.ts";
import { AppError } from "../../domain/shared/errors.ts";
import { workspaceOf } from "../../domain/shared/resource-id.ts";
import type { TriggerEvent } from "../../domain/trigger/event.ts";
import { outputValues, reportsNeeded } from "../../domain/trigger/job-outputs.ts";
import type { OutputValue } from "../../domain/trigger/job-outputs.ts";
import { mostOutputBytes, outputsFile, readOutputs } from "../../domain/trigger/reported-outputs.ts";
import type { ReportedOutputs } from "../../domain/trigger/reported-outputs.ts";
import type { TriggerDocument } from "../../domain/trigger/schema.ts";
import type { Services } from "../../services/services.ts";
import { openPlace } from "../job-files.ts";

/** By the names that expressions have. */
export type Outputs = Readonly<Record<string, OutputValue>>;

/** @throws AppError InvalidRequest when it lacks something. */
export async function handedOver(
  services: Services,
  trigger: TriggerDocument,
  event: TriggerEvent,
): Promise<Outputs> {
  const declared = trigger.spec.on.jobCompleted?.outputs;
  if (declared === undefined || (event.kind !== "jobCompleted" && event.kind !== "sweepCompleted")) return {};
  const job = await reporting(services, trigger, event);
  const needed = reportsNeeded(declared);
  const [metrics, outputs] = await Promise.all([
    needed.metrics ? services.metrics.list(metricRunOf(job)) : [],
    needed.file ? outputsOf(services, job) : { values: new Map() },
  ]);
  const read = outputValues(declared, { job: job.job, metrics, outputs });
  if (read.kind === "refused") throw new AppError("InvalidRequest", read.problem);
  return read.values;
}

async function outputsOf(services: Services, job: JobDocument): Promise<ReportedOutputs> {
  const place = await openPlace(services, job, "stdouterr", ".");
  const range = { offset: 0, maxBytes: mostOutputBytes + 1 };
  const bytes = (await services.outputFiles.read(place, outputsFile, range)) ?? new Uint8Array();
  if (bytes.length > mostOutputBytes)
    throw new AppError(
      "InvalidRequest",
      `the outputs file of the job ${job.job} has more than ${mostOutputBytes} bytes; report less, and numbers as metrics`,
    );
  return readOutputs(new TextDecoder("utf-8").decode(bytes));
}

/** The job that ended; of a sweep, that of its best trial. */
async function reporting(
  services: Services,
  trigger: TriggerDocument,
  event: Extract<TriggerEvent, { kind: "jobCompleted" | "sweepCompleted" }>,
): Promise<JobDocument> {
  const { experiment } = event;
  const find = (job: string) =>
    services.state.jobs.get({ ...workspaceOf(trigger), kind: "job", experiment, job });
  if (event.kind === "jobCompleted") {
    const found = await find(event.job);
    // One of the same name that came later is another.
    if (found?.guid === event.guid) return found;
    throw new AppError("InvalidRequest", `the job ${event.job} is gone, and its outputs with it`);
  }
  if (event.best === undefined)
    throw new AppError(
      "InvalidRequest",
      `the sweep ${event.sweep} has no best trial to hand over outputs of`,
    );
  const found = await find(event.best.job);
  if (found?.sweepGuid === event.guid) return found;
  throw new AppError(
    "InvalidRequest",
    `the job ${event.best.job} of the sweep's best trial is gone, and its outputs with it`,
  );
}
