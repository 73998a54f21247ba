// Starting and signalling orchestrations. Instance ids are deterministic, so that starting twice is starting once.
// Events are hints: whoever is signalled reads the documents to learn what happened, so that a lost event only delays.
import type { Clock } from "./clock.ts";

export type InstanceStatus = "absent" | "active" | "ended";

export interface Orchestrations {
  /** Starts the instance; one that is active is left alone, one that has ended runs again under its id. */
  start(name: string, instanceId: string, input: object): Promise<"started" | "active">;
  /** Delivers an event to an active instance; one that ended or never was hears nothing. */
  raise(instanceId: string, event: string, data: object): Promise<void>;
  status(instanceId: string): Promise<InstanceStatus>;
  /** The status, and what the instance last noted about itself for others to read. */
  noted(instanceId: string): Promise<{ readonly status: InstanceStatus; readonly note: unknown }>;
}

interface Start {
  readonly name: string;
  readonly instanceId: string;
  readonly input: object;
}

/**
 * Starts the instance, or wakes it when it sleeps; one that noted `{ alert: true }` looks again by itself in a moment, and
 * one that noted `{ ending: true }` may end without having heard.
 */
export async function startOrWake(
  services: { readonly orchestrations: Orchestrations; readonly clock: Clock },
  start: Start,
  event: string,
): Promise<void> {
  const { orchestrations, clock } = services;
  const { status, note } = await orchestrations.noted(start.instanceId);
  if (status === "active") {
    if (says(note, "alert")) return;
    await orchestrations.raise(start.instanceId, event, {});
    if (await goesOn(orchestrations, clock, start.instanceId)) return;
  }
  const { name, instanceId, input } = start;
  if ((await orchestrations.start(name, instanceId, input)) === "active")
    await orchestrations.raise(instanceId, event, {});
}

/** True of the note of an instance that may end without hearing of anything more. */
export function isEnding(note: unknown): boolean {
  return says(note, "ending");
}

const endingLookMs = 100;
const endingLooks = 100;

/** Waits until it is clear whether the instance heard and goes on, or has ended. */
async function goesOn(orchestrations: Orchestrations, clock: Clock, instanceId: string): Promise<boolean> {
  for (let look = 0; look < endingLooks; look += 1) {
    const { status, note } = await orchestrations.noted(instanceId);
    if (status !== "active") return false;
    if (!says(note, "ending")) return true;
    await clock.sleep(endingLookMs);
  }
  return true;
}

function says(note: unknown, word: string): boolean {
  return (
    typeof note === "object" &&
    note !== null &&
    Object.entries(note).some(([key, value]) => key === word && value === true)
  );
}
