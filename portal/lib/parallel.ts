// Parallel coordinates: where each trial crosses each axis, and which trials the brushes leave. Places go from 0 (below) to 1 (above); a trial that
// does not have a parameter, or has no number there, crosses that axis nowhere.
import { numberText } from "./chart-data.ts";
import type { ParameterAxis } from "./sweeps.ts";
import { numberOf, parameterField } from "./trials.ts";
import type { Cell, TrialColumns } from "./trials.ts";

export interface Axis {
  readonly name: string;
  readonly title: string;
  readonly kind: "linear" | "log" | "choice";
  readonly low: number;
  readonly high: number;
  readonly choices: readonly Cell[];
  /** What lies above is drawn at its end. */
  readonly isClipped: boolean;
  /** By row; NaN: nowhere. */
  readonly places: Float32Array;
}

/** From and to, as values of the axis; of a choice as its number. */
export type Brush = readonly [number, number];
export type Brushes = Readonly<Record<string, Brush>>;

const outlier = 50;
const clippedShare = 0.9;

export function axesOf(
  data: TrialColumns,
  parameters: readonly ParameterAxis[],
  objective: { readonly metric: string; readonly goal: "minimize" | "maximize" },
): readonly Axis[] {
  const axes = parameters.map(({ name, isLog, choices }) => {
    const cells = data.columns[parameterField(name)] ?? [];
    return choices === undefined ? numberAxis(name, name, cells, isLog) : choiceAxis(name, cells, choices);
  });
  const values = data.columns["value"] ?? [];
  return [...axes, resultAxis(values, objective.metric, objective.goal === "minimize")];
}

function choiceAxis(name: string, cells: readonly Cell[], choices: readonly Cell[]): Axis {
  const high = Math.max(1, choices.length - 1);
  const numbers = new Map(choices.map((choice, index) => [choice, index]));
  const places = Float32Array.from(cells, (cell) => (numbers.get(cell) ?? Number.NaN) / high);
  return { name, title: name, kind: "choice", low: 0, high, choices, isClipped: false, places };
}

/** A result far off leaves no room for the others: the worst tenth is drawn at the end of the axis. */
function resultAxis(cells: readonly Cell[], title: string, isSmallBest: boolean): Axis {
  const sorted = Float64Array.from(cells.flatMap((cell) => numberOf(cell) ?? [])).sort();
  const [most = 0, middle = 0] = [sorted.at(-1), sorted[Math.floor(sorted.length / 2)]];
  const isClipped = isSmallBest && middle > 0 && most / middle > outlier;
  const end = isClipped ? sorted[Math.floor((sorted.length - 1) * clippedShare)] : undefined;
  return numberAxis("value", title, cells, false, end);
}

function numberAxis(name: string, title: string, cells: readonly Cell[], isLog: boolean, end?: number): Axis {
  let [low, high] = [Infinity, -Infinity];
  const numbers = cells.map((cell) => numberOf(cell) ?? Number.NaN);
  for (const value of numbers) {
    if (Number.isNaN(value) || (isLog && value <= 0)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const isEmpty = low > high;
  const axis = {
    kind: isLog ? ("log" as const) : ("linear" as const),
    low: isEmpty ? (isLog ? 0.1 : 0) : low,
    high: end ?? (isEmpty ? 1 : high),
  };
  const places = Float32Array.from(numbers, (value) => placeOn(axis, value));
  return { name, title, ...axis, choices: [], isClipped: end !== undefined, places };
}

type Scale = Pick<Axis, "kind" | "low" | "high">;

/** Where a value lies on an axis. */
export function placeOn({ kind, low, high }: Scale, value: number): number {
  if (kind === "log" && value <= 0) return Number.NaN;
  if (high === low) return Number.isNaN(value) ? Number.NaN : 0.5;
  const part = kind === "log" ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  return Math.min(1, Math.max(0, part));
}

/** The value at a place of an axis. */
export function valueOn({ kind, low, high }: Scale, place: number): number {
  if (kind === "log") return low * (high / low) ** place;
  return low + (high - low) * place;
}

/** What stands at a place of an axis. */
export function labelOn(axis: Axis, value: number): string {
  if (axis.kind === "choice") return String(axis.choices[Math.round(value)] ?? "");
  return numberText(value);
}

/** The rows that lie in every brush; all where there is none. */
export function brushedRows(
  axes: readonly Axis[],
  brushes: Brushes,
  rows: readonly number[],
): readonly number[] {
  const limits = axes.flatMap((axis) => {
    const brush = brushes[axis.name];
    if (brush === undefined) return [];
    const [from, to] = [placeOn(axis, brush[0]), placeOn(axis, brush[1])];
    const slack = axis.kind === "choice" ? 0.3 / axis.high : 1e-6;
    return [{ places: axis.places, from: Math.min(from, to) - slack, to: Math.max(from, to) + slack }];
  });
  if (limits.length === 0) return rows;
  return rows.filter((row) =>
    limits.every(({ places, from, to }) => {
      const place = places[row] ?? Number.NaN;
      return place >= from && place <= to;
    }),
  );
}

/** Brushes in an address: `LR~0.001~0.1`. Whatever is no such thing is left out. */
export function brushesOf(texts: readonly string[]): Brushes {
  return Object.fromEntries(
    texts.flatMap((text) => {
      const [name = "", from = "", to = ""] = text.split("~");
      const brush = [Number(from), Number(to)] as const;
      return name === "" || from === "" || to === "" || brush.some((one) => !Number.isFinite(one))
        ? []
        : [[name, brush]];
    }),
  );
}

export const brushTexts = (brushes: Brushes): readonly string[] =>
  Object.entries(brushes).map(
    ([name, [from, to]]) => `${name}~${Number(from.toPrecision(6))}~${Number(to.toPrecision(6))}`,
  );
