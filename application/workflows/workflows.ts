// Reads a workflow: its rows, then of each step the ledger's row and what it started, so many reads for each step however much else there is.
import { AppError } from "../../domain/shared/errors.ts";
import type { WorkspaceRef } from "../../domain/shared/resource-id.ts";
import { startedOf, startedRef } from "../../domain/trigger/firing.ts";
import type { Firing, Started } from "../../domain/trigger/firing.ts";
import { firstStep, inOrder, laterStep } from "../../domain/workflow/graph.ts";
import type { Graph, Step } from "../../domain/workflow/graph.ts";
import type { WorkflowRoot } from "../../domain/workflow/schema.ts";
import type { Services } from "../../services/services.ts";
import { inLanes } from "../../services/in-lanes.ts";

/** Of one workflow: a sweep whose every trial starts something has many. */
export const mostSteps = 200;

/** @throws AppError WorkflowNotFound */
export async function readWorkflow(services: Services, workspace: WorkspaceRef, id: string): Promise<Graph> {
  const root = await services.workflows.get(workspace, id);
  if (root === undefined)
    throw new AppError(
      "WorkflowNotFound",
      `The workspace ${workspace.workspace} has no workflow ${id.slice(0, 80)}; one is there when the end of its first job or sweep was heard of.`,
    );
  return graphOf(services, workspace, root);
}

export async function graphOf(
  services: Services,
  workspace: WorkspaceRef,
  root: WorkflowRoot,
): Promise<Graph> {
  const { steps, more } = await services.workflows.steps(workspace, root.id, mostSteps);
  const first = await readFirst(services, workspace, root);
  const later = await inLanes(steps, async (step) => {
    const firing = await services.firings.get(step.trigger.guid, step.firing);
    const started = firing === undefined ? undefined : startedOf(firing);
    return laterStep(step, { firing, document: await documentOf(services, workspace, started) });
  });
  const known = later.filter((step) => step !== undefined);
  return { root, steps: inOrder(first, known), more };
}

async function readFirst(services: Services, workspace: WorkspaceRef, root: WorkflowRoot): Promise<Step> {
  const firing = await firstFiring(services, workspace, root);
  const started = firing === undefined ? root : startedOf(firing);
  return firstStep(root, { firing, document: await documentOf(services, workspace, started) });
}

/** Undefined where no trigger started it, or the trigger is gone. */
async function firstFiring(
  services: Services,
  { subscriptionId, resourceGroup, workspace }: WorkspaceRef,
  { id, trigger: name }: WorkflowRoot,
): Promise<Firing | undefined> {
  if (name === undefined) return undefined;
  const ref = { kind: "trigger", subscriptionId, resourceGroup, workspace, trigger: name } as const;
  const trigger = await services.state.triggers.get(ref);
  return trigger === undefined ? undefined : services.firings.get(trigger.guid, id);
}

async function documentOf(services: Services, workspace: WorkspaceRef, started: Started | undefined) {
  if (started === undefined) return undefined;
  const ref = startedRef(workspace, started);
  return ref.kind === "sweep" ? services.state.sweeps.get(ref) : services.state.jobs.get(ref);
}
