// The search algorithms by name, and the one way to ask any of them for a suggestion. A suggestion depends on the space, the
// seed, its index and the past that it may see, and on nothing else.
import { z } from "zod";
import { wholeNumber } from "../../shared/fields.ts";
import { coordinateAt, gridOf, mostGridValues } from "./distribution.ts";
import type { SearchSpace } from "./parameter.ts";
import { draws } from "./random.ts";
import { maxSobolDimensions, sobolPoint } from "./sobol.ts";
import { dimensionsOf, isActive } from "./space.ts";
import type { Coordinates, Dimension, SpaceProblem } from "./space.ts";
import { suggestByTpe } from "./tpe.ts";
import type { Past } from "./tpe.ts";

const seed = wholeNumber(0, Number.MAX_SAFE_INTEGER).optional();
export const Algorithm = z.discriminatedUnion(
  "type",
  [
    z.object({ type: z.literal("grid"), seed }),
    z.object({ type: z.literal("random"), seed }),
    z.object({ type: z.literal("sobol"), seed }),
    z.object({
      type: z.literal("tpe"),
      seed,
      /** Trials before the search begins to learn. */
      startupTrials: wholeNumber(1, 10_000).default(10),
      candidates: wholeNumber(1, 1000).default(24),
      /**
       * A suggestion sees the results of all trials but the newest `lag` ones, which it knows to be running. Larger than the
       * number of concurrent trials: slow trials hold up fewer others; smaller: it learns sooner. By default the smaller of
       * twice maxConcurrentTrials and a quarter of maxTrials, but no less than maxConcurrentTrials.
       */
      lag: wholeNumber(1, 10_000).optional(),
    }),
  ],
  { error: "expected an algorithm with a type of grid, random, sobol or tpe" },
);
export type Algorithm = z.infer<typeof Algorithm>;

/** What makes the algorithm useless on this space. */
export function algorithmProblems(algorithm: Algorithm, space: SearchSpace): readonly SpaceProblem[] {
  const dimensions = dimensionsOf(space);
  if (algorithm.type === "sobol" && dimensions.length > maxSobolDimensions)
    return [
      {
        path: "",
        message: `has ${dimensions.length} parameters; sobol takes at most ${maxSobolDimensions}, use random or tpe`,
      },
    ];
  if (algorithm.type !== "grid") return [];
  return dimensions.flatMap(({ name, parameter }) =>
    gridOf(parameter) === undefined
      ? [
          {
            path: name,
            message: `is ${parameter.type} with more than ${mostGridValues} values; a grid needs a step, numValues, q or a list of values`,
          },
        ]
      : [],
  );
}

/**
 * @param past what this suggestion may see, ordered by index.
 * @returns undefined when there is nothing more to suggest.
 */
export function suggest(
  algorithm: Algorithm & { readonly seed: number },
  space: SearchSpace,
  index: number,
  past: readonly Past[],
): Coordinates | undefined {
  switch (algorithm.type) {
    case "grid":
      return gridPoint(space, index);
    case "random":
      return randomly(space, algorithm.seed, index);
    case "sobol":
      return active(space, ({ distribution }, at) =>
        coordinateAt(distribution, sobolPoint(algorithm.seed, at, index)),
      );
    case "tpe":
      if (past.filter(({ loss }) => loss !== undefined).length < algorithm.startupTrials)
        return randomly(space, algorithm.seed, index);
      return suggestByTpe(space, algorithm.seed, index, past, algorithm);
  }
}

/** Each parameter has its own stream: one that is added changes no other. */
function randomly(space: SearchSpace, seedOfAll: number, index: number): Coordinates {
  return active(space, ({ name, distribution }) =>
    coordinateAt(distribution, draws(seedOfAll, `random ${name}`, index)()),
  );
}

function active(space: SearchSpace, at: (dimension: Dimension, place: number) => number): Coordinates {
  const coordinates: Record<string, number> = {};
  for (const [place, dimension] of dimensionsOf(space).entries())
    if (isActive(space, dimension.parameter, coordinates)) coordinates[dimension.name] = at(dimension, place);
  return coordinates;
}

function gridPoint(space: SearchSpace, index: number): Coordinates | undefined {
  let at = 0;
  for (const point of gridPoints(space)) {
    if (at === index) return point;
    at += 1;
  }
  return undefined;
}

function* gridPoints(space: SearchSpace): Generator<Coordinates> {
  yield* expand(space, dimensionsOf(space), 0, {});
}

function* expand(
  space: SearchSpace,
  dimensions: readonly Dimension[],
  place: number,
  coordinates: Coordinates,
): Generator<Coordinates> {
  const dimension = dimensions[place];
  if (dimension === undefined) {
    yield coordinates;
    return;
  }
  const { name, parameter } = dimension;
  if (!isActive(space, parameter, coordinates)) yield* expand(space, dimensions, place + 1, coordinates);
  else
    for (const value of gridOf(parameter) ?? [])
      yield* expand(space, dimensions, place + 1, { ...coordinates, [name]: value });
}
