// What programs log to a run. Everything may come twice, and from several writers at once.
import { AppError } from "../../domain/shared/errors.ts";
import { checkBatch } from "../../domain/tracking/limits.ts";
import { withModelMetric } from "../../domain/tracking/model.ts";
import { askedRunId } from "../../domain/tracking/requests.ts";
import type { Requests } from "../../domain/tracking/requests.ts";
import { withMetrics, withParams, withTags, withoutTag } from "../../domain/tracking/run.ts";
import type { KeyValue, MetricPoint } from "../../domain/tracking/run.ts";
import type { NewPoints } from "../../services/metrics.ts";
import type { Services } from "../../services/services.ts";
import { changeRun, pointsOf } from "./found-run.ts";
import { changeModel } from "./models.ts";
import type { TrackingScope } from "./scope.ts";

interface Logged {
  readonly metrics: readonly (MetricPoint & { readonly modelId?: string | undefined })[];
  readonly params: readonly KeyValue[];
  readonly tags: readonly KeyValue[];
}

export async function logBatch(services: Services, scope: TrackingScope, request: Requests["logBatch"]) {
  return log(services, scope, askedRunId(request), request);
}

export async function logMetric(services: Services, scope: TrackingScope, request: Requests["logMetric"]) {
  const { key, value, step, timestamp: time, model_id: modelId } = request;
  const metrics = [{ key, value, step, time, ...(modelId === undefined ? {} : { modelId }) }];
  return log(services, scope, askedRunId(request), { metrics, params: [], tags: [] });
}

export async function logParameter(
  services: Services,
  scope: TrackingScope,
  request: Requests["logParameter"],
) {
  const { key, value } = request;
  return log(services, scope, askedRunId(request), { metrics: [], params: [{ key, value }], tags: [] });
}

export async function setTag(services: Services, scope: TrackingScope, request: Requests["setTag"]) {
  const { key, value } = request;
  return log(services, scope, askedRunId(request), { metrics: [], params: [], tags: [{ key, value }] });
}

export async function deleteTag(services: Services, scope: TrackingScope, request: Requests["deleteTag"]) {
  await changeRun(services, scope, askedRunId(request), (run) => withoutTag(run, request.key));
  return {};
}

/** The run first: it refuses what it cannot keep, before any point is stored. */
async function log(services: Services, scope: TrackingScope, id: string, logged: Logged): Promise<object> {
  const { metrics, params, tags } = logged;
  checkBatch({ metrics: metrics.length, params: params.length, tags: tags.length });
  const attempt = scope.kind === "job" ? scope.job.attempt : undefined;
  const found = await changeRun(services, scope, id, (run) =>
    withTags(withParams(withMetrics(run, metrics), params, attempt), tags),
  );
  if (metrics.length > 0) await services.metrics.append(pointsOf(found), byName(metrics));
  for (const { modelId, ...point } of metrics)
    if (modelId !== undefined) await logToModel(services, scope, modelId, point);
  return {};
}

async function logToModel(
  services: Services,
  scope: TrackingScope,
  id: string,
  point: MetricPoint,
): Promise<void> {
  try {
    await changeModel(services, scope, id, (model) => withModelMetric(model, point, services.clock.now()));
  } catch (error) {
    // The point is the run's; a model of another service is nothing to stop a program for.
    if (!(error instanceof AppError) || error.code !== "LoggedModelNotFound") throw error;
  }
}

function byName(metrics: readonly MetricPoint[]): readonly NewPoints[] {
  const names = new Map<string, { step: number; value: number; time: number }[]>();
  for (const { key, step, value, time } of metrics) {
    const others = names.get(key) ?? [];
    others.push({ step, value, time });
    names.set(key, others);
  }
  return [...names].map(([name, points]) => ({ name, points }));
}

export async function logInputs(services: Services, scope: TrackingScope, request: Requests["logInputs"]) {
  const datasets = request.datasets.map(({ tags, dataset }) => ({
    tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])),
    dataset,
  }));
  await changeRun(services, scope, askedRunId(request), (run) => ({
    ...run,
    datasets: unlike(run.datasets, datasets),
    modelInputs: unlike(run.modelInputs, request.models),
  }));
  return {};
}

export async function logOutputs(services: Services, scope: TrackingScope, request: Requests["outputs"]) {
  await changeRun(services, scope, askedRunId(request), (run) => ({
    ...run,
    modelOutputs: unlike(run.modelOutputs, request.models),
  }));
  return {};
}

/** Each once, whatever is sent again. */
function unlike<Item>(before: readonly Item[], added: readonly Item[]): Item[] {
  const all = new Map([...before, ...added].map((item) => [JSON.stringify(item), item]));
  return [...all.values()];
}
