// What values a parameter takes. Inside a search every parameter is one number, its coordinate: the place in the list of a
// choice, the value itself of a number, the share below it of a normal one. Here coordinates are made and told as values.
import { normalQuantile } from "./normal.ts";
import type { Parameter, Value } from "./parameter.ts";

export type Distribution =
  | { readonly kind: "categorical"; readonly count: number }
  | {
      readonly kind: "numeric";
      readonly low: number;
      readonly high: number;
      readonly log: boolean;
      /** The distance of neighbouring values, from `low` on. */
      readonly step?: number;
    };

export function distributionOf(parameter: Parameter): Distribution {
  switch (parameter.type) {
    case "choice":
    case "discrete":
    case "dict":
      return { kind: "categorical", count: parameter.values.length };
    case "integer":
    case "real": {
      const { min: low, max, scale, step } = parameter;
      const log = scale === "log";
      if (step === undefined) return { kind: "numeric", low, high: max, log };
      return { kind: "numeric", low, high: low + Math.floor((max - low) / step + 1e-9) * step, log, step };
    }
    case "uniform":
    case "loguniform":
      return {
        kind: "numeric",
        low: parameter.min,
        high: parameter.max,
        log: parameter.type === "loguniform",
      };
    case "quniform":
    case "qloguniform": {
      const { min, max, q: step } = parameter;
      const log = parameter.type === "qloguniform";
      const high = Math.round(max / step) * step;
      const low = Math.round(min / step) * step;
      return { kind: "numeric", low: log ? Math.max(low, step) : low, high, log, step };
    }
    case "randint":
      return { kind: "numeric", low: 0, high: parameter.upper - 1, log: false, step: 1 };
    case "normal":
    case "lognormal":
      return { kind: "numeric", low: 0, high: 1, log: false };
    case "file":
      throw new Error("a file parameter is a choice once its files are listed");
  }
}

/** The coordinate at the share `u` (from 0, below 1) of the distribution. */
export function coordinateAt(distribution: Distribution, u: number): number {
  if (distribution.kind === "categorical")
    return Math.min(Math.floor(u * distribution.count), distribution.count - 1);
  const { low, high } = edges(distribution);
  return snapped(distribution, fromScale(distribution, low + u * (high - low)));
}

/** The range in which a numeric coordinate is drawn, on the scale on which it is even: half a step beyond its ends. */
export function edges(distribution: Extract<Distribution, { kind: "numeric" }>): {
  low: number;
  high: number;
} {
  const half = (distribution.step ?? 0) / 2;
  return {
    low: toScale(distribution, distribution.low - half),
    high: toScale(distribution, distribution.high + half),
  };
}

export function toScale({ log }: { readonly log: boolean }, value: number): number {
  return log ? Math.log(value) : value;
}

export function fromScale({ log }: { readonly log: boolean }, value: number): number {
  return log ? Math.exp(value) : value;
}

/** The nearest coordinate that the parameter can have. */
export function snapped(distribution: Extract<Distribution, { kind: "numeric" }>, value: number): number {
  const { low, high, step } = distribution;
  const inside = Math.min(Math.max(value, low), high);
  if (step === undefined) return inside;
  return Math.min(tidy(low + Math.round((inside - low) / step) * step), high);
}

/** Whether the parameter can have it. */
export function isCoordinate(distribution: Distribution, at: number): boolean {
  if (distribution.kind === "categorical") return Number.isInteger(at) && at >= 0 && at < distribution.count;
  return at >= distribution.low && at <= distribution.high;
}

/** `0.1 + 2 * 0.1` is meant to be 0.3. */
function tidy(value: number): number {
  return Number(value.toPrecision(15));
}

/** The value that the program is given. */
export function valueAt(parameter: Parameter, coordinate: number): Value {
  switch (parameter.type) {
    case "choice":
    case "discrete":
    case "dict": {
      const value = parameter.values[coordinate];
      if (value === undefined) throw new Error(`a choice has no value number ${coordinate}`);
      return value;
    }
    case "normal":
      return parameter.mu + parameter.sigma * normalQuantile(coordinate);
    case "lognormal":
      return Math.exp(parameter.mu + parameter.sigma * normalQuantile(coordinate));
    default:
      return coordinate;
  }
}

/** More would be a grid that nobody can walk. */
export const mostGridValues = 10_000;

/** The coordinates that a grid takes, in order; undefined when there are too many, or no end of them. */
export function gridOf(parameter: Parameter): readonly number[] | undefined {
  const distribution = distributionOf(parameter);
  if (distribution.kind === "categorical") return Array.from({ length: distribution.count }, (_, at) => at);
  if (parameter.type === "normal" || parameter.type === "lognormal") return undefined;
  const asked = "numValues" in parameter ? parameter.numValues : undefined;
  const { low, high, step } = distribution;
  if (asked !== undefined) {
    const [from, to] = [toScale(distribution, low), toScale(distribution, high)];
    const spaced = Array.from({ length: asked }, (_, at) =>
      snapped(distribution, fromScale(distribution, from + ((to - from) * at) / (asked - 1))),
    );
    return [...new Set(spaced)];
  }
  if (step === undefined || (high - low) / step >= mostGridValues) return undefined;
  return Array.from({ length: Math.round((high - low) / step) + 1 }, (_, at) =>
    snapped(distribution, low + at * step),
  );
}
