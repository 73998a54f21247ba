// Methods of service variables: GetSample and its kin ("Obtain sample data" of the autoscale documentation).
import {
  asDouble,
  asInterval,
  describe,
  double,
  doubleVec,
  timeInterval,
  timestamp,
  ValueError,
  type FormulaValue,
} from "./formula-values.ts";
import type { SampleSource, SampleVariable } from "./sample-history.ts";

export interface SampleContext {
  readonly nowMs: number;
  readonly samples: SampleSource;
}

export function sampleMethod(
  variable: SampleVariable,
  method: string,
  args: readonly FormulaValue[],
  context: SampleContext,
): FormulaValue {
  const { samples, nowMs } = context;
  switch (method) {
    case "GetSample":
      return getSample(variable, args, context);
    case "GetSamplePercent":
      return double(percentOf(variable, window(args, nowMs), context));
    case "GetSamplePeriod":
      return noArguments(method, args, timeInterval(samples.periodMs));
    case "Count":
      return noArguments(method, args, double(samples.count(variable, nowMs)));
    case "HistoryBeginTime": {
      const begin = samples.beginMs(variable, nowMs);
      if (begin === undefined) throw new ValueError(`$${variable} has no sample yet`);
      return noArguments(method, args, timestamp(begin));
    }
    default:
      throw new ValueError(`$${variable} has no method '${method}'`);
  }
}

function noArguments(method: string, args: readonly FormulaValue[], value: FormulaValue): FormulaValue {
  if (args.length > 0) throw new ValueError(`${method} takes no argument`);
  return value;
}

/** GetSample(count) · GetSample(start[, samplePercent]) · GetSample(start, end[, samplePercent]) */
function getSample(
  variable: SampleVariable,
  args: readonly FormulaValue[],
  context: SampleContext,
): FormulaValue {
  const { samples, nowMs } = context;
  const [first] = args;
  if (first && args.length === 1 && (first.type === "double" || first.type === "doubleVec")) {
    const count = asDouble(first, "The count of GetSample");
    const found = samples.latest(variable, count, nowMs);
    if (found.length === 0) throw new ValueError(`$${variable} has no sample yet`);
    return doubleVec(found);
  }
  const last = args.at(-1);
  const hasPercent = args.length > 1 && last?.type === "double";
  const { fromMs, toMs } = window(hasPercent ? args.slice(0, -1) : args, nowMs);
  if (hasPercent) {
    const wanted = asDouble(last, "The percentage of GetSample");
    const percent = percentOf(variable, { fromMs, toMs }, context);
    if (percent < wanted)
      throw new ValueError(
        `$${variable} has only ${round(percent)} % of the samples, ${wanted} % are wanted`,
      );
  }
  return doubleVec(samples.between(variable, fromMs, toMs, nowMs));
}

interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Each bound is a point in time, or a distance back from now; they may come in either order. */
function window(args: readonly FormulaValue[], nowMs: number): Window {
  const [start, end] = args;
  if (!start || args.length > 2) throw new ValueError("A time range has one or two bounds");
  const bounds = [start, end ?? timestamp(nowMs)].map((bound) => {
    if (bound.type === "timestamp") return bound.ms;
    if (bound.type === "timeinterval") return nowMs - asInterval(bound, "A bound");
    throw new ValueError(
      `A bound of a time range must be a timestamp or a timeinterval, not ${describe(bound)}`,
    );
  });
  return { fromMs: Math.min(...bounds), toMs: Math.max(...bounds) };
}

/** 0 to 100: samples there are, of those that the period would give. */
function percentOf(variable: SampleVariable, range: Window, { samples, nowMs }: SampleContext): number {
  const expected = Math.max(1, Math.floor((range.toMs - range.fromMs) / samples.periodMs));
  const there = samples.between(variable, range.fromMs, range.toMs, nowMs).length;
  return Math.min(100, (100 * there) / expected);
}

function round(percent: number): number {
  return Math.round(percent * 10) / 10;
}
