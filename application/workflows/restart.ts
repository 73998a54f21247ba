// Restarts a workflow from what failed: the same event starts its job or sweep anew, under another name, with what was handed over then. The
// steps before stay as they are; those behind hear of the new end. Asking again while it goes on, or with the same id, starts nothing more.
import { AppError } from "../../domain/shared/errors.ts";
import type { WorkspaceRef } from "../../domain/shared/resource-id.ts";
import { startedOf, withStarted } from "../../domain/trigger/firing.ts";
import type { Firing } from "../../domain/trigger/firing.ts";
import type { TriggerDocument } from "../../domain/trigger/schema.ts";
import type { Graph, Step } from "../../domain/workflow/graph.ts";
import { timestamp } from "../../services/clock.ts";
import type { StoredFiring } from "../../services/firings.ts";
import type { Services } from "../../services/services.ts";
import type { Caller } from "../caller.ts";
import { scheduleRecheck, settleFiring } from "../triggers/firings.ts";
import { recordRequest } from "../triggers/record-request.ts";
import { hasFailed } from "../triggers/unfinished.ts";
import { readWorkflow } from "./workflows.ts";

export interface Restart {
  /** Names the request. */
  readonly id: string;
  /** Ids of steps; all that failed where they are absent. */
  readonly steps?: readonly string[] | undefined;
}

export interface Restarted {
  /** Ids of the steps that this request restarted, also when it came before. */
  readonly restarted: readonly string[];
  readonly workflow: Graph;
}

/** @throws AppError WorkflowNotFound, InvalidRequest, InvalidState */
export async function restartWorkflow(
  services: Services,
  caller: Caller,
  workspace: WorkspaceRef,
  workflow: string,
  restart: Restart,
): Promise<Restarted> {
  const { steps } = await readWorkflow(services, workspace, workflow);
  const restarted: string[] = [];
  for (const step of chosen(steps, restart)) {
    const isKnown = step.firing?.restarts?.some(({ id }) => id === restart.id) === true;
    if (!isKnown && step.state !== "failed") continue;
    await restartStep(services, caller, workspace, step, restart.id);
    restarted.push(step.id);
  }
  // Afterwards: a list in between would have kept the failure once more. Whoever was cut off asks again with the same id.
  if (restarted.length > 0) await services.workflows.forgetSummary(workspace, workflow);
  return { restarted, workflow: await readWorkflow(services, workspace, workflow) };
}

function chosen(steps: readonly Step[], { steps: ids }: Restart): readonly Step[] {
  const unknown = ids?.find((id) => !steps.some((step) => step.id === id));
  if (unknown !== undefined)
    throw new AppError("InvalidRequest", `steps: the workflow has no step '${unknown.slice(0, 80)}'`, {
      target: "steps",
    });
  return ids === undefined ? steps : steps.filter(({ id }) => ids.includes(id));
}

async function restartStep(
  services: Services,
  caller: Caller,
  { subscriptionId, resourceGroup, workspace }: WorkspaceRef,
  step: Step,
  request: string,
): Promise<void> {
  const { firing, trigger: name = "" } = step;
  if (firing === undefined)
    throw new AppError(
      "InvalidState",
      `${step.started?.kind ?? "job"} '${step.started?.name ?? step.id}' was started by no trigger that is still there, so that nobody knows how; create it again under another name`,
    );
  const ref = { kind: "trigger", subscriptionId, resourceGroup, workspace, trigger: name } as const;
  const trigger = await services.state.triggers.get(ref);
  if (trigger === undefined || trigger.provisioningState === "deleting")
    throw new AppError("InvalidState", `the trigger '${name}' of the step is gone; create it again first`);
  await restartFiring(services, caller, trigger, firing.id, request);
}

const mostRestarts = 50;

/** Of one that started what failed, or could not. */
async function restartFiring(
  services: Services,
  caller: Caller,
  trigger: TriggerDocument,
  id: string,
  request: string,
): Promise<StoredFiring | undefined> {
  for (;;) {
    const found = await services.firings.get(trigger.guid, id);
    // Of a trigger of the same name that came later; its own ledger went with it.
    if (found === undefined)
      throw new AppError(
        "InvalidState",
        `the trigger '${trigger.trigger}' is not the one that started the step`,
      );
    const { restarts = [] } = found;
    const isKnown = restarts.some((one) => one.id === request);
    if (isKnown || !(await hasFailed(services, trigger, found)))
      return settleFiring(services, trigger, found);
    if (restarts.length >= mostRestarts)
      throw new AppError("InvalidState", `the step was restarted ${mostRestarts} times; create its job anew`);
    const at = timestamp(services.clock);
    const from = startedOf(found);
    const restart = {
      id: request,
      at,
      by: caller.name ?? caller.actor,
      ...(from === undefined ? {} : { from }),
    };
    const next = restartedFiring(trigger, found, [...restarts, restart], at);
    await scheduleRecheck(services, trigger, found);
    const written = await services.firings.write(trigger.guid, found, next);
    if (written === "conflict") continue;
    await recordRequest(services, caller, trigger, `restart requested of firing ${id}`);
    return settleFiring(services, trigger, written);
  }
}

function restartedFiring(
  { spec }: TriggerDocument,
  firing: Firing,
  restarts: NonNullable<Firing["restarts"]>,
  at: string,
): Firing {
  const asked = { decision: "waiting", reason: "restarted; nothing is decided yet" } as const;
  // Somebody wants it: it waits for its turn rather than to be skipped.
  const overlap = spec.overlap === "skip" ? ({ overlap: "queue" } as const) : {};
  const again = { ...asked, ...overlap, replayed: true, submitted: false, tries: 0, decidedAt: at };
  return { ...withStarted(firing), ...again, restarts };
}
