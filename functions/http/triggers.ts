// Triggers on the wire: save, pause, look ahead, what somebody asks by hand, and what became of events.
import { existing } from "../../application/existing.ts";
import {
  backfill,
  mostBackfilled,
  replayFirings,
  runTrigger,
  timesToBackfill,
  tryTrigger,
} from "../../application/triggers/runs.ts";
import { draftTrigger, patchTrigger, saveTrigger } from "../../application/triggers/triggers.ts";
import type { Saver } from "../../application/triggers/triggers.ts";
import { rotateWebhookSecret } from "../../application/triggers/webhooks.ts";
import { fireTimesAfter } from "../../domain/schedule/fire-times.ts";
import type { FireTime } from "../../domain/schedule/fire-times.ts";
import { offsetAt } from "../../domain/schedule/zone.ts";
import { AppError } from "../../domain/shared/errors.ts";
import { parse } from "../../domain/shared/parse.ts";
import { decisions } from "../../domain/trigger/firing.ts";
import type { Decision } from "../../domain/trigger/firing.ts";
import { BackfillBody, ReplayBody, RunBody, TestBody } from "../../domain/trigger/requests.ts";
import { TriggerPatch, TriggerRequest } from "../../domain/trigger/schema.ts";
import type { TriggerDocument } from "../../domain/trigger/schema.ts";
import { firingWire, triggerWire, webhookWire, withWebhook } from "../../domain/trigger/wire.ts";
import type { Services } from "../../services/services.ts";
import { callerOf } from "./lib/caller-of.ts";
import type { Operation } from "./lib/operation.ts";
import { ownOperations } from "./lib/own-operation.ts";
import { pageBody, pageRequest, wholeParameter } from "./lib/paging.ts";
import { requestedRef, routeOf } from "./lib/refs.ts";
import { ok, resource } from "./lib/reply.ts";
import type { ApiRequest } from "./lib/request.ts";
import { shown, standardOperations } from "./lib/standard-operations.ts";
import { timeParameter } from "./lib/time-parameter.ts";

const route = routeOf("trigger");

const operation = ownOperations("triggers", route);

export const triggerOperations: readonly Operation[] = [
  ...standardOperations("trigger", "submitter"),
  operation("create", "PUT", "", "submitter", async (request, services) => {
    const ref = requestedRef(request, "trigger");
    const asked = parse(TriggerRequest, await request.json());
    const { trigger, webhookSecret } = await saveTrigger(services, saverOf(request), ref, asked);
    if (webhookSecret === undefined) return shown(trigger);
    const webhook = webhookWire(request.origin, trigger, webhookSecret);
    return resource(withWebhook(triggerWire(trigger), webhook));
  }),
  operation("update", "PATCH", "", "submitter", async (request, services) => {
    const ref = requestedRef(request, "trigger");
    const patch = parse(TriggerPatch, await request.json());
    return shown(await patchTrigger(services, callerOf(request), ref, patch));
  }),
  operation("next", "GET", "/nextFireTimes", "reader", next),
  operation("test", "POST", "/test", "reader", test),
  operation("run", "POST", "/run", "submitter", async (request, services) => {
    const trigger = await found(request, services);
    const { id = request.id, parameters } = parse(RunBody, await request.json());
    return ok(firingWire(trigger, await runTrigger(services, callerOf(request), trigger, id, parameters)));
  }),
  operation("rotate-secret", "POST", "/rotateSecret", "submitter", async (request, services) => {
    const ref = requestedRef(request, "trigger");
    const secret = await rotateWebhookSecret(services, callerOf(request), ref);
    return ok(webhookWire(request.origin, ref, secret));
  }),
  operation("backfill", "POST", "/backfill", "submitter", runPeriod),
  operation("replay", "POST", "/replay", "submitter", replay),
  operation("firings", "GET", "/firings", "reader", async (request, services) => {
    const trigger = await found(request, services);
    const page = { ...pageRequest(request), decision: decisionOf(request) };
    const firings = await services.firings.list(trigger.guid, page);
    return ok(pageBody(request, firings, (firing) => firingWire(trigger, firing)));
  }),
  operation("firing", "GET", "/firings/{firing}", "reader", async (request, services) => {
    const trigger = await found(request, services);
    const id = request.params["firing"] ?? "";
    const firing = await services.firings.get(trigger.guid, id);
    if (firing === undefined)
      throw new AppError(
        "FiringNotFound",
        `The trigger ${trigger.trigger} has no firing ${id.slice(0, 80)}.`,
      );
    return ok(firingWire(trigger, firing));
  }),
];

