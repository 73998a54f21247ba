// Names that are derived from a trigger and an event, so that deriving them twice is naming the same.
import { longestSweepName } from "../domain/sweep/trial.ts";
import { templateOf } from "../domain/trigger/action.ts";
import { keyOf } from "../domain/trigger/event.ts";
import type { TriggerEvent } from "../domain/trigger/event.ts";
import type { Firing } from "../domain/trigger/firing.ts";
import type { TriggerDocument } from "../domain/trigger/schema.ts";
import { sha256 } from "./content-digest.ts";

/** Of the one firing that an event has in a trigger. */
export function firingId({ guid }: TriggerDocument, event: TriggerEvent): string {
  return sha256(`${guid}\n${keyOf(event)}`).slice(0, 20);
}

/** Names of jobs have 64 characters at most. */
const longest = { job: 64, sweep: longestSweepName } as const;
const longestPrefix = 40;

/** Of the job or sweep that an event starts: that of a fire time tells it, and one that was restarted how often. */
export function startedNameOf(
  { trigger, spec }: TriggerDocument,
  { event, id, restarts = [] }: Pick<Firing, "event" | "id" | "restarts">,
): string {
  const key = event.kind === "schedule" ? `${compact(event.time)}-${id.slice(0, 4)}` : id.slice(0, 12);
  const suffix = restarts.length === 0 ? key : `${key}-r${restarts.length}`;
  const room = longest[templateOf(spec.action).kind] - suffix.length - 1;
  return `${trigger.slice(0, Math.min(longestPrefix, room))}-${suffix}`;
}

const compact = (time: string) => new Date(time).toISOString().replaceAll(/[-:]|\.000/g, "");
