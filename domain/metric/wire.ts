// Metrics as clients see them.
import type { Bucket } from "./curve.ts";
import type { Figures } from "./figures.ts";
import { toWireNumber } from "./number.ts";
import type { Point } from "./point.ts";

export function pointWire({ step, value, time }: Point) {
  return { step, value: toWireNumber(value), ...(time === undefined ? {} : { time: timeOf(time) }) };
}

/** @param curve undefined: there is no such metric, or no point of it yet. */
export function curveWire(
  curve: { readonly figures: Figures; readonly buckets: readonly Bucket[] } | undefined,
) {
  return { n: curve?.figures.n ?? 0, buckets: (curve?.buckets ?? []).map(bucketWire) };
}

function bucketWire({ from, to, min, max, last }: Bucket) {
  return {
    fromStep: from.step,
    toStep: to.step,
    ...(from.time === undefined ? {} : { fromTime: timeOf(from.time) }),
    ...(to.time === undefined ? {} : { toTime: timeOf(to.time) }),
    min: toWireNumber(min),
    max: toWireNumber(max),
    last: toWireNumber(last),
  };
}

const timeOf = (milliseconds: number) => new Date(milliseconds).toISOString();
