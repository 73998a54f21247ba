// A workflow as a drawing: steps from left to right, each with its state, and lines to those that its end started. One step at a time is reached by
// Tab; arrows go along the lines. The same is in the table below it.
import { useState } from "react";
import type { KeyboardEvent } from "react";
import type { WorkflowResponse } from "../../domain/workflow/wire.ts";
import { neighbour, placed, stepName } from "../lib/workflows.ts";
import type { PlacedStep } from "../lib/workflows.ts";
import { stateText, t } from "../texts/texts.ts";

/** Beside colour and word, so that a state is told by its shape, too. */
const marks: Readonly<Record<string, string>> = {
  waiting: "◔",
  queued: "○",
  running: "▶",
  succeeded: "✓",
  failed: "✕",
  skipped: "»",
  gone: "–",
};

/** `translate="no"`, which the types of React know of HTML alone. */
const isData = { translate: "no" };

const size = { width: 176, height: 58, across: 52, down: 22, edge: 8 };
const mostLetters = 20;
const short = (text: string) => (text.length > mostLetters ? `${text.slice(0, mostLetters - 1)}…` : text);
const leftOf = ({ layer }: PlacedStep) => size.edge + layer * (size.width + size.across);
const topOf = ({ row }: PlacedStep) => size.edge + row * (size.height + size.down);

interface Props {
  readonly workflow: WorkflowResponse;
  /** Id of the step that is chosen. */
  readonly chosen: string | undefined;
  readonly choose: (id: string) => void;
}

export function WorkflowGraph({ workflow, chosen, choose }: Props) {
  const { all, layers, rows } = placed(workflow);
  const [reached, reach] = useState<string>();
  const byId = new Map(all.map((one) => [one.step.id, one]));
  const current = [reached, chosen].find((id) => id !== undefined && byId.has(id)) ?? all[0]?.step.id;
  const width = 2 * size.edge + layers * (size.width + size.across) - size.across;
  const height = 2 * size.edge + rows * (size.height + size.down) - size.down;
  const onKeyDown = (event: KeyboardEvent<SVGGElement>, id: string) => {
    if (event.key === "Enter" || event.key === " ") choose(id);
    const next = neighbour(all, id, event.key);
    if (next === undefined && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    if (next === undefined) return;
    reach(next);
    document.getElementById(`step-${next}`)?.focus();
  };
  return (
    <div className="workflow-frame">
      <svg width={width} height={height} role="group" aria-label={t.workflowGraph.label}>
        {all.map((one) => {
          const from = one.after === undefined ? undefined : byId.get(one.after);
          return from === undefined ? null : <Line key={one.step.id} from={from} to={one} />;
        })}
        {all.map((one) => {
          const { id, state } = one.step;
          const after = one.after === undefined ? undefined : byId.get(one.after);
          const [name, word] = [stepName(one.step), stateText(state)];
          return (
            <g
              key={id}
              id={`step-${id}`}
              role="button"
              tabIndex={id === current ? 0 : -1}
              aria-label={
                after === undefined
                  ? t.workflowGraph.first(name, word)
                  : t.workflowGraph.follows(name, word, stepName(after.step))
              }
              aria-pressed={id === chosen}
              className={`workflow-step state-${state}`}
              transform={`translate(${leftOf(one)} ${topOf(one)})`}
              onClick={() => choose(id)}
              onFocus={() => reach(id)}
              onKeyDown={(event) => onKeyDown(event, id)}
            >
              <rect width={size.width} height={size.height} rx={10} />
              <text x={14} y={24} className="workflow-name" {...isData}>
                {short(name)}
              </text>
              <text x={14} y={44}>
                {marks[state] ?? "·"} {word}
              </text>
            </g>
          );
        })}
      </svg>
    </div>
  );
}

function Line({ from, to }: { from: PlacedStep; to: PlacedStep }) {
  const [x1, y1] = [leftOf(from) + size.width, topOf(from) + size.height / 2];
  const [x2, y2] = [leftOf(to), topOf(to) + size.height / 2];
  const half = (x1 + x2) / 2;
  return (
    <g className="workflow-line" aria-hidden="true">
      <path d={`M ${x1} ${y1} C ${half} ${y1}, ${half} ${y2}, ${x2 - 7} ${y2}`} />
      <path className="workflow-tip" d={`M ${x2} ${y2} l -9 -5 v 10 z`} />
    </g>
  );
}
