// Notifies the triggers that wait for it that a job or a sweep has ended. Which triggers of a workspace wait for ends is read at most
// every few seconds, not for each job that ends.
import { isFinished } from "../../domain/job/machine.ts";
import type { JobDocument } from "../../domain/job/schema.ts";
import { idKey, refOf, workspaceOf } from "../../domain/shared/resource-id.ts";
import type { WorkspaceRef } from "../../domain/shared/resource-id.ts";
import { isSweepOver } from "../../domain/sweep/machine.ts";
import type { SweepDocument } from "../../domain/sweep/schema.ts";
import { isSettled } from "../../domain/trigger/firing.ts";
import { isOtherOutcome, unwanted } from "../../domain/trigger/event.ts";
import type { TriggerEvent } from "../../domain/trigger/event.ts";
import type { TriggerDocument } from "../../domain/trigger/schema.ts";
import { timestamp } from "../../services/clock.ts";
import type { Services } from "../../services/services.ts";
import { allItems } from "../every-item.ts";
import { remembered } from "../remembered.ts";
import type { Remembered } from "../remembered.ts";
import { workflowOf } from "../../domain/workflow/schema.ts";
import { noteWorkflow } from "../workflows/note.ts";
import { openFiring } from "./firings.ts";

/** A trigger that was saved so long ago is notified of every end. */
const triggersKnownMs = 5_000;
const byState = new WeakMap<Services["firings"], Remembered<readonly TriggerDocument[]>>();

/** Repeating it changes nothing. */
export async function notifyTriggers(services: Services, ended: JobDocument | SweepDocument): Promise<void> {
  const end = endOf(ended);
  if (end !== undefined) await notify(services, end, () => true);
}

/** Older ends were told when the service found them. */
const missedMs = 24 * 3_600_000;

/** The same for an end that may have been missed, whatever lost it. */
export async function notifyMissedEnd(services: Services, ended: JobDocument | SweepDocument): Promise<void> {
  const end = endOf(ended);
  if (end === undefined || !(end.at > services.clock.now() - missedMs)) return;
  await notify(services, end, ({ since }) => end.at >= Date.parse(since) + triggersKnownMs);
}

interface End {
  readonly ended: JobDocument | SweepDocument;
  readonly event: TriggerEvent;
  readonly workspace: WorkspaceRef;
  /** Epoch milliseconds; NaN where nobody knows. */
  readonly at: number;
}

async function notify(
  services: Services,
  end: End,
  concerns: (trigger: TriggerDocument) => boolean,
): Promise<void> {
  const { event, workspace } = end;
  for (const trigger of await waitingForEnds(services, workspace)) {
    if (!concerns(trigger)) continue;
    const isWanted = unwanted(trigger.spec, event) === undefined;
    if (isWanted || isOtherOutcome(trigger.spec, event))
      await noteWorkflow(services, end.ended, event, isWanted ? trigger : undefined);
    if (!isWanted) continue;
    const { firing } = await openFiring(services, trigger, event);
    if (isSettled(firing)) continue;
    const at = timestamp(services.clock);
    const { guid } = trigger;
    const ref = refOf<"trigger">(trigger);
    await services.due.add({ at, kind: "firing", trigger: ref, guid, firing: firing.id, since: at });
  }
}

/** Undefined while it goes on. */
function endOf(ended: JobDocument | SweepDocument): End | undefined {
  return ended.kind === "sweep" ? endOfSweep(ended) : endOfJob(ended);
}

function endOfJob(job: JobDocument): End | undefined {
  if (!isFinished(job.executionState)) return undefined;
  const { exitCode, endTime = "" } = job.executionInfo;
  const event: TriggerEvent = {
    kind: "jobCompleted",
    experiment: job.experiment,
    job: job.job,
    guid: job.guid,
    state: job.executionState === "succeeded" ? "succeeded" : "failed",
    ...(exitCode === undefined ? {} : { exitCode }),
    depth: job.startedBy?.depth ?? 0,
    workflow: workflowOf(job),
  };
  return { ended: job, event, workspace: workspaceOf(job), at: Date.parse(endTime) };
}

function endOfSweep(sweep: SweepDocument): End | undefined {
  const { executionState: state, endTime, summary } = sweep;
  if (!isSweepOver(state) || endTime === undefined) return undefined;
  const { best } = summary;
  const isNumber = typeof best?.value === "number" && Number.isFinite(best.value);
  const event: TriggerEvent = {
    kind: "sweepCompleted",
    experiment: sweep.experiment,
    sweep: sweep.sweep,
    guid: sweep.guid,
    endTime,
    state: state === "succeeded" ? "succeeded" : "failed",
    ...(isNumber ? { best: { trial: best.trial, job: best.job, value: Number(best.value) } } : {}),
    depth: sweep.startedBy?.depth ?? 0,
    workflow: workflowOf(sweep),
  };
  return { ended: sweep, event, workspace: workspaceOf(sweep), at: Date.parse(endTime) };
}

function waitingForEnds(services: Services, workspace: WorkspaceRef): Promise<readonly TriggerDocument[]> {
  const known = byState.get(services.firings) ?? remembered(services.clock, triggersKnownMs);
  byState.set(services.firings, known);
  return known.read(idKey(workspace), () => readWaiting(services, workspace));
}

async function readWaiting(services: Services, workspace: WorkspaceRef): Promise<readonly TriggerDocument[]> {
  const triggers = await allItems((page) => services.state.triggers.list(workspace, page));
  return triggers.filter(({ spec }) => spec.on.jobCompleted !== undefined);
}
