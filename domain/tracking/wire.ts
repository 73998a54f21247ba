// Experiments, runs and models as MLflow's clients read them: what is empty is left out, as protocol buffers do.
import type { ExperimentDocument } from "../experiment/schema.ts";
import { toWireNumber } from "../metric/number.ts";
import type { ModelRecord } from "./model.ts";
import type { MetricPoint } from "./run.ts";
import type { RunView } from "./view.ts";

/** Where artifacts are, in words of the client that asks: its own file system in a job, this service elsewhere. */
export type ArtifactPlace = (
  of: { readonly run: string } | { readonly model: string } | { readonly experiment: string },
) => string;

export function experimentWire(experiment: ExperimentDocument, name: string, place: ArtifactPlace) {
  const created = Date.parse(experiment.creationTime);
  return {
    experiment_id: experiment.experiment,
    name,
    artifact_location: place({ experiment: experiment.experiment }),
    lifecycle_stage: "active",
    creation_time: created,
    last_update_time: Date.parse(experiment.provisioningStateTransitionTime),
  };
}

export function runInfoWire(run: RunView, place: ArtifactPlace) {
  return {
    run_id: run.id,
    run_uuid: run.id,
    experiment_id: run.experiment,
    run_name: run.name,
    user_id: run.user,
    status: run.status,
    start_time: run.startTime,
    ...(run.endTime === undefined ? {} : { end_time: run.endTime }),
    artifact_uri: place({ run: run.id }),
    lifecycle_stage: run.deleted ? "deleted" : "active",
  };
}

export function runWire(run: RunView, place: ArtifactPlace) {
  return {
    info: runInfoWire(run, place),
    data: {
      ...list("metrics", run.metrics.map(metricWire)),
      ...list("params", keyValues(run.params)),
      ...list("tags", keyValues(run.tags)),
    },
    inputs: {
      ...list(
        "dataset_inputs",
        run.datasets.map(({ tags, dataset }) => ({ ...list("tags", keyValues(tags)), dataset })),
      ),
      ...list(
        "model_inputs",
        run.modelInputs.map(({ modelId }) => ({ model_id: modelId })),
      ),
    },
    outputs: list(
      "model_outputs",
      run.modelOutputs.map(({ modelId, step = 0 }) => ({ model_id: modelId, step })),
    ),
  };
}

export function metricWire({ key, value, step, time }: MetricPoint) {
  return { key, value: toWireNumber(value), timestamp: time, step };
}

export function modelWire(model: ModelRecord, place: ArtifactPlace) {
  return {
    info: {
      model_id: model.id,
      experiment_id: model.experiment,
      name: model.name,
      creation_timestamp_ms: model.created,
      last_updated_timestamp_ms: model.updated,
      artifact_uri: place({ model: model.id }),
      status: model.status,
      model_type: model.type,
      source_run_id: model.run,
      ...list("tags", keyValues(model.tags)),
    },
    data: {
      ...list("params", keyValues(model.params)),
      ...list(
        "metrics",
        Object.entries(model.metrics).map(([key, point]) => ({
          ...metricWire({ key, ...point }),
          model_id: model.id,
          run_id: model.run,
        })),
      ),
    },
  };
}

const keyValues = (of: Readonly<Record<string, string>>) =>
  Object.entries(of).map(([key, value]) => ({ key, value }));

function list<Name extends string, Item>(
  name: Name,
  items: readonly Item[],
): { readonly [Key in Name]?: readonly Item[] } {
  return items.length === 0 ? {} : ({ [name]: items } as { readonly [Key in Name]: readonly Item[] });
}
