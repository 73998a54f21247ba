// From an event to its job or sweep. The event's row in the ledger is there before anything else, the decision is one transaction with what
// it counted, and the name of the job is derived from the event: whatever is cut off goes on from the ledger, and
// doing a step twice is doing it once.
// Why it is so: docs/adr/0033-an-event-has-a-row-before-its-job.md
import { refOf } from "../../domain/shared/resource-id.ts";
import { templateOf } from "../../domain/trigger/action.ts";
import { decide } from "../../domain/trigger/decide.ts";
import { gathers } from "../../domain/trigger/event.ts";
import type { TriggerEvent } from "../../domain/trigger/event.ts";
import { isSettled, isStartMissing, startedOf, withStarted } from "../../domain/trigger/firing.ts";
import type { Decision, Firing } from "../../domain/trigger/firing.ts";
import { msOf } from "../../domain/trigger/quiet-window.ts";
import type { TriggerDocument } from "../../domain/trigger/schema.ts";
import { timestamp } from "../../services/clock.ts";
import type { DueEntry } from "../../services/due.ts";
import { firingId, startedNameOf } from "../../services/firing-names.ts";
import type { StoredFiring, UnfinishedOfTrigger } from "../../services/firings.ts";
import type { Services } from "../../services/services.ts";
import { heldOn } from "../access.ts";
import { experimentOf, saverOf, submitFiring } from "./submit-firing.ts";
import { stillUnfinished, terminateAll } from "./unfinished.ts";

export interface Fired {
  readonly firing: StoredFiring;
  /** The event had been told before, and is done with. */
  readonly isDuplicate: boolean;
}

export type How = Partial<Pick<Firing, "delivery" | "superseded" | "overlap" | "gathering">>;

/** An event of a trigger, told for the first time or again. */
export async function fire(
  services: Services,
  trigger: TriggerDocument,
  event: TriggerEvent,
  how: How = {},
): Promise<Fired> {
  const gathering = gathers(trigger.spec, event) && trigger.enabled;
  if (gathering) await services.due.add(batchPoll(services, trigger));
  const opened = await openFiring(services, trigger, event, gathering ? { ...how, gathering } : how);
  // One that is queued has its turn after those before it.
  const goesOn = !isSettled(opened.firing) && opened.firing.decision !== "queued";
  if (opened.isNew || goesOn)
    return { firing: await settleFiring(services, trigger, opened.firing), isDuplicate: false };
  const { firing } = opened;
  if (firing.decision !== "queued" && how.delivery !== undefined && how.delivery !== firing.delivery)
    await recordDuplicate(services, trigger, firing, how.delivery);
  return { firing, isDuplicate: true };
}

/** The event is known from now on, and is done with when its time comes. */
export async function openFiring(
  services: Services,
  trigger: TriggerDocument,
  event: TriggerEvent,
  how: How = {},
): Promise<{ readonly firing: StoredFiring; readonly isNew: boolean }> {
  return services.firings.open(trigger.guid, received(services, trigger, event, how));
}

/** Its firing as it is at first. */
export function received(
  services: Services,
  trigger: TriggerDocument,
  event: TriggerEvent,
  how: How = {},
): Firing {
  const now = timestamp(services.clock);
  return {
    ...how,
    id: firingId(trigger, event),
    event,
    receivedAt: now,
    decision: "waiting",
    reason: how.gathering === true ? gatheringReason : "received; nothing is decided yet",
    decidedAt: now,
    tries: 0,
    submitted: false,
    duplicates: 0,
  };
}

export const gatheringReason = "waits until no more blobs come, to be in one batch with them";

async function recordDuplicate(
  services: Services,
  trigger: TriggerDocument,
  known: StoredFiring,
  delivery: string,
): Promise<void> {
  let first: StoredFiring | undefined = known;
  while (first !== undefined) {
    const copy = duplicateOf(first, delivery, timestamp(services.clock));
    if ((await services.firings.duplicate(trigger.guid, first, copy)) === "written") return;
    first = await services.firings.get(trigger.guid, known.id);
  }
}

function duplicateOf({ etag: _, ...first }: StoredFiring, delivery: string, now: string): Firing {
  const started = startedOf(first);
  const outcome = started === undefined ? `was ${first.decision}` : `started ${started.kind} ${started.name}`;
  return {
    ...first,
    id: `${first.id}-${first.duplicates + 1}`,
    receivedAt: now,
    decidedAt: now,
    decision: "duplicate",
    reason: `already done: the same event ${outcome}`,
    duplicates: 0,
    delivery,
  };
}

const mostConflicts = 50;

