// A search space as a whole: what is wrong with it, which parameters a trial has, and what they are worth.
import { distributionOf, valueAt, isCoordinate } from "./distribution.ts";
import type { Distribution } from "./distribution.ts";
import type { Parameter, Scalar, SearchSpace, Value } from "./parameter.ts";

/** The coordinates of a trial's parameters; one that the trial does not have is absent. */
export type Coordinates = Readonly<Record<string, number>>;

export interface SpaceProblem {
  /** Path below the search space, e.g. `LR.max`. */
  readonly path: string;
  readonly message: string;
}

export interface Dimension {
  readonly name: string;
  readonly parameter: Parameter;
  readonly distribution: Distribution;
}

/** Every parameter, those that another depends on first; otherwise in the order of their names, however they were sent. */
export function dimensionsOf(space: SearchSpace): readonly Dimension[] {
  const waiting = Object.keys(space).sort();
  const ordered: Dimension[] = [];
  const placed = new Set<string>();
  for (let before = -1; before !== placed.size;) {
    before = placed.size;
    for (const name of waiting) {
      const parameter = space[name];
      if (parameter === undefined || placed.has(name)) continue;
      if (parameter.when !== undefined && !placed.has(parameter.when.parameter)) continue;
      placed.add(name);
      ordered.push({ name, parameter, distribution: distributionOf(parameter) });
    }
  }
  return ordered;
}

/** Whether a trial with these parameters has this one, too. */
export function isActive(space: SearchSpace, { when }: Parameter, coordinates: Coordinates): boolean {
  if (when === undefined) return true;
  const at = coordinates[when.parameter];
  const parent = space[when.parameter];
  return at !== undefined && parent !== undefined && when.in.some((value) => value === valueAt(parent, at));
}

/** Whether an algorithm could have suggested it: every parameter that exists, no other, and each in its range. */
export function isPossible(space: SearchSpace, coordinates: Coordinates): boolean {
  const dimensions = dimensionsOf(space);
  const known: Record<string, number> = {};
  for (const { name, parameter, distribution } of dimensions) {
    const at = coordinates[name];
    if (isActive(space, parameter, known) !== (at !== undefined)) return false;
    if (at === undefined) continue;
    if (!isCoordinate(distribution, at)) return false;
    known[name] = at;
  }
  return Object.keys(coordinates).length === Object.keys(known).length;
}

/** What the trial is given, by parameter. */
export function valuesOf(space: SearchSpace, coordinates: Coordinates): Readonly<Record<string, Value>> {
  return Object.fromEntries(
    Object.entries(coordinates).flatMap(([name, at]) => {
      const parameter = space[name];
      return parameter === undefined ? [] : [[name, valueAt(parameter, at)]];
    }),
  );
}

/** Dict members apart, as `NAME__key`. */
export function flattened(values: Readonly<Record<string, Value>>): Readonly<Record<string, Scalar>> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]): [string, Scalar][] =>
      typeof value === "object"
        ? Object.entries(value).map(([key, member]) => [`${name}__${key}`, member])
        : [[name, value]],
    ),
  );
}

/** The first thing that is wrong with each parameter. */
export function spaceProblems(space: SearchSpace): readonly SpaceProblem[] {
  const names = Object.keys(space);
  if (names.length === 0)
    return [{ path: "", message: "has no parameter; name at least one, for example LR" }];
  const problems = names.flatMap((name) => {
    const parameter = space[name];
    const problem = parameter && (ownProblem(parameter) ?? whenProblem(space, name, parameter));
    return problem === undefined ? [] : [{ path: `${name}${problem.at}`, message: problem.message }];
  });
  return [...problems, ...clashes(space)];
}

type Found = { readonly at: string; readonly message: string } | undefined;

function ownProblem(parameter: Parameter): Found {
  if ("values" in parameter) return valuesProblem(parameter);
  if (!("min" in parameter)) return undefined;
  const { min, max } = parameter;
  if (!(min < max)) return { at: ".max", message: `is ${max}; it must be above min, which is ${min}` };
  const isLog =
    parameter.type === "loguniform" ||
    parameter.type === "qloguniform" ||
    ("scale" in parameter && parameter.scale === "log");
  if (isLog && min <= 0)
    return { at: ".min", message: `is ${min}; on a logarithmic scale it must be above 0` };
  const step = "q" in parameter ? parameter.q : "step" in parameter ? parameter.step : undefined;
  if (parameter.type === "integer" && !(Number.isInteger(min) && Number.isInteger(max)))
    return { at: "", message: "is an integer; min and max must be whole numbers" };
  if (step !== undefined && step > max - min)
    return {
      at: "q" in parameter ? ".q" : ".step",
      message: `is ${step}, wider than the range from ${min} to ${max}`,
    };
  if (isLog && "step" in parameter && step !== undefined && min - step / 2 <= 0)
    return { at: ".step", message: `is ${step}; on a logarithmic scale it must be below twice min` };
  return undefined;
}

function valuesProblem(parameter: Extract<Parameter, { values: unknown }>): Found {
  const texts = parameter.values.map((value) => JSON.stringify(value));
  const twice = texts.findIndex((text, at) => texts.indexOf(text) !== at);
  if (twice >= 0)
    return { at: `.values[${twice}]`, message: `is ${texts[twice]}, which is there before; keep one` };
  if (parameter.type !== "dict") return undefined;
  const keysOf = (value: object) => Object.keys(value).sort().join(", ");
  const [first] = parameter.values;
  const keys = first === undefined ? "" : keysOf(first);
  if (keys === "") return { at: ".values[0]", message: "is empty; give it at least one key" };
  const other = parameter.values.findIndex((value) => keysOf(value) !== keys);
  if (other < 0) return undefined;
  return { at: `.values[${other}]`, message: `must have the keys of the first one: ${keys}` };
}

function whenProblem(space: SearchSpace, name: string, { when }: Parameter): Found {
  if (when === undefined) return undefined;
  const parent = space[when.parameter];
  const at = ".when.parameter";
  if (parent === undefined)
    return { at, message: `names '${when.parameter}', which is not in the search space` };
  if (!("values" in parent) || parent.type === "dict")
    return {
      at,
      message: `names '${when.parameter}'; only a choice can decide whether another parameter exists`,
    };
  if (!dimensionsOf(space).some((dimension) => dimension.name === name))
    return {
      at,
      message: `names '${when.parameter}', which depends on '${name}' in the end; break the circle`,
    };
  const values: readonly Scalar[] = parent.values;
  const stranger = when.in.findIndex((value) => !values.includes(value));
  if (stranger < 0) return undefined;
  return { at: `.when.in[${stranger}]`, message: `is not a value of '${when.parameter}'` };
}

function clashes(space: SearchSpace): readonly SpaceProblem[] {
  const seen = new Map<string, string>();
  const problems: SpaceProblem[] = [];
  for (const [name, parameter] of Object.entries(space)) {
    const [first] = parameter.type === "dict" ? parameter.values : [];
    const variables = first === undefined ? [name] : Object.keys(first).map((key) => `${name}__${key}`);
    for (const variable of variables) {
      const other = seen.get(variable);
      if (other !== undefined)
        problems.push({ path: name, message: `gives PARAM_${variable}, and so does '${other}'; rename one` });
      seen.set(variable, name);
    }
  }
  return problems;
}
