// Metrics as clients see them.
import { z } from "zod";
import type { Bucket } from "./curve.ts";
import type { Figures } from "./figures.ts";
import { toWireNumber, WireNumber } from "./number.ts";
import type { Point } from "./point.ts";

export const MetricResponse = z
  .looseObject({
    name: z.string(),
    n: z.int().meta({ description: "How many points" }),
    last: WireNumber.meta({ description: "At the highest step" }),
    lastStep: z.number(),
    lastTime: z.string().optional(),
    min: WireNumber,
    minStep: z.number(),
    max: WireNumber,
    maxStep: z.number(),
  })
  .meta({ id: "Metric" });
export type MetricResponse = z.infer<typeof MetricResponse>;

export function seriesWire({
  name,
  figures: { last, min, max, lastTime, ...figures },
}: {
  readonly name: string;
  readonly figures: Figures;
}): MetricResponse {
  return {
    name,
    ...figures,
    last: toWireNumber(last),
    min: toWireNumber(min),
    max: toWireNumber(max),
    ...(lastTime === undefined ? {} : { lastTime: timeOf(lastTime) }),
  };
}

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
