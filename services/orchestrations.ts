// Starting and signalling orchestrations. Instance ids are deterministic, so that starting twice is starting once.
// Events are hints: whoever is signalled reads the documents to learn what happened, so that a lost event only delays.
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

/** Starts the instance, or tells it what is new when it is active. */
export async function startOrTell(
  orchestrations: Orchestrations,
  { name, instanceId, input }: Start,
  event: string,
  data: object = {},
): Promise<void> {
  if ((await orchestrations.start(name, instanceId, input)) === "active")
    await orchestrations.raise(instanceId, event, data);
}

/** Starts the instance, or wakes it when it sleeps; one that noted `{ alert: true }` looks again by itself in a moment. */
export async function startOrWake(
  orchestrations: Orchestrations,
  { name, instanceId, input }: Start,
  event: string,
): Promise<void> {
  const { status, note } = await orchestrations.noted(instanceId);
  if (status === "active") {
    if (isAlert(note)) return;
    await orchestrations.raise(instanceId, event, {});
    // It may have come to its end at that very moment, and heard nothing.
    if ((await orchestrations.status(instanceId)) === "active") return;
  }
  await startOrTell(orchestrations, { name, instanceId, input }, event);
}

function isAlert(note: unknown): boolean {
  return typeof note === "object" && note !== null && "alert" in note && note.alert === true;
}
