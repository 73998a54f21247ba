// What can be done with a sweep: create, terminate, resume, extend, run failed trials again, end one trial.
import { instances } from "../../contracts/instances.ts";
import { runSweepOrchestration } from "../../contracts/orchestrations.ts";
import { identityOf } from "../../domain/kinds.ts";
import { guid } from "../../domain/shared/brand.ts";
import { AppError } from "../../domain/shared/errors.ts";
import type { SweepRef } from "../../domain/shared/resource-id.ts";
import { leavesPriceOut } from "../../domain/sweep/budget.ts";
import {
  extendedSweep,
  newSweep,
  patchedSweep,
  putSweepAgain,
  resumedSweep,
  retriedTrials,
  terminatingSweep,
  withoutTrial,
} from "../../domain/sweep/rules.ts";
import type { Extension } from "../../domain/sweep/rules.ts";
import type { SweepDocument } from "../../domain/sweep/schema.ts";
import type { SweepRequest } from "../../domain/sweep/spec.ts";
import type { Trial } from "../../domain/sweep/trial.ts";
import type { Services } from "../../services/services.ts";
import { changeBy, makerOf } from "../caller.ts";
import type { Caller } from "../caller.ts";
import { existing, open, refuseOrphan } from "../existing.ts";
import { startOrWake } from "../orchestrations.ts";
import { pricedExtension } from "./prices.ts";
import { preparedSweep } from "./request.ts";
import { templateSecret } from "./template.ts";

/** Asking twice for the same is asking once. @throws AppError Conflict when there is another sweep of that name. */
export async function createSweep(
  services: Services,
  caller: Caller,
  ref: SweepRef,
  request: SweepRequest,
): Promise<SweepDocument> {
  await open(services, { ...ref, kind: "experiment" });
  const prepared = await preparedSweep(services, caller.who, ref, request);
  const { tags } = request;
  const { algorithm, budget } = request.properties;
  const again = {
    ...prepared,
    tags,
    seedGiven: algorithm.seed !== undefined,
    priceGiven: !leavesPriceOut(budget),
  };
  const before = await services.state.sweeps.get(ref);
  if (before !== undefined) return putAgain(services, before, again);
  const fresh = newSweep(
    ref,
    guid(services.random.uuid()),
    { ...prepared, tags, startedBy: caller.startedBy, madeBy: makerOf(caller) },
    new Date(services.clock.now()),
  );
  await services.secrets.put(
    fresh.guid,
    new Map([[templateSecret, JSON.stringify(request.properties.trial)]]),
  );
  const made = await services.state.sweeps.create(ref, fresh, changeBy(services, caller, "created"));
  if (!made.created) {
    await services.secrets.remove(fresh.guid);
    return putAgain(services, made.document, again);
  }
  await refuseOrphan(services, ref, made.document);
  await wakeSweep(services, made.document);
  return made.document;
}

async function putAgain(
  services: Services,
  before: SweepDocument,
  asked: Parameters<typeof putSweepAgain>[1],
): Promise<SweepDocument> {
  const kept = putSweepAgain(before, asked);
  await wakeSweep(services, kept);
  return kept;
}

/** Whoever runs the sweep looks at it now. */
export async function wakeSweep(services: Services, sweep: SweepDocument): Promise<void> {
  await startOrWake(services, runSweepOrchestration, instances.runSweep(sweep.guid), {
    sweep: identityOf(sweep),
  });
}

export function terminateSweep(services: Services, caller: Caller, ref: SweepRef): Promise<SweepDocument> {
  return change(services, caller, ref, "terminate requested", terminatingSweep);
}

export function resumeSweep(services: Services, caller: Caller, ref: SweepRef): Promise<SweepDocument> {
  return change(services, caller, ref, "resumed", resumedSweep);
}

export async function extendSweep(
  services: Services,
  caller: Caller,
  ref: SweepRef,
  asked: Extension,
): Promise<SweepDocument> {
  const extension = await pricedExtension(services, ref, asked);
  return change(services, caller, ref, "extended", (sweep, now) => extendedSweep(sweep, extension, now));
}

export async function patchSweep(
  services: Services,
  caller: Caller,
  ref: SweepRef,
  patch: Parameters<typeof patchedSweep>[1],
): Promise<SweepDocument> {
  const { tags } = patch;
  const extension = patch.extension && (await pricedExtension(services, ref, patch.extension));
  return change(services, caller, ref, "changed", (sweep) => patchedSweep(sweep, { tags, extension }));
}

export interface Retry {
  /** Only trials that ended with one of these exit codes. */
  readonly exitCodes?: readonly number[] | undefined;
  readonly states: readonly Trial["state"][];
  /** Only these. */
  readonly trials?: readonly number[] | undefined;
}

/** @returns the sweep, and the trials that will run again. */
export async function retryTrials(services: Services, caller: Caller, ref: SweepRef, retry: Retry) {
  const sweep = await existing(services, ref);
  const stored = await services.sweepRecords.read(sweep.guid);
  const chosen = (stored?.record.trials ?? [])
    .filter(
      ({ index, state, exitCode }) =>
        retry.states.includes(state) &&
        (retry.exitCodes === undefined || (exitCode !== undefined && retry.exitCodes.includes(exitCode))) &&
        (retry.trials === undefined || retry.trials.includes(index)),
    )
    .map(({ index, attempt }) => ({ trial: index, attempt }));
  const changed = await change(services, caller, ref, `${chosen.length} trials retried`, (found, now) =>
    retriedTrials(found, chosen, now),
  );
  return { sweep: changed, trials: chosen.map(({ trial }) => trial) };
}

export async function terminateTrial(
  services: Services,
  caller: Caller,
  ref: SweepRef,
  trial: number,
): Promise<SweepDocument> {
  const { summary } = await existing(services, ref);
  if (trial >= summary.total) throw trialNotFound(ref, trial);
  return change(services, caller, ref, `terminate requested of trial ${trial}`, (sweep) =>
    withoutTrial(sweep, trial),
  );
}

export function trialNotFound({ sweep }: SweepRef, trial: number): AppError {
  return new AppError("TrialNotFound", `The sweep ${sweep} has no trial ${trial}`);
}

async function change(
  services: Services,
  caller: Caller,
  ref: SweepRef,
  cause: string,
  next: (sweep: SweepDocument, now: Date) => SweepDocument,
): Promise<SweepDocument> {
  await existing(services, ref);
  const now = new Date(services.clock.now());
  const changed = await services.state.sweeps.update(
    ref,
    (found) => next(found, now),
    () => changeBy(services, caller, cause),
  );
  if (changed === undefined) return existing(services, ref);
  await wakeSweep(services, changed);
  return changed;
}
