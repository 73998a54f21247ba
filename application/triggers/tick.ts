// What triggers have to do at a moment: one look at what is due, then each entry by itself. An entry stays until it is done with,
// so that whatever is cut off is found by the next look.
import { nextFireTime } from "../../domain/schedule/fire-times.ts";
import type { TriggerDocument } from "../../domain/trigger/schema.ts";
import type { DueEntry } from "../../services/due.ts";
import type { Services } from "../../services/services.ts";
import { pollBatch } from "./batches.ts";
import { fire, queuePoll, settleFiring } from "./firings.ts";
import { inLanes } from "../../services/in-lanes.ts";
import { pollTrigger, takeBlobEvents } from "./polls.ts";

const mostEntries = 1_000;

export async function tickTriggers(services: Services): Promise<void> {
  const now = new Date(services.clock.now()).toISOString();
  const entries = await services.due.upTo(now, mostEntries);
  await inLanes(entries, (entry) => attempt(services, entry));
  await takeBlobEvents(services);
}

/** One that fails must not hold up the others. */
async function attempt(services: Services, entry: DueEntry): Promise<void> {
  try {
    await doEntry(services, entry);
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    services.logger.warn("trigger.dueFailed", { trigger: entry.guid, kind: entry.kind, reason });
  }
}

/** Its trigger may only be being written. */
const youngMs = 120_000;

async function doEntry(services: Services, entry: DueEntry): Promise<void> {
  const trigger = await services.state.triggers.get(entry.trigger);
  const fits =
    trigger?.guid === entry.guid && (entry.version === undefined || entry.version === trigger.version);
  if (!fits || trigger.provisioningState === "deleting") {
    if (services.clock.now() - Date.parse(entry.since) >= youngMs) await services.due.settle(entry);
    return;
  }
  switch (entry.kind) {
    case "fireTime":
      return fireTimes(services, trigger, entry);
    case "poll":
      return pollTrigger(services, trigger, entry);
    case "batch":
      return pollBatch(services, trigger, entry);
    case "queue":
      return startQueued(services, trigger, entry);
    case "firing": {
      const firing = await services.firings.get(trigger.guid, entry.firing ?? "");
      // One in the queue has its turn after those before it.
      if (firing !== undefined && firing.decision !== "queued") await settleFiring(services, trigger, firing);
      return services.due.settle(entry);
    }
  }
}

/** After a long downtime the rest is found by the next look. */
const mostFireTimes = 200;

/** The fire times from the entry's to now, each with what became of it. */
async function fireTimes(services: Services, trigger: TriggerDocument, entry: DueEntry): Promise<void> {
  const { schedule } = trigger.spec.on;
  if (schedule === undefined) return services.due.settle(entry);
  const now = services.clock.now();
  let next = nextFireTime(schedule, Date.parse(entry.at) - 1);
  for (let done = 0; next !== undefined && next.at <= now && done < mostFireTimes; done += 1) {
    const { at, edge } = next;
    next = nextFireTime(schedule, at);
    const time = new Date(at).toISOString();
    const event = { kind: "schedule", time, ...(edge === undefined ? {} : { edge }) } as const;
    const superseded = next !== undefined && next.at <= now;
    await fire(services, trigger, event, superseded ? { superseded } : {});
  }
  await services.due.settle(
    entry,
    next === undefined ? undefined : { ...entry, at: new Date(next.at).toISOString() },
  );
}

/** So many may start in one look: as many as may run at once. */
const mostStarted = 100;

async function startQueued(services: Services, trigger: TriggerDocument, entry: DueEntry): Promise<void> {
  for (const firing of await services.firings.queued(trigger.guid, mostStarted))
    if ((await settleFiring(services, trigger, firing)).decision === "queued") break;
  const left = await services.firings.queued(trigger.guid, 1);
  await services.due.settle(entry, left.length === 0 ? undefined : queuePoll(services, trigger));
}