/** Decides what is open, and makes the job or the sweep that is missing. @returns the firing as it is then. */
export async function settleFiring(
  services: Services,
  trigger: TriggerDocument,
  opened: StoredFiring,
): Promise<StoredFiring> {
  let firing = opened;
  for (let conflicts = 0; conflicts < mostConflicts; conflicts += 1) {
    if (isSettled(firing) || firing.gathering === true) return firing;
    const decided =
      firing.decision === "started" || firing.decision === "replayed"
        ? firing
        : await decideFiring(services, trigger, firing);
    if (decided !== "conflict")
      return isStartMissing(decided) ? submitFiring(services, trigger, decided) : decided;
    const found = await services.firings.get(trigger.guid, firing.id);
    if (found === undefined) return firing;
    firing = found;
  }
  throw new Error(`The firing ${firing.id} is being changed by too many at once.`);
}

async function decideFiring(
  services: Services,
  trigger: TriggerDocument,
  firing: StoredFiring,
): Promise<StoredFiring | "conflict"> {
  const { clock, firings } = services;
  const counts = (firing.overlap ?? trigger.spec.overlap) !== "allow";
  const before: UnfinishedOfTrigger = counts ? await firings.unfinished(trigger.guid) : { all: [] };
  const living = await stillUnfinished(services, trigger, before.all);
  const queued = counts && firing.decision !== "queued" ? (await firings.queued(trigger.guid, 1)).length : 0;
  const { roles: saversRoles } = await heldOn(
    services,
    saverOf(trigger),
    experimentOf(trigger, trigger.spec),
  );
  const verdict = decide(trigger, firing, {
    saversRoles,
    now: clock.now(),
    active: living.length,
    queued,
  });
  if (verdict.decision === "queued") {
    await services.due.add(queuePoll(services, trigger));
    if (firing.decision === "queued") return firing;
  }
  const isStarted = verdict.decision === "started";
  // From now on nobody finds it in the queue.
  if (isStarted && firing.decision === "queued") await scheduleRecheck(services, trigger, firing);
  if (isStarted && verdict.replaces) await terminateAll(services, trigger, living);
  const { action } = trigger.spec;
  const name = startedNameOf(trigger, firing);
  const started = { kind: templateOf(action).kind, experiment: action.experiment, name };
  const decision: Decision = isStarted && firing.replayed === true ? "replayed" : verdict.decision;
  const told = { decision, reason: verdict.reason, decidedAt: timestamp(clock) };
  const next = withStarted({ ...firing, ...told }, isStarted ? started : undefined);
  const left = isStarted && verdict.replaces ? [] : living;
  const unfinished = isStarted ? [...left, { firing: firing.id, ...started }] : left;
  return firings.write(trigger.guid, firing, next, counts ? { before, next: unfinished } : undefined);
}

/** What somebody asked for by hand, which nothing else would bring again. */
export async function fireByHand(
  services: Services,
  trigger: TriggerDocument,
  event: TriggerEvent,
  how: How = {},
): Promise<StoredFiring> {
  const opened = await openFiring(services, trigger, event, how);
  if (!isSettled(opened.firing)) await scheduleRecheck(services, trigger, opened.firing);
  return (await fire(services, trigger, event, how)).firing;
}

const recheckMs = 30_000;

/** Goes on with the firing, should this be cut off. */
export async function scheduleRecheck(
  services: Services,
  trigger: TriggerDocument,
  { id }: Pick<Firing, "id">,
): Promise<void> {
  const now = services.clock.now();
  await services.due.add({
    at: new Date(now + recheckMs).toISOString(),
    kind: "firing",
    trigger: refOf<"trigger">(trigger),
    guid: trigger.guid,
    firing: id,
    since: new Date(now).toISOString(),
  });
}

const queuePollMs = 10_000;

/** Polls of a moment are one: they are at the same time. */
export function queuePoll(services: Services, trigger: TriggerDocument): DueEntry {
  const now = services.clock.now();
  return {
    at: new Date((Math.floor(now / queuePollMs) + 1) * queuePollMs).toISOString(),
    kind: "queue",
    trigger: refOf<"trigger">(trigger),
    guid: trigger.guid,
    since: new Date(now).toISOString(),
  };
}

const batchPollMs = 5_000;

/** When the blob that comes now may be the last of its batch; looks of a moment are one. */
export function batchPoll(services: Services, trigger: TriggerDocument): DueEntry {
  const now = services.clock.now();
  const quietMs = msOf(trigger.spec.on.blobCreated?.quietWindow?.quietFor ?? "PT0S");
  return {
    at: new Date((Math.floor((now + quietMs) / batchPollMs) + 1) * batchPollMs).toISOString(),
    kind: "batch",
    trigger: refOf<"trigger">(trigger),
    guid: trigger.guid,
    since: new Date(now).toISOString(),
  };
}
