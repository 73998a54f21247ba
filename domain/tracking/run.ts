// A run as it is stored, and what is logged to it. Metrics are here with their last point only; all points are in the metric store.
import { z } from "zod";
import type { Figures } from "../metric/figures.ts";
import { AnyNumber, toWireNumber } from "../metric/number.ts";
import { checkKey, checkValue, limits, refuse } from "./limits.ts";

export const RunStatus = z.enum(["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"], {
  error: "expected RUNNING, SCHEDULED, FINISHED, FAILED or KILLED",
});
export type RunStatus = z.infer<typeof RunStatus>;

export const LastPoint = z.object({ value: AnyNumber, step: z.number(), time: z.number() });
export type LastPoint = z.infer<typeof LastPoint>;

const Texts = z.record(z.string(), z.string());
const DatasetInput = z.object({ tags: Texts, dataset: z.record(z.string(), z.string()) });
const ModelUse = z.object({ modelId: z.string(), step: z.number().optional() });

export const OutputRead = z.object({
  /** Since when the run has been going whose output it is: each begins its own. */
  run: z.string(),
  bytes: z.int(),
  /** The last step of each metric, from which lines that tell no step go on; written with `bytes`, so that a line has one step. */
  steps: z.record(z.string(), z.number()),
  /** Nothing more will come in this run. */
  isWhole: z.boolean(),
});
export type OutputRead = z.infer<typeof OutputRead>;

export const RunRecord = z.object({
  kind: z.enum(["job", "child", "free"]),
  experiment: z.string(),
  /** Of runs in a job. */
  job: z.object({ name: z.string(), guid: z.string() }).optional(),
  unique: z.string().optional(),
  name: z.string(),
  user: z.string(),
  status: RunStatus,
  startTime: z.number(),
  endTime: z.number().optional(),
  deleted: z.boolean(),
  /** Of a job's own run: which attempt's script has taken it last, and in which start of its processes, where that is known. */
  taken: z.object({ attempt: z.int(), launch: z.string().optional() }).optional(),
  params: Texts,
  tags: Texts,
  metrics: z.record(z.string(), LastPoint),
  datasets: z.array(DatasetInput),
  modelInputs: z.array(ModelUse),
  modelOutputs: z.array(ModelUse),
  /** What a later attempt of the job said otherwise. */
  otherParams: z.array(z.object({ attempt: z.int(), key: z.string(), value: z.string() })),
  /** How far the output of a job was read for metrics that it prints. */
  output: OutputRead.optional(),
});
export type RunRecord = z.infer<typeof RunRecord>;

export interface MetricPoint {
  readonly key: string;
  readonly value: number;
  readonly step: number;
  /** Milliseconds since 1970. */
  readonly time: number;
}

export interface KeyValue {
  readonly key: string;
  readonly value: string;
}

/** As it is stored: JSON has no word for some numbers. */
export function storedRun(run: RunRecord): object {
  const metrics = Object.fromEntries(
    Object.entries(run.metrics).map(([key, point]) => [key, { ...point, value: toWireNumber(point.value) }]),
  );
  const stored = { ...run, metrics };
  const { length } = JSON.stringify(stored);
  if (length > limits.runLength)
    refuse(
      "params",
      `the run would hold ${length} characters of params, tags, datasets and names of metrics; at most ${limits.runLength} are kept.`,
    );
  return stored;
}

type Fresh = Pick<RunRecord, "kind" | "experiment" | "name" | "user" | "startTime"> &
  Partial<Pick<RunRecord, "job" | "unique" | "status">>;

export function freshRun(of: Fresh): RunRecord {
  return {
    status: "RUNNING",
    ...of,
    deleted: false,
    params: {},
    tags: {},
    metrics: {},
    datasets: [],
    modelInputs: [],
    modelOutputs: [],
    otherParams: [],
  };
}

/**
 * The first run that a script starts in an attempt of a job is the job's own; Batch may start the processes of an attempt anew.
 * @param launch which start; absent on nodes that did not start first, and for who asks from elsewhere.
 */
