// What somebody asks of a trigger by hand: a try that writes nothing, a run, the fire times that passed, those that failed.
import { fireTimesAfter } from "../../domain/schedule/fire-times.ts";
import type { FireTime } from "../../domain/schedule/fire-times.ts";
import { AppError } from "../../domain/shared/errors.ts";
import { decide } from "../../domain/trigger/decide.ts";
import { gathers, unwanted } from "../../domain/trigger/event.ts";
import type { Parameters, TriggerEvent } from "../../domain/trigger/event.ts";
import { isSettled } from "../../domain/trigger/firing.ts";
import type { Firing } from "../../domain/trigger/firing.ts";
import type { Overlap, TriggerDocument } from "../../domain/trigger/schema.ts";
import { withoutSecrets } from "../../domain/trigger/template-secrets.ts";
import { timestamp } from "../../services/clock.ts";
import { firingId, startedNameOf } from "../../services/firing-names.ts";
import type { StoredFiring } from "../../services/firings.ts";
import type { Services } from "../../services/services.ts";
import { heldOn } from "../access.ts";
import type { Caller } from "../caller.ts";
import { onDemandRef } from "../on-demand-clusters.ts";
import { batchPoll, fireByHand, gatheringReason, scheduleRecheck, settleFiring } from "./firings.ts";
import { recordRequest } from "./record-request.ts";
import { renderedAction } from "./rendered.ts";
import type { Rendered } from "./rendered.ts";
import { experimentOf, saverOf } from "./submit-firing.ts";

export interface Trial {
  readonly wouldStart: boolean;
  readonly reason: string;
  /** The firing that the event has, or would have. */
  readonly firing: string;
  readonly job?: Shown;
  readonly sweep?: Shown;
  /** That is made for it, where there is none. */
  readonly cluster?: Shown & { readonly isThere: boolean };
}

interface Shown {
  readonly name: string;
  readonly body: unknown;
}

/** What an event would come to. Writes nothing. */
export async function tryTrigger(
  services: Services,
  trigger: TriggerDocument,
  event: TriggerEvent,
): Promise<Trial> {
  const id = firingId(trigger, event);
  const no = (reason: string): Trial => ({ wouldStart: false, reason, firing: id });
  const reason = unwanted(trigger.spec, event);
  if (reason !== undefined) return no(reason);
  if (gathers(trigger.spec, event)) return no(`${gatheringReason}; test a blobBatch to see its job`);
  const known = await services.firings.get(trigger.guid, id);
  if (known !== undefined && isSettled(known)) return no(`already done: ${known.decision}: ${known.reason}`);
  let rendered: Rendered;
  try {
    rendered = await renderedAction(services, trigger, { id, event });
  } catch (error) {
    if (error instanceof AppError) return no(`${error.code}: ${error.message}`);
    throw error;
  }
  const { all } = await services.firings.unfinished(trigger.guid);
  const now = timestamp(services.clock);
  const firing: Firing = {
    ...{ id, event, receivedAt: now, decidedAt: now, decision: "waiting", reason: "" },
    ...{ tries: 0, submitted: false, duplicates: 0 },
  };
  const active = trigger.spec.overlap === "allow" ? 0 : all.length;
  const { roles: saversRoles } = await heldOn(
    services,
    saverOf(trigger),
    experimentOf(trigger, trigger.spec),
  );
  const situation = { saversRoles, now: services.clock.now(), active, queued: 0 };
  const verdict = decide(trigger, firing, situation);
  return {
    wouldStart: verdict.decision === "started",
    reason: verdict.reason,
    firing: id,
    [rendered.kind]: {
      name: startedNameOf(trigger, { event, id }),
      body: withoutSecrets(rendered.request).template,
    },
    ...(await shownCluster(services, trigger)),
  };
}

async function shownCluster(services: Services, trigger: TriggerDocument): Promise<Pick<Trial, "cluster">> {
  const { cluster } = trigger.spec.action;
  if (cluster === undefined) return {};
  const found = await services.state.clusters.get(onDemandRef(trigger, cluster));
  const { name, properties } = cluster;
  const body = withoutSecrets({ properties }).template;
  return { cluster: { name, isThere: found !== undefined, body } };
}

