// Makes the job or the sweep of an event that was decided to start one, with the rights of whoever saved the trigger. What may pass is
// tried again; anything else is kept with its error and can be replayed.
import type { Who } from "../../domain/access/held.ts";
import { AppError } from "../../domain/shared/errors.ts";
import { formatId, refOf, workspaceOf } from "../../domain/shared/resource-id.ts";
import type { ExperimentRef, JobRef, SweepRef, TriggerRef } from "../../domain/shared/resource-id.ts";
import { isSweepOver } from "../../domain/sweep/machine.ts";
import { depthOf, workflowOfEvent } from "../../domain/trigger/event.ts";
import { mostTries, retryDelayMs, startedOf, startedRef, withStarted } from "../../domain/trigger/firing.ts";
import type { Firing } from "../../domain/trigger/firing.ts";
import type { TriggerDocument, TriggerSpec } from "../../domain/trigger/schema.ts";
import { timestamp } from "../../services/clock.ts";
import type { StoredFiring } from "../../services/firings.ts";
import type { Services } from "../../services/services.ts";
import type { Caller } from "../caller.ts";
import { submitJob } from "../jobs.ts";
import { ensureCluster } from "../on-demand-clusters.ts";
import { createSweep, wakeSweep } from "../sweeps/sweeps.ts";
import { handedOver } from "./handed-over.ts";
import type { Outputs } from "./handed-over.ts";
import { renderedAction } from "./rendered.ts";

export async function submitFiring(
  services: Services,
  trigger: TriggerDocument,
  firing: StoredFiring,
): Promise<StoredFiring> {
  let outputs: Outputs;
  try {
    outputs = await submit(services, trigger, firing);
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
  return write(services, trigger, firing, {
    ...firing,
    submitted: true,
    ...(Object.keys(outputs).length === 0 ? {} : { outputs }),
  });
}

/** @returns what was handed over to it. */
async function submit(services: Services, trigger: TriggerDocument, firing: StoredFiring): Promise<Outputs> {
  const started = startedOf(firing);
  if (started === undefined) throw new Error(`The firing ${firing.id} starts nothing.`);
  const ref = startedRef(trigger, started);
  // It was made by a try that was cut off; the template may have changed since.
  if (await isMade(services, ref, firing)) return firing.outputs ?? stillKnown(services, trigger, firing);
  const rendered = await renderedAction(services, trigger, firing, firing.outputs);
  const caller = callerOf(trigger, firing);
  const { cluster } = trigger.spec.action;
  if (cluster !== undefined) await ensureCluster(services, caller, trigger, cluster);
  if (ref.kind === "sweep" && rendered.kind === "sweep")
    await createSweep(services, caller, ref, rendered.request);
  else if (ref.kind === "job" && rendered.kind === "job")
    await submitJob(services, caller, ref, rendered.request);
  else
    throw new AppError(
      "InvalidRequest",
      `the trigger was changed from ${ref.kind}s to ${rendered.kind}s meanwhile; replay the firing to start one`,
    );
  return rendered.outputs;
}

/** What it was made with, as far as that can still be read. */
async function stillKnown(services: Services, trigger: TriggerDocument, { event }: Firing): Promise<Outputs> {
  try {
    return await handedOver(services, trigger, event);
  } catch (error) {
    if (error instanceof AppError && !error.retryable) return {};
    throw error;
  }
}

async function isMade(services: Services, ref: JobRef | SweepRef, { id }: Firing): Promise<boolean> {
  if (ref.kind === "job") return (await services.state.jobs.get(ref))?.startedBy?.firing === id;
  const sweep = await services.state.sweeps.get(ref);
  if (sweep?.startedBy?.firing !== id) return false;
  if (!isSweepOver(sweep.executionState)) await wakeSweep(services, sweep);
  return true;
}

function callerOf(trigger: TriggerDocument, { id, event }: Firing): Caller {
  const depth = depthOf(event) + 1;
  const workflow = workflowOfEvent(event);
  const link = `${formatId(refOf(trigger))}/firings/${id}`;
  return {
    actor: trigger.savedBy.subject,
    who: saverOf(trigger),
    link,
    startedBy: {
      trigger: formatId(refOf(trigger)),
      firing: id,
      depth,
      ...(workflow === undefined ? {} : { workflow }),
    },
  };
}

/** Whose rights its jobs and sweeps are started with; groups as they were when it was saved. */
export function saverOf({ savedBy: { subject, roles, groups = [] } }: TriggerDocument): Who {
  return { subject, roles, groups };
}

/** Where its jobs and sweeps are made. */
export function experimentOf(trigger: TriggerRef, { action }: TriggerSpec): ExperimentRef {
  return { ...workspaceOf(trigger), kind: "experiment", experiment: action.experiment };
}

async function notSubmitted(
  services: Services,
  trigger: TriggerDocument,
  firing: StoredFiring,
  { reason, mayPass }: { readonly reason: string; readonly mayPass: boolean },
): Promise<StoredFiring> {
  const { clock, due } = services;
  const tries = firing.tries + 1;
  const rest = withStarted(firing);
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
