// Looks for new events of triggers: blobs that are in a container, messages of a queue, and what Event Grid tells of blobs where it
// does. A listing finds whatever was missed; the ledger knows what was not.
import { refOf } from "../../domain/shared/resource-id.ts";
import { readBlobEvent } from "../../domain/trigger/blob-events.ts";
import type { TriggerEvent } from "../../domain/trigger/event.ts";
import { unwanted } from "../../domain/trigger/event.ts";
import type { TriggerDocument } from "../../domain/trigger/schema.ts";
import type { DueEntry, Watcher } from "../../services/due.ts";
import type { Services } from "../../services/services.ts";
import type { ReceivedMessage } from "../../services/storage-events.ts";
import { fire } from "./firings.ts";
import { inLanes } from "../../services/in-lanes.ts";
import { prefixOf } from "./triggers.ts";

/** Queues are looked at as often at the least; where containers are listed more often, so are they. */
const queueIntervalMs = 5_000;
/** Clocks differ, times of blobs are whole seconds, and a listing may be a little behind. */
const seenAgainMs = 120_000;

export async function pollTrigger(
  services: Services,
  trigger: TriggerDocument,
  entry: DueEntry,
): Promise<void> {
  const { blobCreated, queueMessage } = trigger.spec.on;
  const started = services.clock.now();
  if (blobCreated !== undefined) await findBlobs(services, trigger, blobCreated.container, entry);
  if (queueMessage !== undefined) await takeMessages(services, trigger, queueMessage.queue);
  const { blobScanIntervalMs } = services.settings;
  const everyMs =
    blobCreated === undefined ? Math.min(queueIntervalMs, blobScanIntervalMs) : blobScanIntervalMs;
  const at = new Date(started + everyMs).toISOString();
  await services.due.settle(entry, { ...entry, at, seen: new Date(started).toISOString() });
}

const mostAtOnce = 200;

async function findBlobs(
  services: Services,
  trigger: TriggerDocument,
  container: string,
  { seen = trigger.since }: DueEntry,
): Promise<void> {
  const from = Math.max(Math.floor(Date.parse(trigger.since) / 1000) * 1000, Date.parse(seen) - seenAgainMs);
  // Whoever found the watcher before the trigger was written has taken it away.
  const { guid, version } = trigger;
  await services.due.watch(container, { trigger: refOf<"trigger">(trigger), guid, version });
  let events: TriggerEvent[] = [];
  const take = async () => {
    await inLanes(events, (event) => fire(services, trigger, event));
    events = [];
  };
  for await (const { name, etag, size, modifiedAt } of services.storageEvents.blobs(
    container,
    prefixOf(trigger.spec),
  )) {
    const event = { kind: "blobCreated", name, etag, size } as const;
    if (Date.parse(modifiedAt) < from || unwanted(trigger.spec, event) !== undefined) continue;
    events.push(event);
    if (events.length >= mostAtOnce) await take();
  }
  await take();
}

/** A tick must not last for ever, however many messages come. */
const mostBatches = 64;

async function takeMessages(services: Services, trigger: TriggerDocument, queue: string): Promise<void> {
  await eachMessage(services, queue, async ({ id, text }) => {
    await fire(services, trigger, { kind: "queueMessage", id, text }, { delivery: id });
  });
}

/** A message goes when it is done with; one that fails is received again later. */
async function eachMessage(
  services: Services,
  queue: string,
  take: (message: ReceivedMessage) => Promise<void>,
): Promise<void> {
  for (let batch = 0; batch < mostBatches; batch += 1) {
    const messages = await services.storageEvents.receive(queue);
    if (messages.length === 0) return;
    await inLanes(messages, async (message) => {
      await take(message);
      await services.storageEvents.remove(queue, message);
    });
  }
}

/** What Event Grid tells: an event for every trigger that watches the container. */
export async function takeBlobEvents(services: Services): Promise<void> {
  const queue = services.settings.blobEventsQueue;
  if (queue === undefined) return;
  const known = new Map<string, Promise<readonly TriggerDocument[]>>();
  const watching = (container: string) => {
    const found = known.get(container) ?? watchersOf(services, container);
    known.set(container, found);
    return found;
  };
  await eachMessage(services, queue, async ({ text }) => {
    const written = readBlobEvent(text);
    if (written === undefined) return;
    const { container, id: delivery, event } = written;
    for (const trigger of await watching(container))
      if (unwanted(trigger.spec, event) === undefined) await fire(services, trigger, event, { delivery });
  });
}

async function watchersOf(services: Services, container: string): Promise<readonly TriggerDocument[]> {
  const watchers = await services.due.watchers(container);
  const found = await Promise.all(watchers.map((watcher) => watchingTrigger(services, container, watcher)));
  return found.filter((trigger) => trigger !== undefined);
}

async function watchingTrigger(
  services: Services,
  container: string,
  watcher: Watcher,
): Promise<TriggerDocument | undefined> {
  const trigger = await services.state.triggers.get(watcher.trigger);
  if (trigger?.guid === watcher.guid && trigger.version === watcher.version) return trigger;
  // Of a trigger that is gone, or waits for something else now; one that is only being written is found by its listing.
  await services.due.unwatch(container, watcher);
  return undefined;
}
