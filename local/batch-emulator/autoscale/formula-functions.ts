// Functions and constants of the autoscale formula language ("Obtain sample data", "Functions"). Where the documentation
// is silent, the choice made is a named constant or said in a comment.
import type { Random } from "../../random.ts";
import {
  asDouble,
  asVector,
  describe,
  double,
  doubleVec,
  timeInterval,
  timestamp,
  ValueError,
} from "./formula-values.ts";
import type { FormulaValue } from "./formula-values.ts";

export interface FunctionContext {
  readonly nowMs: number;
  readonly random: Random;
}

/** Thrown by `stop()`: the run ends and what is set stays set. */
export class StopEvaluation extends Error {}

type FormulaFunction = (args: readonly FormulaValue[], context: FunctionContext) => FormulaValue;

const second = 1_000;
const day = 86_400 * second;

/** Names without parentheses that are values. */
export const formulaConstants: ReadonlyMap<string, FormulaValue> = new Map<string, FormulaValue>([
  ["TimeInterval_Zero", timeInterval(0)],
  ["TimeInterval_100ns", timeInterval(0.0001)],
  ["TimeInterval_Microsecond", timeInterval(0.001)],
  ["TimeInterval_Millisecond", timeInterval(1)],
  ["TimeInterval_Second", timeInterval(second)],
  ["TimeInterval_Minute", timeInterval(60 * second)],
  ["TimeInterval_Hour", timeInterval(3_600 * second)],
  ["TimeInterval_Day", timeInterval(day)],
  ["TimeInterval_Week", timeInterval(7 * day)],
  ["TimeInterval_Year", timeInterval(365 * day)],
  ...["requeue", "terminate", "taskcompletion", "retaineddata"].map(
    (value) => [value, { type: "string", value }] as const,
  ),
]);

/** A list of doubles and vectors, as one vector that is not empty. */
function flat(name: string, args: readonly FormulaValue[]): number[] {
  const values = args.flatMap((arg) => asVector(arg, `An argument of ${name}`));
  if (values.length === 0) throw new ValueError(`${name} has nothing to work on`);
  return values;
}

const overList =
  (name: string, of: (values: number[]) => number): FormulaFunction =>
  (args) =>
    double(of(flat(name, args)));

const elementwise =
  (name: string, of: (value: number) => number): FormulaFunction =>
  (args) => {
    const value = only(name, args);
    return value.type === "doubleVec"
      ? doubleVec(value.values.map(of))
      : double(of(asDouble(value, `The argument of ${name}`)));
  };

function only(name: string, args: readonly FormulaValue[]): FormulaValue {
  const [value] = args;
  if (!value || args.length !== 1) throw new ValueError(`${name} takes one argument, not ${args.length}`);
  return value;
}

function pair(name: string, args: readonly FormulaValue[]): [readonly number[], number] {
  const [vector, number] = args;
  if (!vector || !number || args.length !== 2)
    throw new ValueError(`${name} takes two arguments, not ${args.length}`);
  return [
    asVector(vector, `The first argument of ${name}`),
    asDouble(number, `The second argument of ${name}`),
  ];
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]) => sum(values) / values.length;
const largest = (values: readonly number[]) =>
  values.reduce((most, value) => Math.max(most, value), -Infinity);
const smallest = (values: readonly number[]) =>
  values.reduce((least, value) => Math.min(least, value), Infinity);

/** The sample standard deviation; of one value it is 0. */
function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const middle = mean(values);
  return Math.sqrt(sum(values.map((value) => (value - middle) ** 2)) / (values.length - 1));
}

/** Linear between the two nearest ranks (the documentation does not say which kind). */
function percentile(values: readonly number[], percent: number): number {
  if (values.length === 0) throw new ValueError("percentile has nothing to work on");
  if (!(percent >= 0 && percent <= 100)) throw new ValueError(`percentile takes 0 to 100, not ${percent}`);
  const sorted = [...values].sort((a, b) => a - b);
  const rank = ((sorted.length - 1) * percent) / 100;
  const [low = NaN, high = NaN] = [sorted[Math.floor(rank)], sorted[Math.ceil(rank)]];
  return low + (high - low) * (rank - Math.floor(rank));
}

function time(args: readonly FormulaValue[], context: FunctionContext): FormulaValue {
  const [text] = args;
  if (args.length > 1) throw new ValueError(`time takes at most one argument, not ${args.length}`);
  if (!text) return timestamp(context.nowMs);
  if (text.type !== "string")
    throw new ValueError(`The argument of time must be a string, not ${describe(text)}`);
  return text.value === "" ? timestamp(context.nowMs) : timestamp(parseTime(text.value));
}

const w3cTime = /^\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/;
const rfc1123Time = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

/** W3C-DTF or RFC 1123; without a zone it is UTC. */
function parseTime(text: string): number {
  const w3c = w3cTime.exec(text);
  const isZoned = w3c?.[6] !== undefined || w3c?.[3] === undefined;
  const ms = w3c || rfc1123Time.test(text) ? Date.parse(w3c && !isZoned ? `${text}Z` : text) : NaN;
  if (Number.isNaN(ms)) throw new ValueError(`"${text}" is not a time; write it like 2026-01-31T08:00:00Z`);
  return ms;
}

export const formulaFunctions: ReadonlyMap<string, FormulaFunction> = new Map<string, FormulaFunction>([
  ["avg", overList("avg", mean)],
  ["sum", overList("sum", sum)],
  ["max", overList("max", largest)],
  ["min", overList("min", smallest)],
  ["range", overList("range", (values) => largest(values) - smallest(values))],
  ["std", overList("std", deviation)],
  ["norm", overList("norm", (values) => Math.hypot(...values))],
  ["len", (args) => double(asVector(only("len", args), "The argument of len").length)],
  ["lg", elementwise("lg", Math.log2)],
  ["ln", elementwise("ln", Math.log)],
  ["log", elementwise("log", Math.log10)],
  ["ceil", elementwise("ceil", Math.ceil)],
  ["floor", elementwise("floor", Math.floor)],
  ["round", elementwise("round", Math.round)],
  ["percentile", (args) => double(percentile(...pair("percentile", args)))],
  [
    "val",
    (args) => {
      const [vector, index] = pair("val", args);
      const value = vector[Math.trunc(index)];
      if (value === undefined)
        throw new ValueError(`The vector has no element ${index}; it has ${vector.length}`);
      return double(value);
    },
  ],
  ["rand", (_args, context) => double(context.random.next())],
  ["time", time],
  [
    "stop",
    () => {
      throw new StopEvaluation();
    },
  ],
]);

/** Members of a timestamp, in UTC. Sunday is 0, Monday 1 … Saturday 6. */
export function timeMember(ms: number, name: string): number | undefined {
  const date = new Date(ms);
  switch (name) {
    case "year":
      return date.getUTCFullYear();
    case "month":
      return date.getUTCMonth() + 1;
    case "day":
      return date.getUTCDate();
    case "weekday":
      return date.getUTCDay();
    case "hour":
      return date.getUTCHours();
    case "minute":
      return date.getUTCMinutes();
    case "second":
      return date.getUTCSeconds();
    default:
      return undefined;
  }
}
