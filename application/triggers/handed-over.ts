// What a job or a sweep that ended hands to what follows it, as it is when that is made.
import { metricRunOf } from "../../domain/metric/run.ts";
import type { JobDocument } from "../../domain/job/schema.ts";
import { AppError } from "../../domain/shared/errors.ts";
import { workspaceOf } from "../../domain/shared/resource-id.ts";
import type { TriggerEvent } from "../../domain/trigger/event.ts";
import { outputValues } from "../../domain/trigger/job-outputs.ts";
import type { TriggerDocument } from "../../domain/trigger/schema.ts";
import type { Services } from "../../services/services.ts";

/** By the names that expressions have. @throws AppError InvalidRequest when it lacks something. */
export async function handedOver(
  services: Services,
  trigger: TriggerDocument,
  event: TriggerEvent,
): Promise<Readonly<Record<string, number>>> {
  const declared = trigger.spec.on.jobCompleted?.outputs;
  if (declared === undefined || (event.kind !== "jobCompleted" && event.kind !== "sweepCompleted")) return {};
  const job = await reporting(services, trigger, event);
  const read = outputValues(declared, job.job, await services.metrics.list(metricRunOf(job)));
  if (read.kind === "refused") throw new AppError("InvalidRequest", read.problem);
  return read.values;
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
