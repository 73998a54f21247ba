// Trials as columns, as the service sends them to charts and tables: one array for each field, all in one order.
import type { WireNumber } from "./chart-data.ts";
import { finite } from "./chart-data.ts";

export type Cell = string | number | boolean | null;

export interface TrialColumns {
  readonly total: number;
  /** By state, of the whole sweep whatever was asked for. */
  readonly counts: Readonly<Record<string, number>>;
  readonly columns: Readonly<Record<string, readonly Cell[]>>;
}

export const plainFields = ["trial", "state", "value", "attempt", "exitCode", "job", "reusedFrom"] as const;
export const parameterField = (name: string) => `params.${name}`;

export const cellAt = ({ columns }: TrialColumns, field: string, row: number): Cell =>
  columns[field]?.[row] ?? null;

export interface TrialJob {
  readonly experiment: string;
  readonly job: string;
  /** It is an earlier trial's: this one took its result. */
  readonly isTaken: boolean;
}

/** Where a trial's output is. @param reusedFrom id of the job whose result it took. */
export function trialJob(experiment: string, job: string, reusedFrom?: unknown): TrialJob {
  const id = typeof reusedFrom === "string" ? reusedFrom : "";
  const [, itsExperiment, itsJob] = /\/experiments\/([^/]+)\/jobs\/([^/]+)$/i.exec(id) ?? [];
  if (itsExperiment === undefined || itsJob === undefined) return { experiment, job, isTaken: false };
  return { experiment: itsExperiment, job: itsJob, isTaken: true };
}

export const jobOfRow = (data: TrialColumns, row: number, experiment: string): TrialJob =>
  trialJob(experiment, String(cellAt(data, "job", row)), cellAt(data, "reusedFrom", row));

/** The rows, in the order in which they were sent. */
export const rowsOf = ({ total }: Pick<TrialColumns, "total">): readonly number[] =>
  Array.from({ length: total }, (_, row) => row);

export interface TrialView {
  /** Empty: all. */
  readonly states: readonly string[];
  /** In the service's own words. */
  readonly filter: string;
  /** `value`, `-params.LR` */
  readonly sort: string;
}

/** What is asked of the service for that view. */
export function trialQuery({ states, filter, sort }: TrialView): Readonly<Record<string, string>> {
  const [state] = states;
  const terms = [...(state === undefined ? [] : [`state eq '${state}'`]), ...(filter === "" ? [] : [filter])];
  const order = sort.startsWith("-") ? `${sort.slice(1)} desc` : sort;
  return {
    ...(terms.length === 0 ? {} : { filter: terms.join(" and ") }),
    ...(order === "" || order === "trial" ? {} : { orderby: order }),
  };
}

export interface SoFar {
  readonly trial: number;
  /** Null where the trial has none, or none that is a number. */
  readonly value: number | null;
  /** Of this trial and those of lower number; null before the first. */
  readonly best: number | null;
}

/** Results by the trials' numbers, and the best until each. */
export function bestSoFar(
  trials: readonly Cell[],
  values: readonly (WireNumber | boolean | null)[],
  goal: "minimize" | "maximize",
): readonly SoFar[] {
  const results = trials
    .map((trial, row) => ({ trial: Number(trial), value: numberOf(values[row]) }))
    .sort((a, b) => a.trial - b.trial);
  let best: number | null = null;
  return results.map(({ trial, value }) => {
    const isBetter = value !== null && (best === null || (goal === "minimize" ? value < best : value > best));
    if (isBetter) best = value;
    return { trial, value, best };
  });
}

export const numberOf = (cell: Cell | undefined): number | null =>
  typeof cell === "boolean" ? null : finite(cell);

export interface Association {
  readonly name: string;
  /** Spearman's rank correlation with the result, from -1 to 1. */
  readonly correlation: number;
}

/** How strongly each parameter that is a number goes with the result, strongest first. Trials without both are left out. */
export function associations(data: TrialColumns, names: readonly string[]): readonly Association[] {
  const values = (data.columns["value"] ?? []).map(numberOf);
  return names
    .flatMap((name): Association[] => {
      const cells = (data.columns[parameterField(name)] ?? []).map(numberOf);
      const pairs = cells.flatMap((x, row) => {
        const y = values[row] ?? null;
        return x === null || y === null ? [] : [[x, y] as const];
      });
      const correlation = pairs.length < 3 ? Number.NaN : rankCorrelation(pairs);
      return Number.isNaN(correlation) ? [] : [{ name, correlation }];
    })
    .sort((a, b) => Math.abs(b.correlation) - Math.abs(a.correlation));
}

function rankCorrelation(pairs: readonly (readonly [number, number])[]): number {
  const [xs, ys] = [ranks(pairs.map(([x]) => x)), ranks(pairs.map(([, y]) => y))];
  const middle = (pairs.length - 1) / 2;
  let [together, ofX, ofY] = [0, 0, 0];
  for (const [index, x] of xs.entries()) {
    const [dx, dy] = [x - middle, (ys[index] ?? 0) - middle];
    together += dx * dy;
    ofX += dx * dx;
    ofY += dy * dy;
  }
  return together / Math.sqrt(ofX * ofY);
}

/** Equal values share the middle of their places. */
function ranks(values: readonly number[]): readonly number[] {
  const order = values.map((value, index) => ({ value, index })).sort((a, b) => a.value - b.value);
  const found = new Array<number>(values.length).fill(0);
  for (let start = 0; start < order.length;) {
    let end = start;
    while (end + 1 < order.length && order[end + 1]?.value === order[start]?.value) end += 1;
    for (let at = start; at <= end; at += 1) found[order[at]?.index ?? 0] = (start + end) / 2;
    start = end + 1;
  }
  return found;
}