export function isTaken(run: RunRecord | undefined, attempt: number, launch: string | undefined): boolean {
  if (run?.taken?.attempt !== attempt) return false;
  return launch === undefined || run.taken.launch === undefined || run.taken.launch === launch;
}

/** @throws AppError InvalidRequest */
export function withMetrics(run: RunRecord, points: readonly MetricPoint[]): RunRecord {
  const metrics = { ...run.metrics };
  for (const { key, value, step, time } of points) {
    checkKey("key", key);
    const before = own(metrics, key);
    if (before === undefined || isLater({ value, step, time }, before)) metrics[key] = { value, step, time };
  }
  const count = Object.keys(metrics).length;
  if (count > limits.metricsPerRun)
    refuse(
      "key",
      `a run has at most ${limits.metricsPerRun} names of metrics; put what changes into the step.`,
    );
  return { ...run, metrics };
}

/**
 * What the metric store has of series that came another way than by MLflow: a search looks here alone. Such points have no time, and
 * their names are anybody's; one more than a run holds is in no search.
 */
export function withSeries(
  run: RunRecord,
  series: readonly {
    readonly name: string;
    readonly figures: Pick<Figures, "last" | "lastStep" | "lastTime">;
  }[],
): RunRecord {
  const metrics = { ...run.metrics };
  let isChanged = false;
  for (const { name, figures } of series) {
    const point = { value: figures.last, step: figures.lastStep, time: figures.lastTime ?? 0 };
    const before = own(metrics, name);
    const isFull = before === undefined && Object.keys(metrics).length >= limits.metricsPerRun;
    if (isFull || name === "__proto__" || (before !== undefined && !isNewer(point, before))) continue;
    metrics[name] = point;
    isChanged = true;
  }
  return isChanged ? { ...run, metrics } : run;
}

const isNewer = (point: LastPoint, before: LastPoint) =>
  isLater(point, before) && !(point.step === before.step && Object.is(point.value, before.value));

/** At a higher step; of several at one step the one that was measured last. */
function isLater(point: LastPoint, before: LastPoint): boolean {
  if (point.step !== before.step) return point.step > before.step;
  if (point.time !== before.time) return point.time > before.time;
  return Number.isNaN(before.value) || point.value > before.value;
}

/**
 * @param attempt of the job in which a script says so: a run that was interrupted and goes on says everything again, and its first
 * word stands. Elsewhere another value is a mistake. @throws AppError InvalidRequest
 */
export function withParams(
  run: RunRecord,
  given: readonly KeyValue[],
  attempt: number | undefined,
): RunRecord {
  const params = { ...run.params };
  let { otherParams } = run;
  for (const { key, value } of given) {
    checkKey("key", key);
    checkValue("value", key, value, limits.paramLength);
    const before = own(params, key);
    if (before === undefined) params[key] = value;
    else if (before !== value && attempt === undefined)
      refuse(
        "value",
        `the run has '${key}' = '${before.slice(0, 100)}' already, and a parameter does not change; got '${value.slice(0, 100)}'. Start another run, or log a tag.`,
      );
    else if (before !== value)
      otherParams = [
        ...otherParams.filter((other) => other.key !== key || other.attempt !== attempt),
        { attempt: attempt ?? 0, key, value },
      ];
  }
  return { ...run, params, otherParams };
}

/** @throws AppError InvalidRequest */
export function withTags(run: RunRecord, given: readonly KeyValue[]): RunRecord {
  const tags = { ...run.tags };
  for (const { key, value } of given) {
    checkKey("key", key);
    tags[key] = checkValue("value", key, value, limits.tagLength);
  }
  const name = own(tags, runNameTag);
  return { ...run, tags, ...(name === undefined || name === "" ? {} : { name }) };
}

export function withoutTag(run: RunRecord, key: string): RunRecord {
  const { [key]: gone, ...tags } = run.tags;
  if (gone === undefined) refuse("key", `the run has no tag '${key.slice(0, 100)}'.`);
  return { ...run, tags };
}

export const runNameTag = "mlflow.runName";
export const parentTag = "mlflow.parentRunId";

/** Keys are anybody's words, and some of them are names that every object has. */
function own<Value>(of: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(of, key) ? of[key] : undefined;
}