/** @param id of the request: asking twice with the same is asking once. */
export async function runTrigger(
  services: Services,
  caller: Caller,
  trigger: TriggerDocument,
  id: string,
  parameters: Parameters,
): Promise<StoredFiring> {
  const { blobCreated, jobCompleted } = trigger.spec.on;
  if (blobCreated !== undefined || jobCompleted !== undefined)
    throw new AppError(
      "InvalidRequest",
      "A trigger for blobs or jobs runs for one of them only; replay a firing, or upload the blob again.",
    );
  const event = { kind: "run", id, parameters } as const;
  if (!(await isKnown(services, trigger, event)))
    await recordRequest(services, caller, trigger, "run requested");
  return fireByHand(services, trigger, event);
}

const isKnown = async (services: Services, trigger: TriggerDocument, event: TriggerEvent) =>
  (await services.firings.get(trigger.guid, firingId(trigger, event))) !== undefined;

export const mostBackfilled = 500;

/** @throws AppError InvalidRequest when the trigger has no schedule, or the period too many fire times. */
export function timesToBackfill(
  { spec }: TriggerDocument,
  period: { readonly from: string; readonly to: string },
): readonly FireTime[] {
  const { schedule } = spec.on;
  if (schedule === undefined)
    throw new AppError("InvalidRequest", "Only a trigger with a schedule has fire times that passed.");
  const to = Date.parse(period.to);
  const times = fireTimesAfter(schedule, Date.parse(period.from) - 1, mostBackfilled + 1);
  const found = times.filter(({ at }) => at < to);
  if (found.length > mostBackfilled)
    throw new AppError(
      "InvalidRequest",
      `from, to: there are more than ${mostBackfilled} fire times between them; ask for less at once`,
      { target: "to" },
    );
  return found;
}

export async function backfill(
  services: Services,
  caller: Caller,
  trigger: TriggerDocument,
  times: readonly FireTime[],
  overlap: Overlap,
): Promise<readonly Firing[]> {
  const events = times.map(({ at, edge }) => {
    const time = new Date(at).toISOString();
    return { kind: "schedule", time, ...(edge === undefined ? {} : { edge }) } as const;
  });
  const firings: Firing[] = [];
  let isRecorded = false;
  for (const event of events) {
    if (!isRecorded && !(await isKnown(services, trigger, event))) {
      isRecorded = true;
      const period = `${events[0]?.time} to ${events.at(-1)?.time}`;
      await recordRequest(services, caller, trigger, `backfill requested: fire times from ${period}`);
    }
    firings.push(await fireByHand(services, trigger, event, { overlap }));
  }
  return firings;
}

/** @param ids of firings. @throws AppError FiringNotFound */
export async function replayFirings(
  services: Services,
  caller: Caller,
  trigger: TriggerDocument,
  ids: readonly string[],
): Promise<readonly Firing[]> {
  for (const id of ids) {
    if (!isReplayable(await knownFiring(services, trigger, id))) continue;
    await recordRequest(services, caller, trigger, `replay requested of ${countOf(ids)}`);
    break;
  }
  const replayed: Firing[] = [];
  for (const id of ids) replayed.push(await replayFiring(services, trigger, id));
  return replayed;
}

const countOf = ({ length }: readonly string[]) => (length === 1 ? "one firing" : `${length} firings`);

const isReplayable = ({ decision }: Firing) => decision === "failed" || decision === "skipped";

async function knownFiring(
  services: Services,
  { guid, trigger }: TriggerDocument,
  id: string,
): Promise<StoredFiring> {
  const found = await services.firings.get(guid, id);
  if (found !== undefined) return found;
  throw new AppError("FiringNotFound", `The trigger ${trigger} has no firing ${id.slice(0, 80)}.`);
}

/** A firing that started a job or a sweep stays as it is. */
async function replayFiring(services: Services, trigger: TriggerDocument, id: string): Promise<Firing> {
  for (;;) {
    const found = await knownFiring(services, trigger, id);
    if (!isReplayable(found)) return settleFiring(services, trigger, found);
    const asked = { decision: "waiting", reason: "replayed; nothing is decided yet", tries: 0 } as const;
    const again = { ...found, ...asked, replayed: true, decidedAt: timestamp(services.clock) };
    const gathering = gathers(trigger.spec, found.event);
    const next = gathering ? { ...again, reason: gatheringReason, gathering } : again;
    await (gathering
      ? services.due.add(batchPoll(services, trigger))
      : scheduleRecheck(services, trigger, found));
    const written = await services.firings.write(trigger.guid, found, next);
    if (written !== "conflict") return settleFiring(services, trigger, written);
  }
}
