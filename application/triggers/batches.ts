// Closes batches of blobs that gathered in a quiet window. Which blobs a batch has is written once, together with the note that it is being
// closed; whoever finds the note goes on with that batch before anything else, so that no blob is in two and none is in none.
import { firingId } from "../../services/firing-names.ts";
import type { StoredFiring } from "../../services/firings.ts";
import { timestamp } from "../../services/clock.ts";
import type { DueEntry } from "../../services/due.ts";
import type { Services } from "../../services/services.ts";
import type { TriggerEvent } from "../../domain/trigger/event.ts";
import { batchOf, closesAt } from "../../domain/trigger/quiet-window.ts";
import type { TriggerDocument } from "../../domain/trigger/schema.ts";
import { inLanes } from "../../services/in-lanes.ts";
import { received, scheduleRecheck, settleFiring } from "./firings.ts";

/** While the trigger is paused, what gathered waits. */
const pausedPollMs = 60_000;

export async function pollBatch(
  services: Services,
  trigger: TriggerDocument,
  entry: DueEntry,
): Promise<void> {
  const { clock, due, firings } = services;
  const later = (at: number) => due.settle(entry, { ...entry, at: new Date(at).toISOString() });
  if (!trigger.enabled) return later(clock.now() + pausedPollMs);
  const closing = await firings.closing(trigger.guid);
  if (closing !== undefined) await finish(services, trigger, closing);
  const waiting = await firings.gathering(trigger.guid);
  const at = closesAt(trigger.spec.on.blobCreated?.quietWindow, waiting);
  if (at === undefined) return due.settle(entry);
  if (at > clock.now()) return later(at);
  await closeBatch(
    services,
    trigger,
    waiting.map(({ id }) => id),
  );
  // There may be more than one batch holds; they are looked at next.
  return later(clock.now());
}

async function closeBatch(
  services: Services,
  trigger: TriggerDocument,
  ids: readonly string[],
): Promise<void> {
  const found = await Promise.all(ids.map((id) => services.firings.get(trigger.guid, id)));
  const blobs = batchOf(
    found.flatMap((firing) => {
      if (firing?.gathering !== true || firing.event.kind !== "blobCreated") return [];
      const { name, etag, size } = firing.event;
      return [{ name, etag, size }];
    }),
  );
  const [first] = ids;
  if (first === undefined || blobs.length === 0) return;
  const event: TriggerEvent = { kind: "blobBatch", id: first, blobs: [...blobs] };
  const batch = received(services, trigger, event);
  await scheduleRecheck(services, trigger, batch);
  // Somebody else may close one at this moment: then that one comes first.
  if ((await services.firings.openBatch(trigger.guid, batch)) === "opened")
    await finish(services, trigger, batch.id);
}

async function finish(services: Services, trigger: TriggerDocument, id: string): Promise<void> {
  const { firings } = services;
  const batch = await firings.get(trigger.guid, id);
  if (batch?.event.kind !== "blobBatch") return firings.closed(trigger.guid, id);
  const { blobs } = batch.event;
  await inLanes(blobs, async ({ name, etag, size }) => {
    const member = firingId(trigger, { kind: "blobCreated", name, etag, size });
    await join(services, trigger, member, batch, blobs.length);
  });
  await firings.closed(trigger.guid, id);
  await settleFiring(services, trigger, batch);
}

async function join(
  services: Services,
  { guid }: TriggerDocument,
  member: string,
  batch: StoredFiring,
  count: number,
): Promise<void> {
  for (;;) {
    const found = await services.firings.get(guid, member);
    if (found?.gathering !== true) return;
    const { gathering: _, ...rest } = found;
    const told = {
      decision: "batched",
      reason: `one of the ${count} blobs of the batch ${batch.id}`,
      decidedAt: timestamp(services.clock),
      batch: batch.id,
    } as const;
    if ((await services.firings.write(guid, found, { ...rest, ...told })) !== "conflict") return;
  }
}
