// The tables of sweeps, of their forecasts, and of their trials, which have a column for each parameter.
import type { ForecastResponse, SweepResponse, TrialResponse } from "../../domain/sweep/wire.ts";
import { parseIdOf } from "../../domain/shared/resource-id.ts";
import type { Columns } from "./print.ts";

export const sweepColumns: Columns<SweepResponse> = [
  ["Name", ({ name }) => name],
  [
    "State",
    ({ properties: { provisioningState, executionState } }) =>
      provisioningState === "deleting" ? provisioningState : executionState,
  ],
  ["Trials", ({ properties }) => `${properties.total}/${String(properties.limits["maxTrials"])}`],
  ["Best", ({ properties }) => properties.best?.value],
  ["Of trial", ({ properties }) => properties.best?.trial],
  ["Ended by", ({ properties }) => properties.endReason],
];

type Shown = Pick<TrialResponse, "trial" | "parameters">;

function parametersOf(trials: readonly Shown[]): Columns<Shown> {
  const names = [...new Set(trials.flatMap(({ parameters }) => Object.keys(parameters)))].sort();
  return names.map((name) => [name, ({ parameters }) => shortened(parameters[name])]);
}

/** A table is for eyes: six digits tell numbers apart. */
function shortened(value: string | number | boolean | undefined): string | undefined {
  if (typeof value === "number" && !Number.isInteger(value)) return String(Number(value.toPrecision(6)));
  return value === undefined ? undefined : String(value);
}

export function suggestionColumns(suggestions: readonly Shown[]): Columns<Shown> {
  return [["Trial", ({ trial }) => trial], ...parametersOf(suggestions)];
}

/** A table has no room for whole ids. */
const takenFrom: Columns<TrialResponse>[number] = [
  "Taken from",
  ({ reusedFrom }) => {
    if (reusedFrom === undefined) return undefined;
    const { experiment, job } = parseIdOf("job", reusedFrom);
    return `${experiment}/${job}`;
  },
];

export function trialColumns(trials: readonly TrialResponse[]): Columns<TrialResponse> {
  return [
    ["Trial", ({ trial }) => trial],
    ["State", ({ state }) => state],
    ["Value", ({ value }) => shortened(value)],
    ...parametersOf(trials),
    ["Exit code", ({ exitCode }) => exitCode],
    ["Job", ({ job }) => job],
    ...(trials.some(({ reusedFrom }) => reusedFrom !== undefined) ? [takenFrom] : []),
  ];
}

interface ForecastRow {
  readonly of: string;
  readonly band: ForecastResponse["seconds"];
}

/** A forecast in rows; its runs in virtual time differ from the lowest to the highest figure. */
export function forecastRows(told: ForecastResponse): readonly ForecastRow[] {
  const { seconds, nodeHours, amount, currency = "", trials, stopped } = told;
  return [
    { of: "Hours to the end", band: scaled(seconds, 1 / 3600) },
    { of: "Node-hours", band: nodeHours },
    ...(amount === undefined ? [] : [{ of: `Cost, ${currency}`, band: amount }]),
    { of: "Trials", band: trials },
    { of: "Stopped early", band: stopped },
  ];
}

function scaled({ low, median, high }: ForecastRow["band"], by: number): ForecastRow["band"] {
  return { low: low * by, median: median * by, high: high * by };
}

export const forecastColumns: Columns<ForecastRow> = [
  ["", ({ of }) => of],
  ["Lowest", ({ band }) => shortened(band.low)],
  ["Median", ({ band }) => shortened(band.median)],
  ["Highest", ({ band }) => shortened(band.high)],
];
