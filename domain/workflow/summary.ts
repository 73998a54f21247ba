// A workflow in one row of a list: how far it is, and whether that may still change by itself.
import { z } from "zod";
import { workflowState, workflowStates } from "./graph.ts";
import type { Graph, Step } from "./graph.ts";

const count = z.int().min(0);

export const WorkflowSummary = z.object({
  state: z.enum(workflowStates),
  /** Of the step that ended last; absent while any goes on. */
  endTime: z.string().optional(),
  total: count,
  succeeded: count,
  failed: count,
});
export type WorkflowSummary = z.infer<typeof WorkflowSummary>;

export function summaryOf({ steps }: Graph): WorkflowSummary {
  const state = workflowState(steps);
  const ends = steps.flatMap(({ endTime }) => endTime ?? []).toSorted();
  const endTime = state === "running" ? undefined : ends.at(-1);
  const of = (wanted: Step["state"]) => steps.filter((step) => step.state === wanted).length;
  return {
    state,
    ...(endTime === undefined ? {} : { endTime }),
    total: steps.length,
    succeeded: of("succeeded"),
    failed: of("failed"),
  };
}

/**
 * Only another step, or a restart, can change it. A skipped event, and one whose job could not be made, may be replayed; a sweep that has ended
 * may be extended.
 */
export function isSettled({ steps, more }: Graph): boolean {
  return !more && steps.every(isOver);
}

function isOver({ state, started, firing }: Step): boolean {
  if (started?.kind !== "job") return false;
  return state === "succeeded" || state === "gone" || (state === "failed" && firing?.decision !== "failed");
}
