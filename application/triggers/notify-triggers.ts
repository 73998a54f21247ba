// Notifies the triggers that wait for it that a job has ended. Which triggers of a workspace wait for jobs is read at most every few
// seconds, not for each job that ends.
import { isFinished } from "../../domain/job/machine.ts";
import type { JobDocument } from "../../domain/job/schema.ts";
import { idKey, refOf, workspaceOf } from "../../domain/shared/resource-id.ts";
import type { WorkspaceRef } from "../../domain/shared/resource-id.ts";
import { isSettled } from "../../domain/trigger/firing.ts";
import { unwanted } from "../../domain/trigger/event.ts";
import type { TriggerEvent } from "../../domain/trigger/event.ts";
import type { TriggerDocument } from "../../domain/trigger/schema.ts";
import { timestamp } from "../../services/clock.ts";
import type { Services } from "../../services/services.ts";
import { allItems } from "../every-item.ts";
import { remembered } from "../remembered.ts";
import type { Remembered } from "../remembered.ts";
import { openFiring } from "./firings.ts";

/** A trigger that was saved so long ago is notified of every job that ends. */
const triggersKnownMs = 5_000;
const byState = new WeakMap<Services["firings"], Remembered<readonly TriggerDocument[]>>();

/** Repeating it changes nothing. */
export async function notifyTriggers(services: Services, job: JobDocument): Promise<void> {
  if (isFinished(job.executionState)) await notify(services, job, () => true);
}

/** Older ends were told when the service found them. */
const missedMs = 24 * 3_600_000;

/** The same for an end that may have been missed, whatever lost it. */
export async function notifyMissedEnd(services: Services, job: JobDocument): Promise<void> {
  const ended = Date.parse(job.executionInfo.endTime ?? "");
  if (!isFinished(job.executionState) || !(ended > services.clock.now() - missedMs)) return;
  await notify(services, job, ({ since }) => ended >= Date.parse(since) + triggersKnownMs);
}

async function notify(
  services: Services,
  job: JobDocument,
  concerns: (trigger: TriggerDocument) => boolean,
): Promise<void> {
  const event = endOf(job);
  for (const trigger of await waitingForJobs(services, workspaceOf(job))) {
    if (unwanted(trigger.spec, event) !== undefined || !concerns(trigger)) continue;
    const { firing } = await openFiring(services, trigger, event);
    if (isSettled(firing)) continue;
    const at = timestamp(services.clock);
    const { guid } = trigger;
    const ref = refOf<"trigger">(trigger);
    await services.due.add({ at, kind: "firing", trigger: ref, guid, firing: firing.id, since: at });
  }
}

function endOf(job: JobDocument): TriggerEvent {
  const { exitCode } = job.executionInfo;
  return {
    kind: "jobCompleted",
    experiment: job.experiment,
    job: job.job,
    guid: job.guid,
    state: job.executionState === "succeeded" ? "succeeded" : "failed",
    ...(exitCode === undefined ? {} : { exitCode }),
    depth: job.startedBy?.depth ?? 0,
  };
}

function waitingForJobs(services: Services, workspace: WorkspaceRef): Promise<readonly TriggerDocument[]> {
  const known = byState.get(services.firings) ?? remembered(services.clock, triggersKnownMs);
  byState.set(services.firings, known);
  return known.read(idKey(workspace), () => readWaiting(services, workspace));
}

async function readWaiting(services: Services, workspace: WorkspaceRef): Promise<readonly TriggerDocument[]> {
  const triggers = await allItems((page) => services.state.triggers.list(workspace, page));
  return triggers.filter(({ spec }) => spec.on.jobCompleted !== undefined);
}
