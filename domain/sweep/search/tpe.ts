// The tree-structured Parzen estimator (Bergstra et al., 2011) with the defaults that Optuna publishes: candidates are drawn
// from the good trials' density and the one is taken that is likeliest there and unlikeliest among the others. Trials that
// still run count as bad ones ("constant liar"), so that parallel suggestions keep apart.
import { coordinateAt } from "./distribution.ts";
import type { SearchSpace } from "./parameter.ts";
import { parzen } from "./parzen.ts";
import { draws } from "./random.ts";
import type { Draws } from "./random.ts";
import { dimensionsOf, isActive } from "./space.ts";
import type { Coordinates, Dimension } from "./space.ts";

/** A trial as a suggestion sees it. */
export interface Past {
  readonly index: number;
  readonly coordinates: Coordinates;
  /** Smaller is better; infinite for a trial without a usable value; absent while nobody may know it. */
  readonly loss?: number;
}

export interface TpeOptions {
  readonly candidates: number;
}

const mostGood = 25;
const goodShare = 0.1;
/** Looks for a point that nobody had: the first ones for the best such point, the others for any good one. */
const looks = 20;
const looksForBest = 2;

/** Suggests a point that differs from all before it, where it can. */
export function suggestByTpe(
  space: SearchSpace,
  seed: number,
  index: number,
  past: readonly Past[],
  options: TpeOptions,
): Coordinates {
  const known = new Set(past.map(({ coordinates }) => keyOf(coordinates)));
  const split = splitByLoss(past);
  let suggested: Coordinates = {};
  for (let look = 0; look < looks; look += 1) {
    const draw = draws(seed, `tpe ${look}`, index);
    const candidates = look < looksForBest ? options.candidates : 1;
    suggested = suggestOnce(space, split, { candidates }, draw);
    if (!known.has(keyOf(suggested))) break;
  }
  return suggested;
}

function keyOf(coordinates: Coordinates): string {
  return JSON.stringify(Object.entries(coordinates).sort(([a], [b]) => (a < b ? -1 : 1)));
}

interface Split {
  readonly good: readonly Past[];
  readonly others: readonly Past[];
}

function splitByLoss(past: readonly Past[]): Split {
  const finished = past.filter(({ loss }) => loss !== undefined);
  const count = Math.min(Math.ceil(goodShare * finished.length), mostGood);
  const ranked = finished.toSorted((a, b) => compareLoss(a.loss, b.loss) || a.index - b.index);
  const good = new Set(ranked.slice(0, count).map(({ index }) => index));
  return {
    good: past.filter(({ index }) => good.has(index)),
    others: past.filter(({ index }) => !good.has(index)),
  };
}

/** `∞ − ∞` is no number. */
function compareLoss(a = Number.POSITIVE_INFINITY, b = Number.POSITIVE_INFINITY): number {
  return a === b ? 0 : a - b;
}

function suggestOnce(space: SearchSpace, split: Split, options: TpeOptions, draw: Draws): Coordinates {
  let coordinates: Coordinates = {};
  for (const group of groupsOf(space)) {
    const [first] = group;
    if (first === undefined || !isActive(space, first.parameter, coordinates)) continue;
    const found = suggestGroup(group, split, options, draw);
    coordinates = {
      ...coordinates,
      ...Object.fromEntries(group.map(({ name }, at) => [name, found[at] ?? 0])),
    };
  }
  return coordinates;
}

/** Parameters that exist under the same condition are searched together; those that others depend on come first. */
function groupsOf(space: SearchSpace): readonly (readonly Dimension[])[] {
  const groups = new Map<string, Dimension[]>();
  for (const dimension of dimensionsOf(space)) {
    const condition = JSON.stringify(dimension.parameter.when ?? null);
    const group = groups.get(condition);
    if (group === undefined) groups.set(condition, [dimension]);
    else group.push(dimension);
  }
  return [...groups.values()];
}

function suggestGroup(
  group: readonly Dimension[],
  { good, others }: Split,
  { candidates }: TpeOptions,
  draw: Draws,
): readonly number[] {
  const distributions = group.map(({ distribution }) => distribution);
  const pointsOf = (past: readonly Past[]) =>
    past.flatMap(({ coordinates }) => {
      const point = group.map(({ name }) => coordinates[name]);
      return point.every((at) => at !== undefined) ? [point] : [];
    });
  const goodPoints = pointsOf(good);
  const otherPoints = pointsOf(others);
  if (goodPoints.length + otherPoints.length === 0)
    return distributions.map((distribution) => coordinateAt(distribution, draw()));
  const likely = parzen(distributions, goodPoints);
  const unlikely = parzen(distributions, otherPoints);
  let best: readonly number[] = [];
  let bestScore = Number.NEGATIVE_INFINITY;
  for (let drawn = 0; drawn < candidates; drawn += 1) {
    const point = likely.sample(draw);
    const score = likely.logDensity(point) - unlikely.logDensity(point);
    if (best.length > 0 && !(score > bestScore)) continue;
    best = point;
    bestScore = score;
  }
  return best;
}
