// Starting orchestrations, and waking those that sleep. Instances are deterministic, so that starting twice is starting once.
import type { Contract } from "../contracts/contract.ts";
import { changed } from "../contracts/instances.ts";
import type { Orchestrations } from "../services/orchestrations.ts";
import type { Services } from "../services/services.ts";

type Engine = Pick<Services, "orchestrations" | "clock">;

/** One that is active is left alone. */
export async function start<Input extends object>(
  { orchestrations }: Pick<Engine, "orchestrations">,
  { name }: Contract<Input, unknown>,
  instanceId: string,
  input: Input,
): Promise<"started" | "active"> {
  return orchestrations.start(name, instanceId, input);
}

/**
 * Starts the instance, or wakes it when it sleeps; one that noted `{ alert: true }` reads again by itself in a moment, and
 * one that noted `{ ending: true }` may end without having heard.
 */
export async function startOrWake<Input extends object>(
  services: Engine,
  contract: Contract<Input, unknown>,
  instanceId: string,
  input: Input,
): Promise<void> {
  const { orchestrations } = services;
  const { status, note } = await orchestrations.noted(instanceId);
  if (status === "active") {
    if (says(note, "alert")) return;
    await orchestrations.raise(instanceId, changed, {});
    if (await goesOn(services, instanceId)) return;
  }
  if ((await start(services, contract, instanceId, input)) === "active")
    await orchestrations.raise(instanceId, changed, {});
}

/** True when the instance is not active. Otherwise it is woken, unless it is about to end. */
export async function hasEnded(orchestrations: Orchestrations, instanceId: string): Promise<boolean> {
  const { status, note } = await orchestrations.noted(instanceId);
  if (status !== "active") return true;
  if (!says(note, "ending")) await orchestrations.raise(instanceId, changed, {});
  return false;
}

const endingPauseMs = 100;
const endingTries = 100;

/** Waits until it is clear whether the instance heard and goes on, or has ended. */
async function goesOn({ orchestrations, clock }: Engine, instanceId: string): Promise<boolean> {
  for (let tries = 0; tries < endingTries; tries += 1) {
    const { status, note } = await orchestrations.noted(instanceId);
    if (status !== "active") return false;
    if (!says(note, "ending")) return true;
    await clock.sleep(endingPauseMs);
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
