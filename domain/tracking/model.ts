// A logged model: what a run says that it made, its files beside the run's.
import { z } from "zod";
import { toWireNumber } from "../metric/number.ts";
import { checkKey, checkValue, limits, refuse } from "./limits.ts";
import { LastPoint } from "./run.ts";
import type { KeyValue, MetricPoint } from "./run.ts";

const Texts = z.record(z.string(), z.string());

export const ModelRecord = z.object({
  id: z.string(),
  experiment: z.string(),
  name: z.string(),
  type: z.string(),
  /** Id of the run that made it; empty for none. */
  run: z.string(),
  status: z.string(),
  created: z.number(),
  updated: z.number(),
  params: Texts,
  tags: Texts,
  metrics: z.record(z.string(), LastPoint),
});
export type ModelRecord = z.infer<typeof ModelRecord>;

/** @throws AppError InvalidRequest */
export function withModelParams(model: ModelRecord, given: readonly KeyValue[], now: number): ModelRecord {
  return { ...model, updated: now, params: { ...model.params, ...texts(given, limits.paramLength) } };
}

/** @throws AppError InvalidRequest */
export function withModelTags(model: ModelRecord, given: readonly KeyValue[], now: number): ModelRecord {
  return { ...model, updated: now, tags: { ...model.tags, ...texts(given, limits.tagLength) } };
}

export function withModelMetric(
  model: ModelRecord,
  { key, ...point }: MetricPoint,
  now: number,
): ModelRecord {
  return { ...model, updated: now, metrics: { ...model.metrics, [checkKey("key", key)]: point } };
}

function texts(given: readonly KeyValue[], most: number): Readonly<Record<string, string>> {
  return Object.fromEntries(
    given.map(({ key, value }) => [checkKey("key", key), checkValue("value", key, value, most)]),
  );
}

/** As it is stored: JSON has no word for some numbers. @throws AppError InvalidRequest */
export function storedModel(model: ModelRecord): object {
  const metrics = Object.fromEntries(
    Object.entries(model.metrics).map(([key, point]) => [
      key,
      { ...point, value: toWireNumber(point.value) },
    ]),
  );
  const stored = { ...model, metrics };
  const { length } = JSON.stringify(stored);
  if (length > limits.runLength)
    refuse(
      "params",
      `the model would hold ${length} characters of params, tags and metrics; at most ${limits.runLength} are kept.`,
    );
  return stored;
}
