// A decision in words: what was compared with what, and what came of it.
import { valueOfLoss } from "../objective.ts";
import type { Goal } from "../objective.ts";
import type { Decision } from "./decisions.ts";
import type { StoppingPolicy } from "./policy.ts";

export function decisionSentence(policy: StoppingPolicy, goal: Goal, decision: Decision): string {
  const { stop, step, rank, of, loss, cutOffLoss } = decision;
  const did = `${stop ? "stopped" : "went on"} at step ${step}`;
  const own = shown(valueOfLoss(goal, loss));
  if (Number.isFinite(loss) === false && stop) return `${did}: it reported no usable number`;
  if (cutOffLoss === undefined) return `${did}: ${own}, and nothing to compare it with yet`;
  const relation = stop === (goal === "maximize") ? "<" : ">";
  const compared = `${own} ${stop ? relation : goal === "maximize" ? "≥" : "≤"} ${whatOf(policy)} ${shown(valueOfLoss(goal, cutOffLoss))}`;
  return `${did}: ${compared} (${rank} of ${of}${keptOf(policy, of)})`;
}

function whatOf(policy: StoppingPolicy): string {
  switch (policy.type) {
    case "bandit":
      return "the best with its slack";
    case "median":
      return "the median of the averages";
    case "truncation":
      return `what the upper ${100 - policy.percentage} % reach,`;
    case "asha":
    case "hyperband":
      return "cut-off";
  }
}

function keptOf(policy: StoppingPolicy, of: number): string {
  if (policy.type !== "asha" && policy.type !== "hyperband") return "";
  return `, the best ${Math.max(1, Math.floor(of / policy.reductionFactor))} go on`;
}

function shown(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(6))) : String(value);
}
