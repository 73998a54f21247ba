// The tables of workflows: the list, and one as a tree, in which each step stands indented below the one whose end started it.
import type {
  WorkflowResponse,
  WorkflowStepResponse,
  WorkflowSummaryResponse,
} from "../../domain/workflow/wire.ts";
import type { Columns } from "./print.ts";

const nameIn = (reference: { readonly id: string } | undefined) => reference?.id.split("/").at(-1);

export const workflowColumns: Columns<WorkflowSummaryResponse> = [
  ["Workflow", ({ name }) => name],
  ["State", ({ properties }) => properties.state],
  ["Steps", ({ properties }) => stepsText(properties.stepCounts)],
  ["Started", ({ properties }) => properties.startTime],
  ["Ended", ({ properties }) => properties.endTime],
  ["First", ({ properties: { job, sweep } }) => nameIn(job ?? sweep)],
  ["Trigger", ({ properties }) => nameIn(properties.trigger)],
];

/** `2 of 3 done, 1 failed` */
function stepsText({
  total,
  succeeded,
  failed,
}: WorkflowSummaryResponse["properties"]["stepCounts"]): string {
  return `${succeeded} of ${total} done${failed === 0 ? "" : `, ${failed} failed`}`;
}

export interface TreeRow {
  readonly depth: number;
  readonly step: WorkflowStepResponse;
}

/** The steps as the service orders them, each behind the one that it follows. */
export function treeOf({ properties: { steps, edges } }: WorkflowResponse): readonly TreeRow[] {
  const before = new Map(edges.map(({ from, to }) => [to, from]));
  const depths = new Map<string, number>();
  return steps.map((step) => {
    const from = before.get(step.id);
    const depth = from === undefined ? 0 : (depths.get(from) ?? 0) + 1;
    depths.set(step.id, depth);
    return { depth, step };
  });
}

export const treeColumns: Columns<TreeRow> = [
  ["Step", ({ depth, step }) => `${"  ".repeat(depth)}${depth === 0 ? "" : "└ "}${stepName(step)}`],
  ["State", ({ step: { state, exitCode } }) => (exitCode ? `${state} (exit code ${exitCode})` : state)],
  ["Started", ({ step: { job, sweep } }) => nameIn(job ?? sweep)],
  ["Decision", ({ step }) => step.decision],
  ["Reason", ({ step }) => step.reason],
  ["Handed over", ({ step }) => outputsOf(step)],
  ["Id", ({ step }) => step.id],
];

const stepName = ({ trigger, job, sweep }: WorkflowStepResponse) => nameIn(trigger ?? job ?? sweep) ?? "?";

function outputsOf({ outputs = {} }: WorkflowStepResponse): string {
  return Object.entries(outputs)
    .map(([name, value]) => `${name.replace(/^outputs\./, "")}=${value}`)
    .join(" ");
}
