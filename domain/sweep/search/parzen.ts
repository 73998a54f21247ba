// Parzen estimators over several parameters at once: a mixture with one component for each trial seen and one for what is
// believed beforehand. Bandwidths and weights are those that Optuna publishes (`TPESampler`: prior weight 1, magic clip on,
// endpoints off, the newest 25 trials at full weight).
import { edges, fromScale, snapped, toScale } from "./distribution.ts";
import type { Distribution } from "./distribution.ts";
import { normalCdf, normalQuantile } from "./normal.ts";
import type { Draws } from "./random.ts";

type Numeric = Extract<Distribution, { kind: "numeric" }>;

interface Density {
  sample(component: number, draw: Draws): number;
  logDensity(component: number, coordinate: number): number;
}

export interface Parzen {
  sample(draw: Draws): readonly number[];
  logDensity(point: readonly number[]): number;
}

const flatCount = 25;
/** Stands for a probability too small for a double. */
const leastProbability = 1e-300;

/** @param points trials seen, the oldest first; each has a coordinate for each distribution. */
export function parzen(
  distributions: readonly Distribution[],
  points: readonly (readonly number[])[],
): Parzen {
  const weights = [...recencyWeights(points.length), 1];
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const logWeights = weights.map((weight) => Math.log(weight / total));
  const densities = distributions.map((distribution, at) => {
    const seen = points.map((point) => point[at] ?? 0);
    return distribution.kind === "categorical"
      ? categorical(distribution.count, seen)
      : numeric(distribution, seen);
  });
  return {
    sample(draw) {
      const component = pick(weights, total, draw());
      return densities.map((density) => density.sample(component, draw));
    },
    logDensity(point) {
      const logs = logWeights.map((logWeight, component) =>
        densities.reduce(
          (sum, density, at) => sum + density.logDensity(component, point[at] ?? 0),
          logWeight,
        ),
      );
      return logSum(logs);
    },
  };
}

/** 1 for the newest 25, before them a ramp that begins at 1/n. */
export function recencyWeights(count: number): readonly number[] {
  const ramp = Math.max(0, count - flatCount);
  return Array.from({ length: count }, (_, at) => {
    if (at >= ramp) return 1;
    return ramp === 1 ? 1 / count : 1 / count + ((1 - 1 / count) * at) / (ramp - 1);
  });
}

function pick(weights: readonly number[], total: number, u: number): number {
  let left = u * total;
  for (const [at, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return at;
  }
  return weights.length - 1;
}

function categorical(count: number, seen: readonly number[]): Density {
  const components = seen.length + 1;
  // What is believed beforehand is spread over all values; a trial adds one to its own.
  const share = 1 / components;
  const sum = share * count + 1;
  const probability = (component: number, value: number) => {
    if (component >= seen.length) return 1 / count;
    return (share + (seen[component] === value ? 1 : 0)) / sum;
  };
  return {
    sample(component, draw) {
      const probabilities = Array.from({ length: count }, (_, value) => probability(component, value));
      return pick(probabilities, 1, draw());
    },
    logDensity: (component, value) => Math.log(probability(component, value)),
  };
}

function numeric(distribution: Numeric, seen: readonly number[]): Density {
  const { low, high } = edges(distribution);
  const centres = [...seen.map((value) => toScale(distribution, value)), (low + high) / 2];
  const widths = [...bandwidths(centres.slice(0, -1), low, high), high - low];
  const cdf = (component: number, x: number) =>
    normalCdf((x - (centres[component] ?? 0)) / (widths[component] ?? 1));
  const below = centres.map((_, component) => cdf(component, low));
  const masses = centres.map((_, component) => cdf(component, high) - (below[component] ?? 0));
  const half = (distribution.step ?? 0) / 2;
  return {
    sample(component, draw) {
      const [centre, width] = [centres[component] ?? 0, widths[component] ?? 1];
      const share = (below[component] ?? 0) + draw() * (masses[component] ?? 1);
      const x = Math.min(Math.max(centre + width * normalQuantile(share), low), high);
      return snapped(distribution, fromScale(distribution, x));
    },
    logDensity(component, value) {
      const [width, mass] = [widths[component] ?? 1, masses[component] ?? 1];
      if (half === 0) {
        const z = (toScale(distribution, value) - (centres[component] ?? 0)) / width;
        return (-z * z) / 2 - Math.log(width * Math.sqrt(2 * Math.PI) * mass);
      }
      const [from, to] = [toScale(distribution, value - half), toScale(distribution, value + half)];
      return Math.log(Math.max((cdf(component, to) - cdf(component, from)) / mass, leastProbability));
    },
  };
}

/** For each centre the wider of the gaps to its neighbours, within limits; the outermost look inwards only. */
function bandwidths(centres: readonly number[], low: number, high: number): readonly number[] {
  const order = centres.map((_, at) => at).sort((a, b) => (centres[a] ?? 0) - (centres[b] ?? 0));
  const sorted = [low, ...order.map((at) => centres[at] ?? 0), high];
  const gap = (at: number) => (sorted[at + 1] ?? high) - (sorted[at] ?? low);
  const least = (high - low) / Math.min(100, 2 + centres.length);
  const widths = Array<number>(centres.length).fill(least);
  for (const [rank, at] of order.entries()) {
    const isFirst = rank === 0 && order.length > 1;
    const isLast = rank === order.length - 1 && order.length > 1;
    const width = isFirst ? gap(1) : isLast ? gap(rank) : Math.max(gap(rank), gap(rank + 1));
    widths[at] = Math.min(Math.max(width, least), high - low);
  }
  return widths;
}

function logSum(logs: readonly number[]): number {
  const most = logs.reduce((found, log) => Math.max(found, log), Number.NEGATIVE_INFINITY);
  if (!Number.isFinite(most)) return most;
  return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0));
}
