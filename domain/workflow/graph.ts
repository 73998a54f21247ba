// A workflow as one graph: a node for each step with the decision of the ledger and the state of what it started, an edge from each step to
// those that its end started. Pure.
import { isFinished } from "../job/machine.ts";
import type { JobDocument } from "../job/schema.ts";
import type { SweepDocument } from "../sweep/schema.ts";
import { startedOf } from "../trigger/firing.ts";
import type { Firing, Started } from "../trigger/firing.ts";
import type { WorkflowRoot, WorkflowStep } from "./schema.ts";

export const stepStates = ["waiting", "queued", "running", "succeeded", "failed", "skipped", "gone"] as const;
export type StepState = (typeof stepStates)[number];

export interface Step {
  readonly id: string;
  /** Absent for the first. */
  readonly after?: string | undefined;
  /** Absent where no trigger started it. */
  readonly trigger?: string | undefined;
  readonly firing?: Firing | undefined;
  readonly started?: Started | undefined;
  readonly state: StepState;
  readonly startTime?: string | undefined;
  readonly endTime?: string | undefined;
  readonly exitCode?: number | undefined;
}

/** What was read for a step. */
export interface Read {
  readonly firing?: Firing | undefined;
  /** What it started, if that is there. */
  readonly document?: JobDocument | SweepDocument | undefined;
}

export interface Graph {
  readonly root: WorkflowRoot;
  /** The first one first, each after the one that it follows. */
  readonly steps: readonly Step[];
  /** There are more steps. */
  readonly more: boolean;
}

export function firstStep(root: WorkflowRoot, { firing, document }: Read): Step {
  const { kind, experiment, name } = root;
  const started = firing === undefined ? { kind, experiment, name } : startedOf(firing);
  return {
    id: root.id,
    trigger: root.trigger,
    firing,
    started,
    ...stateOf(firing, document),
  };
}

/** Undefined for one whose event was never written down. */
export function laterStep(step: WorkflowStep, { firing, document }: Read): Step | undefined {
  if (firing === undefined) return undefined;
  return {
    id: step.firing,
    after: step.after,
    trigger: step.trigger.name,
    firing,
    started: startedOf(firing),
    ...stateOf(firing, document),
  };
}

type State = Pick<Step, "state" | "startTime" | "endTime" | "exitCode">;

function stateOf(firing: Firing | undefined, document: Read["document"]): State {
  const decision = firing?.decision ?? "started";
  if (decision === "waiting" || decision === "queued" || decision === "skipped" || decision === "failed")
    return { state: decision };
  if (document === undefined) return { state: firing?.submitted === false ? "waiting" : "gone" };
  if (document.kind === "sweep") {
    const { executionState: state, startTime, endTime } = document;
    return { state: state === "terminating" ? "running" : state, startTime, endTime };
  }
  const { executionState: state, executionInfo } = document;
  const { startTime, endTime, exitCode } = executionInfo;
  const told = isFinished(state) ? (state === "succeeded" ? "succeeded" : "failed") : undefined;
  return { state: told ?? (state === "queued" ? "queued" : "running"), startTime, endTime, exitCode };
}

/** Each step behind the one that it follows, siblings in the order in which their events came. */
export function inOrder(first: Step, later: readonly Step[]): readonly Step[] {
  const byTime = later.toSorted((a, b) => received(a).localeCompare(received(b)) || a.id.localeCompare(b.id));
  const ordered: Step[] = [];
  const seen = new Set<string>();
  const add = (step: Step): void => {
    if (seen.has(step.id)) return;
    seen.add(step.id);
    ordered.push(step);
    for (const next of byTime) if (next.after === step.id) add(next);
  };
  add(first);
  // Of a chain of which a step in between is not kept any more.
  for (const step of byTime) add(step);
  return ordered;
}

const received = ({ firing }: Step) => firing?.receivedAt ?? "";

export const workflowStates = ["running", "succeeded", "failed"] as const;

export function workflowState(steps: readonly Step[]): (typeof workflowStates)[number] {
  const states = new Set(steps.map(({ state }) => state));
  if (states.has("waiting") || states.has("queued") || states.has("running")) return "running";
  return states.has("failed") ? "failed" : "succeeded";
}