const saverOf = (request: ApiRequest): Saver => ({ ...callerOf(request), who: request.principal });

const found = (request: ApiRequest, services: Services) =>
  existing(services, requestedRef(request, "trigger"));

async function next(request: ApiRequest, services: Services) {
  const trigger = await found(request, services);
  const { schedule } = trigger.spec.on;
  if (schedule === undefined)
    throw new AppError(
      "InvalidRequest",
      `The trigger ${trigger.trigger} has no schedule, and so no fire times.`,
    );
  const count = wholeParameter(request, "count", { least: 1, most: 100, otherwise: 5 });
  const from = timeParameter(request, "from");
  const times = fireTimesAfter(schedule, from === undefined ? services.clock.now() : Date.parse(from), count);
  return ok({ value: times.map((time) => fireTimeWire(schedule.timeZone, time)) });
}

function fireTimeWire(zone: string, { at, edge }: FireTime): object {
  const local = new Date(at + offsetAt(zone, at)).toISOString().slice(0, 19);
  return { time: new Date(at).toISOString(), local, ...(edge === undefined ? {} : { edge }) };
}

async function test(request: ApiRequest, services: Services) {
  const ref = requestedRef(request, "trigger");
  const { event, properties } = parse(TestBody, await request.json());
  const trigger: TriggerDocument =
    properties === undefined
      ? await existing(services, ref)
      : await draftTrigger(services, saverOf(request), ref, { properties });
  return ok(await tryTrigger(services, trigger, event));
}

async function runPeriod(request: ApiRequest, services: Services) {
  const trigger = await found(request, services);
  const asked = parse(BackfillBody, await request.json());
  const times = timesToBackfill(trigger, asked);
  const zone = trigger.spec.on.schedule?.timeZone ?? "UTC";
  if (asked.dryRun) return ok({ value: times.map((time) => fireTimeWire(zone, time)) });
  const firings = await backfill(services, callerOf(request), trigger, times, asked.overlap);
  return ok({ value: firings.map((firing) => firingWire(trigger, firing)) });
}

async function replay(request: ApiRequest, services: Services) {
  const trigger = await found(request, services);
  const { firings, since } = parse(ReplayBody, await request.json());
  const ids = firings ?? (await failedSince(services, trigger, since));
  const replayed = await replayFirings(services, callerOf(request), trigger, ids);
  return ok({ value: replayed.map((firing) => firingWire(trigger, firing)) });
}

/** As many as a request may take at once; asking again takes the next ones. */
async function failedSince(services: Services, trigger: TriggerDocument, since: string | undefined) {
  const from = since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(since);
  const ids: string[] = [];
  let continuation: string | undefined;
  do {
    const page = await services.firings.list(trigger.guid, { size: 1_000, continuation, decision: "failed" });
    for (const { id, receivedAt } of page.items) if (Date.parse(receivedAt) >= from) ids.push(id);
    continuation = page.continuation;
  } while (continuation !== undefined && ids.length < mostBackfilled);
  return ids.slice(0, mostBackfilled);
}

function decisionOf(request: ApiRequest): Decision | undefined {
  const text = request.query("decision");
  if (text === undefined || text === "") return undefined;
  const known = decisions.find((decision) => decision === text.toLowerCase());
  if (known !== undefined) return known;
  throw new AppError(
    "InvalidQueryParameter",
    `decision: expected one of ${decisions.join(", ")}, got '${text.slice(0, 40)}'.`,
    { target: "decision" },
  );
}
