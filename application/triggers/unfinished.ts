// What became of what a trigger started. What has not ended is counted where events overlap, and ended where a new one replaces it; what
// failed can be started again.
import { isFinished } from "../../domain/job/machine.ts";
import { formatId } from "../../domain/shared/resource-id.ts";
import { isSweepOver } from "../../domain/sweep/machine.ts";
import { isSettled, isStartMissing, startedOf, startedRef } from "../../domain/trigger/firing.ts";
import type { Firing, Started } from "../../domain/trigger/firing.ts";
import type { TriggerDocument } from "../../domain/trigger/schema.ts";
import type { Unfinished } from "../../services/firings.ts";
import type { Services } from "../../services/services.ts";
import { service } from "../caller.ts";
import { terminateJob } from "../jobs.ts";
import { terminateSweep } from "../sweeps/sweeps.ts";

/** Those that have not ended, or are about to be made. */
export async function stillUnfinished(
  services: Services,
  trigger: TriggerDocument,
  all: readonly Unfinished[],
): Promise<readonly Unfinished[]> {
  const kept = await Promise.all(
    all.map(async (one) => {
      const ended = await hasEnded(services, trigger, one);
      if (ended !== undefined) return !ended;
      const firing = await services.firings.get(trigger.guid, one.firing);
      return firing !== undefined && isStartMissing(firing);
    }),
  );
  return all.filter((_, at) => kept[at]);
}

/** Undefined where there is no such job or sweep. */
async function hasEnded(
  services: Services,
  trigger: TriggerDocument,
  started: Started,
): Promise<boolean | undefined> {
  const ref = startedRef(trigger, started);
  if (ref.kind === "sweep") {
    const sweep = await services.state.sweeps.get(ref);
    return sweep === undefined ? undefined : isSweepOver(sweep.executionState);
  }
  const job = await services.state.jobs.get(ref);
  return job === undefined ? undefined : isFinished(job.executionState);
}

export async function terminateAll(
  services: Services,
  trigger: TriggerDocument,
  all: readonly Started[],
): Promise<void> {
  const caller = { actor: service, link: formatId(trigger) };
  for (const one of all) {
    if ((await hasEnded(services, trigger, one)) === undefined) continue;
    const ref = startedRef(trigger, one);
    await (ref.kind === "sweep"
      ? terminateSweep(services, caller, ref)
      : terminateJob(services, caller, ref));
  }
}

/** The event came to nothing, or what it started ended badly. */
export async function hasFailed(
  services: Services,
  trigger: TriggerDocument,
  firing: Firing,
): Promise<boolean> {
  if (firing.decision === "failed") return true;
  const started = startedOf(firing);
  if (!isSettled(firing) || started === undefined) return false;
  const ref = startedRef(trigger, started);
  const document =
    ref.kind === "sweep" ? await services.state.sweeps.get(ref) : await services.state.jobs.get(ref);
  return document?.executionState === "failed";
}
