// Makes the job of an event that was decided to start one, with the rights of whoever saved the trigger. What may pass is
// tried again; anything else is kept with its error and can be replayed.
import type { Who } from "../../domain/access/held.ts";
import { JobRequest } from "../../domain/job/schema.ts";
import { AppError } from "../../domain/shared/errors.ts";
import { parse } from "../../domain/shared/parse.ts";
import { formatId, refOf, workspaceOf } from "../../domain/shared/resource-id.ts";
import type { ExperimentRef, JobRef, TriggerRef } from "../../domain/shared/resource-id.ts";
import { metricRunOf } from "../../domain/metric/run.ts";
import { valuesOf } from "../../domain/trigger/event.ts";
import type { TriggerEvent } from "../../domain/trigger/event.ts";
import { outputValues } from "../../domain/trigger/job-outputs.ts";
import { mostTries, retryDelayMs } from "../../domain/trigger/firing.ts";
import type { Firing } from "../../domain/trigger/firing.ts";
import type { TriggerDocument, TriggerSpec } from "../../domain/trigger/schema.ts";
import { withSecrets } from "../../domain/trigger/template-secrets.ts";
import { render } from "../../domain/trigger/template.ts";
import { timestamp } from "../../services/clock.ts";
import type { StoredFiring } from "../../services/firings.ts";
import type { Services } from "../../services/services.ts";
import type { Caller } from "../caller.ts";
import { submitJob } from "../jobs.ts";

export async function submitFiring(
  services: Services,
  trigger: TriggerDocument,
  firing: StoredFiring,
): Promise<StoredFiring> {
  try {
    await submit(services, trigger, firing);
  } catch (error) {
    const known = error instanceof AppError ? error : undefined;
    if (known === undefined)
      services.logger.error("firing.submissionFailed", {
        trigger: trigger.guid,
        firing: firing.id,
        reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    const reason =
      known === undefined ? "the service failed unexpectedly" : `${known.code}: ${known.message}`;
    // A quota may be free again in a moment.
    const mayPass = known === undefined || known.retryable || known.code === "OperationNotAllowed";
    return notSubmitted(services, trigger, firing, { reason, mayPass });
  }
  return write(services, trigger, firing, { ...firing, submitted: true });
}

async function submit(services: Services, trigger: TriggerDocument, firing: StoredFiring): Promise<void> {
  const { job } = firing;
  if (job === undefined) throw new Error(`The firing ${firing.id} starts no job.`);
  const { experiment, name } = job;
  const ref: JobRef = { ...workspaceOf(trigger), kind: "job", experiment, job: name };
  // It was made by a try that was cut off; the template may have changed since.
  if ((await services.state.jobs.get(ref))?.startedBy?.firing === firing.id) return;
  const request = await jobOf(services, trigger, firing);
  await submitJob(services, callerOf(trigger, firing), ref, request);
}

function callerOf(trigger: TriggerDocument, { id, event }: Firing): Caller {
  const depth = (event.kind === "jobCompleted" ? event.depth : 0) + 1;
  const link = `${formatId(refOf(trigger))}/firings/${id}`;
  return {
    actor: trigger.savedBy.subject,
    who: saverOf(trigger),
    link,
    startedBy: { trigger: formatId(refOf(trigger)), firing: id, depth },
  };
}

/** Whose rights its jobs are started with; groups as they were when it was saved. */
export function saverOf({ savedBy: { subject, roles, groups = [] } }: TriggerDocument): Who {
  return { subject, roles, groups };
}

/** Where its jobs are made. */
export function experimentOf(trigger: TriggerRef, { action }: TriggerSpec): ExperimentRef {
  return { ...workspaceOf(trigger), kind: "experiment", experiment: action.experiment };
}

/** What the job that ended hands over, as it is when the next one is made. @throws AppError InvalidRequest when it lacks something. */
async function outputsOf(
  services: Services,
  trigger: TriggerDocument,
  event: TriggerEvent,
): Promise<Readonly<Record<string, number>>> {
  const declared = trigger.spec.on.jobCompleted?.outputs;
  if (declared === undefined || event.kind !== "jobCompleted") return {};
  const { experiment, job } = event;
  const found = await services.state.jobs.get({ ...workspaceOf(trigger), kind: "job", experiment, job });
  // One of the same name that came later is another.
  if (found?.guid !== event.guid)
    throw new AppError("InvalidRequest", `the job ${job} is gone, and its outputs with it`);
  const read = outputValues(declared, job, await services.metrics.list(metricRunOf(found)));
  if (read.kind === "refused") throw new AppError("InvalidRequest", read.problem);
  return read.values;
}

/** @param sampleOutputs instead of those of the job that ended. @throws AppError InvalidRequest when the event does not fit the template. */
export async function jobOf(
  services: Services,
  trigger: TriggerDocument,
  firing: Pick<Firing, "id" | "event">,
  sampleOutputs?: Readonly<Record<string, number>>,
): Promise<JobRequest> {
  const { spec } = trigger;
  const names = { trigger: trigger.trigger, firing: firing.id };
  const values = valuesOf(spec, firing.event, names, new Date(services.clock.now()));
  if (values.kind === "refused") throw new AppError("InvalidRequest", values.problem);
  const outputs = sampleOutputs ?? (await outputsOf(services, trigger, firing.event));
  const rendered = render(spec.action.job, { ...values.values, ...outputs });
  if (rendered.kind === "refused") throw new AppError("InvalidRequest", rendered.problem);
  // After the values: a secret is no template.
  const body = withSecrets(rendered.value, await services.secrets.get(trigger.guid));
  return parse(JobRequest, body, { what: "The job that the trigger makes" });
}

async function notSubmitted(
  services: Services,
  trigger: TriggerDocument,
  firing: StoredFiring,
  { reason, mayPass }: { readonly reason: string; readonly mayPass: boolean },
): Promise<StoredFiring> {
  const { clock, due } = services;
  const tries = firing.tries + 1;
  const { job: _, ...rest } = firing;
  const at = timestamp(clock);
  if (!mayPass || tries >= mostTries)
    return write(services, trigger, firing, { ...rest, tries, decision: "failed", reason, decidedAt: at });
  const delayMs = retryDelayMs(tries);
  const next = new Date(clock.now() + delayMs).toISOString();
  const ref = refOf<"trigger">(trigger);
  await due.add({ at: next, kind: "firing", trigger: ref, guid: trigger.guid, firing: firing.id, since: at });
  const waiting = { decision: "waiting", reason: `${reason} (tried again at ${next})` } as const;
  return write(services, trigger, firing, { ...rest, tries, ...waiting, decidedAt: at });
}

/** Somebody else's word on the same firing counts as well: both did the same. */
async function write(
  services: Services,
  { guid }: TriggerDocument,
  before: StoredFiring,
  next: Firing,
): Promise<StoredFiring> {
  const written = await services.firings.write(guid, before, next);
  return written === "conflict" ? ((await services.firings.get(guid, before.id)) ?? before) : written;
}
