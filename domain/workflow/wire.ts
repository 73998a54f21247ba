// Workflows as clients see them.
import { z } from "zod";
import { text } from "../shared/fields.ts";
import { formatId } from "../shared/resource-id.ts";
import type { WorkspaceRef } from "../shared/resource-id.ts";
import { time } from "../shared/wire.ts";
import { decisions, startedRef } from "../trigger/firing.ts";
import type { Started } from "../trigger/firing.ts";
import { stepStates, workflowState, workflowStates } from "./graph.ts";
import type { Graph, Step } from "./graph.ts";
import type { WorkflowSummary } from "./summary.ts";
import type { WorkflowRoot } from "./schema.ts";

const Reference = z.looseObject({ id: z.string() });

const rootFields = {
  startTime: time(),
  trigger: Reference.optional().meta({ description: "The one that started the first job or sweep" }),
  job: Reference.optional().meta({ description: "The first one" }),
  sweep: Reference.optional(),
};

export const WorkflowSummaryResponse = z
  .looseObject({
    id: z.string(),
    name: z.string(),
    type: z.string(),
    properties: z.looseObject({
      ...rootFields,
      state: z.enum(workflowStates),
      endTime: time().optional().meta({ description: "Absent while a step goes on" }),
      stepCounts: z.looseObject({
        total: z.int().min(0),
        succeeded: z.int().min(0),
        failed: z.int().min(0),
      }),
    }),
  })
  .meta({ id: "WorkflowSummary" });
export type WorkflowSummaryResponse = z.infer<typeof WorkflowSummaryResponse>;

export const WorkflowStepResponse = z
  .looseObject({
    id: z
      .string()
      .meta({ description: "Of its firing, or, of a first one that no trigger started, of the workflow" }),
    state: z.enum(stepStates),
    trigger: Reference.optional(),
    firing: Reference.optional(),
    decision: z.enum(decisions).optional(),
    reason: z.string().optional(),
    job: Reference.optional(),
    sweep: Reference.optional(),
    startTime: time().optional(),
    endTime: time().optional(),
    exitCode: z.int().optional(),
    outputs: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
    restarts: z.array(z.looseObject({ id: z.string(), time: time(), by: z.string() })).optional(),
  })
  .meta({ id: "WorkflowStep" });
export type WorkflowStepResponse = z.infer<typeof WorkflowStepResponse>;

export const WorkflowResponse = z
  .looseObject({
    id: z.string(),
    name: z.string(),
    type: z.string(),
    properties: z.looseObject({
      ...rootFields,
      state: z.enum(workflowStates),
      steps: z.array(WorkflowStepResponse),
      edges: z.array(z.looseObject({ from: z.string(), to: z.string() })),
      more: z.boolean().meta({ description: "There are more steps than are shown" }),
    }),
  })
  .meta({ id: "Workflow" });
export type WorkflowResponse = z.infer<typeof WorkflowResponse>;

export const WorkflowRestart = z.object({
  /** Names the request: asking twice with the same is asking once. */
  id: text(100).optional(),
  /** Ids of steps that failed; without them all that did. */
  steps: z.array(text(64)).min(1).max(100, "expected at most 100 ids").optional(),
});
export type WorkflowRestart = z.infer<typeof WorkflowRestart>;

export const RestartResponse = z
  .looseObject({ restarted: z.array(z.string()), workflow: WorkflowResponse })
  .meta({ id: "WorkflowRestarted" });
export type RestartResponse = z.infer<typeof RestartResponse>;

const type = "Microsoft.BatchAI/workspaces/workflows";

function rootWire(workspace: WorkspaceRef, root: WorkflowRoot) {
  return {
    startTime: root.receivedAt,
    ...triggerWire(workspace, root.trigger),
    ...startedWire(workspace, root),
  };
}

const namedWire = (workspace: WorkspaceRef, { id }: WorkflowRoot) => ({
  id: `${formatId(workspace)}/workflows/${id}`,
  name: id,
  type,
});

export function workflowSummaryWire(
  workspace: WorkspaceRef,
  { root, summary }: { readonly root: WorkflowRoot; readonly summary: WorkflowSummary },
) {
  const { state, endTime, ...stepCounts } = summary;
  return {
    ...namedWire(workspace, root),
    properties: {
      ...rootWire(workspace, root),
      state,
      ...(endTime === undefined ? {} : { endTime }),
      stepCounts,
    },
  };
}

export function workflowWire(workspace: WorkspaceRef, { root, steps, more }: Graph) {
  return {
    ...namedWire(workspace, root),
    properties: {
      ...rootWire(workspace, root),
      state: workflowState(steps),
      steps: steps.map((step) => stepWire(workspace, step)),
      edges: steps.flatMap(({ id: to, after: from }) => (from === undefined ? [] : [{ from, to }])),
      more,
    },
  };
}

function stepWire(workspace: WorkspaceRef, step: Step) {
  const { id, state, trigger, firing, started, startTime, endTime, exitCode } = step;
  const times = Object.fromEntries(
    Object.entries({ startTime, endTime, exitCode }).filter(([, value]) => value !== undefined),
  );
  return {
    id,
    state,
    ...triggerWire(workspace, trigger),
    ...(firing === undefined || trigger === undefined
      ? {}
      : {
          firing: { id: `${triggerPath(workspace, trigger)}/firings/${firing.id}` },
          decision: firing.decision,
          reason: firing.reason,
          ...(firing.outputs === undefined ? {} : { outputs: firing.outputs }),
          ...restartsWire(workspace, firing.restarts),
        }),
    ...(started === undefined ? {} : startedWire(workspace, started)),
    ...times,
  };
}

/** @param restarts of a firing, the oldest first. */
export function restartsWire(
  workspace: WorkspaceRef,
  restarts: readonly { id: string; at: string; by: string; from?: Started | undefined }[] | undefined,
) {
  if (restarts === undefined) return {};
  return {
    restarts: restarts.map(({ id, at, by, from }) => ({
      id,
      time: at,
      by,
      ...(from === undefined ? {} : { from: startedWire(workspace, from) }),
    })),
  };
}

const triggerPath = ({ subscriptionId, resourceGroup, workspace }: WorkspaceRef, trigger: string) =>
  formatId({ kind: "trigger", subscriptionId, resourceGroup, workspace, trigger });

const triggerWire = (workspace: WorkspaceRef, trigger: string | undefined) =>
  trigger === undefined ? {} : { trigger: { id: triggerPath(workspace, trigger) } };

function startedWire(
  workspace: WorkspaceRef,
  started: Started,
): { readonly job?: { readonly id: string }; readonly sweep?: { readonly id: string } } {
  return { [started.kind]: { id: formatId(startedRef(workspace, started)) } };
}
