// Names that are derived from a trigger and an event, so that deriving them twice is naming the same.
import { createHash } from "node:crypto";
import { keyOf } from "../domain/trigger/event.ts";
import type { TriggerEvent } from "../domain/trigger/event.ts";
import type { TriggerDocument } from "../domain/trigger/schema.ts";

/** Of the one firing that an event has in a trigger. */
export function firingId({ guid }: TriggerDocument, event: TriggerEvent): string {
  return createHash("sha256")
    .update(`${guid}\n${keyOf(event)}`)
    .digest("hex")
    .slice(0, 20);
}

/** Names of jobs have 64 characters at most. */
const longestPrefix = 40;

/** Of the job that an event starts: that of a fire time tells it. */
export function jobNameOf({ trigger }: TriggerDocument, event: TriggerEvent, id: string): string {
  const prefix = trigger.slice(0, longestPrefix);
  if (event.kind !== "schedule") return `${prefix}-${id.slice(0, 12)}`;
  const time = new Date(event.time).toISOString().replaceAll(/[-:]|\.000/g, "");
  return `${prefix}-${time}-${id.slice(0, 4)}`;
}
