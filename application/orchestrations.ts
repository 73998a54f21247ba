// Starting orchestrations, and waking those that sleep. Instances are deterministic, so that starting twice is starting once.
import type { Contract } from "../contracts/contract.ts";
import { changed } from "../contracts/instances.ts";
import type { InstanceView } from "../services/orchestrations.ts";
import type { Services } from "../services/services.ts";

type Engine = Pick<Services, "orchestrations" | "clock" | "logger" | "settings">;

/** One that is active is left alone, unless it has stalled. */
export async function start<Input extends object>(
  services: Engine,
  { name }: Contract<Input, unknown>,
  instanceId: string,
  input: Input,
): Promise<"started" | "active"> {
  return startNamed(services, name, instanceId, input);
}

/** What is known to be an orchestration only when it is asked for. */
export async function startNamed(
  services: Engine,
  name: string,
  instanceId: string,
  input: object,
): Promise<"started" | "active"> {
  const { orchestrations } = services;
  if ((await orchestrations.start(name, instanceId, input)) === "started") return "started";
  if (!(await endStalled(services, instanceId, await orchestrations.noted(instanceId)))) return "active";
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
  const view = await orchestrations.noted(instanceId);
  if (view.status === "active" && !(await endStalled(services, instanceId, view))) {
    if (says(view.note, "alert")) return;
    await orchestrations.raise(instanceId, changed, {});
    if (await goesOn(services, instanceId)) return;
  }
  if ((await start(services, contract, instanceId, input)) === "active")
    await orchestrations.raise(instanceId, changed, {});
}

/** True when the instance is not active. Otherwise it is woken, unless it is about to end, or ended because it has stalled. */
export async function hasEnded(services: Engine, instanceId: string): Promise<boolean> {
  const { orchestrations } = services;
  const view = await orchestrations.noted(instanceId);
  if (view.status !== "active") return true;
  if (!(await endStalled(services, instanceId, view)) && !says(view.note, "ending"))
    await orchestrations.raise(instanceId, changed, {});
  return false;
}

const shortestStallMs = 3_600_000;

/**
 * An active instance that has not done anything for so long has lost what it waits for: its messages and timers went with a
 * storage that was restored or failed over, and no start would ever replace it. All of ours read again within minutes, or
 * within the monitor's longest pause. It is ended, and whoever starts it next, the repair timers at the latest, starts it
 * anew.
 */
async function endStalled(services: Engine, instanceId: string, view: InstanceView): Promise<boolean> {
  const { clock, logger, orchestrations, settings } = services;
  const longestMs = Math.max(shortestStallMs, 3 * settings.monitorMaxIntervalMs);
  if (view.status !== "active" || view.movedMs === undefined) return false;
  if (clock.now() - view.movedMs < longestMs) return false;
  logger.warn("orchestration.stalled", { instanceId, movedAt: new Date(view.movedMs).toISOString() });
  await orchestrations.terminate(instanceId, "It has not done anything for too long; it is started anew.");
  return true;
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
