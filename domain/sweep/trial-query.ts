// Which trials somebody wants to see, and in which order: comparisons joined by `and`, and one field to sort by. Fields are
// `trial`, `attempt`, `state`, `job`, `reusedFrom`, `exitCode`, `value`, `params.NAME` and `metrics.NAME.last|best|bestStep|min|max|n`.
import { AppError } from "../shared/errors.ts";
import type { TrialView } from "./wire.ts";

export type Cell = string | number | boolean | undefined;
type Comparison = (trial: TrialView) => boolean;

const plainFields = [
  "trial",
  "attempt",
  "state",
  "job",
  "exitCode",
  "value",
  "startTime",
  "endTime",
  "reusedFrom",
] as const;
const figures = ["last", "lastStep", "best", "bestStep", "min", "max", "n"] as const;
const nonNumbers = new Set(["NaN", "Infinity", "-Infinity"]);

/** @throws AppError InvalidQueryParameter for a field that no trial has. */
export function fieldOf(parameter: string, name: string): (trial: TrialView) => Cell {
  const plain = plainFields.find((field) => field === name);
  if (plain !== undefined) return (trial) => asNumber(trial[plain]);
  const [, param] = /^params\.(\w+)$/.exec(name) ?? [];
  if (param !== undefined) return ({ parameters }) => parameters[param];
  const [, metric, figure] = /^metrics\.(.+)\.(\w+)$/.exec(name) ?? [];
  const known = figures.find((each) => each === figure);
  if (metric !== undefined && known !== undefined) return ({ metrics }) => asNumber(metrics[metric]?.[known]);
  throw new AppError(
    "InvalidQueryParameter",
    `${parameter}: there is no field '${name.slice(0, 80)}'; use ${plainFields.join(", ")}, params.NAME or metrics.NAME.${figures.join("|")}`,
    { target: parameter },
  );
}

function asNumber(cell: Cell): Cell {
  return typeof cell === "string" && nonNumbers.has(cell) ? Number(cell) : cell;
}

const term = /^\s*(\S+)\s+(eq|ne|lt|le|gt|ge)\s+('(?:[^']|'')*'|\S+)\s*$/;

/** @throws AppError InvalidQueryParameter that says what a filter looks like. */
export function trialFilter(text: string | undefined): Comparison {
  if (text === undefined || text.trim() === "") return () => true;
  const comparisons = text.split(/\s+and\s+(?=(?:[^']*'[^']*')*[^']*$)/).map(comparison);
  return (trial) => comparisons.every((holds) => holds(trial));
}

function comparison(text: string): Comparison {
  const [, name = "", operator, literal = ""] = term.exec(text) ?? [];
  if (operator === undefined)
    throw new AppError(
      "InvalidQueryParameter",
      `filter: expected comparisons such as "state eq 'failed' and params.LR lt 0.1", got '${text.slice(0, 80)}'`,
      { target: "filter" },
    );
  const field = fieldOf("filter", name);
  const wanted = literalOf(literal);
  return (trial) => {
    const cell = field(trial);
    if (operator === "eq") return cell === wanted;
    if (operator === "ne") return cell !== wanted;
    if (cell === undefined || typeof cell !== typeof wanted) return false;
    if (operator === "lt") return cell < wanted;
    if (operator === "le") return cell <= wanted;
    return operator === "gt" ? cell > wanted : cell >= wanted;
  };
}

function literalOf(text: string): string | number | boolean {
  if (text.startsWith("'")) return text.slice(1, -1).replaceAll("''", "'");
  if (text === "true" || text === "false") return text === "true";
  const number = Number(text);
  return Number.isNaN(number) ? text : number;
}

/** What is absent, and NaN, comes last in either direction; trials that are equal stay in order of their numbers. */
export function trialOrder(text: string | undefined): (trials: readonly TrialView[]) => readonly TrialView[] {
  const [, name = "trial", direction] = /^\s*(\S+)(?:\s+(asc|desc))?\s*$/.exec(text ?? "trial") ?? [];
  const field = fieldOf("orderby", name);
  const sign = direction === "desc" ? -1 : 1;
  const before = (a: Row, b: Row): number => {
    const [noLeft, noRight] = [isNothing(a.cell), isNothing(b.cell)];
    if (noLeft || noRight) return noLeft === noRight ? a.trial.trial - b.trial.trial : noLeft ? 1 : -1;
    return sign * compare(a.cell, b.cell) || a.trial.trial - b.trial.trial;
  };
  // A cell is looked up once for each trial, not at each comparison.
  return (trials) =>
    trials
      .map((trial): Row => ({ trial, cell: field(trial) }))
      .sort(before)
      .map(({ trial }) => trial);
}

interface Row {
  readonly trial: TrialView;
  readonly cell: Cell;
}

const isNothing = (cell: Cell) => cell === undefined || Number.isNaN(cell);

function compare(a: Cell, b: Cell): number {
  if (typeof a === "number" && typeof b === "number") return a === b ? 0 : a - b;
  const [left, right] = [String(a), String(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
