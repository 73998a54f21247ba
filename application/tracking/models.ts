// Models that runs made: created before their files are there, finished after.
import { AppError } from "../../domain/shared/errors.ts";
import { isModelId, modelIdOf } from "../../domain/tracking/created-id.ts";
import { refuse } from "../../domain/tracking/limits.ts";
import { withModelParams, withModelTags } from "../../domain/tracking/model.ts";
import type { ModelRecord } from "../../domain/tracking/model.ts";
import type { Requests } from "../../domain/tracking/requests.ts";
import { filterOf } from "../../domain/tracking/search/filter.ts";
import { orderOf } from "../../domain/tracking/search/order.ts";
import { modelSearched, searchableModel } from "../../domain/tracking/search/of-models.ts";
import { modelWire } from "../../domain/tracking/wire.ts";
import type { Services } from "../../services/services.ts";
import { existing } from "../existing.ts";
import { findRun } from "./found-run.ts";
import { pageOf } from "./pages.ts";
import { artifactPlace, meantExperiment, meantRun } from "./scope.ts";
import type { TrackingScope } from "./scope.ts";

const tries = 20;

export async function createModel(
  services: Services,
  scope: TrackingScope,
  request: Requests["createModel"],
) {
  const { experiment } = await existing(services, meantExperiment(scope, request.experiment_id));
  const run = await runOf(services, scope, request.source_run_id);
  const now = services.clock.now();
  const { batchai_model: meant } = request;
  if (meant !== undefined && scope.kind !== "job")
    refuse(
      "batchai_model",
      "is for the programs of jobs; leave it out, and the service makes the model's id.",
    );
  const id = meant ?? modelIdOf(services.random.uuid());
  const fresh: ModelRecord = {
    id,
    experiment,
    name: request.name === "" ? id : request.name,
    type: request.model_type,
    run,
    status: "LOGGED_MODEL_PENDING",
    created: now,
    updated: now,
    params: {},
    tags: {},
    metrics: {},
  };
  const model = withModelTags(withModelParams(fresh, request.params, now), request.tags, now);
  const kept = await services.runs.writeModel(scope.workspace, model, undefined);
  // Created before by the same call, which is sent again.
  if (kept === "conflict") return getModel(services, scope, id);
  return { model: modelWire(model, artifactPlace(scope)) };
}

/** In a job every model is one of its runs, so that it goes with the job. */
async function runOf(services: Services, scope: TrackingScope, id: string): Promise<string> {
  if (id !== "") return (await findRun(services, scope, id)).id;
  return scope.kind === "job" ? "" : id;
}

export async function getModel(services: Services, scope: TrackingScope, id: string) {
  return { model: modelWire((await storedModel(services, scope, id)).item, artifactPlace(scope)) };
}

async function storedModel(services: Services, scope: TrackingScope, id: string) {
  const found = isModelId(id) ? await services.runs.getModel(scope.workspace, id) : undefined;
  if (found === undefined || !isSeen(scope, found.item))
    throw new AppError("LoggedModelNotFound", `There is no model '${id.slice(0, 100)}' here.`);
  return found;
}

/** A job's script sees the models of its own runs. */
function isSeen(scope: TrackingScope, { run, experiment }: ModelRecord): boolean {
  if (scope.kind === "workspace") return true;
  if (run === "") return experiment === scope.job.experiment;
  try {
    return meantRun(scope, run) !== undefined;
  } catch {
    return false;
  }
}

export async function changeModel(
  services: Services,
  scope: TrackingScope,
  id: string,
  change: (model: ModelRecord) => ModelRecord,
) {
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const { item, etag } = await storedModel(services, scope, id);
    const next = change(item);
    if ((await services.runs.writeModel(scope.workspace, next, etag)) === "written")
      return { model: modelWire(next, artifactPlace(scope)) };
  }
  throw new AppError("ServiceUnavailable", `The model '${id}' is being changed by too many at once.`);
}

export async function finishModel(
  services: Services,
  scope: TrackingScope,
  id: string,
  { status }: Requests["finishModel"],
) {
  return changeModel(services, scope, id, (model) => ({ ...model, status, updated: services.clock.now() }));
}

export async function addModelParams(
  services: Services,
  scope: TrackingScope,
  id: string,
  { params }: Requests["modelParams"],
) {
  await changeModel(services, scope, id, (model) => withModelParams(model, params, services.clock.now()));
  return {};
}

export async function setModelTags(
  services: Services,
  scope: TrackingScope,
  id: string,
  { tags }: Requests["modelTags"],
) {
  return changeModel(services, scope, id, (model) => withModelTags(model, tags, services.clock.now()));
}

export async function searchModels(
  services: Services,
  scope: TrackingScope,
  { filter, order_by, experiment_ids: ids, max_results: most, page_token: token }: Requests["searchModels"],
) {
  const matches = filterOf(filter, modelSearched);
  const asked = order_by.map(({ field_name: field, ascending }) => `${field} ${ascending ? "ASC" : "DESC"}`);
  const compare = orderOf(asked, ["creation_timestamp DESC", "model_id"], modelSearched);
  const all = await services.runs.listModels(scope.workspace);
  const found = all
    .filter((model) => isSeen(scope, model) && (scope.kind === "job" || ids.includes(model.experiment)))
    .map((model) => ({ model, item: searchableModel(model) }))
    .filter(({ item }) => matches(item))
    .sort((a, b) => compare(a.item, b.item));
  const { items, next } = pageOf(found, most, token);
  return { models: items.map(({ model }) => modelWire(model, artifactPlace(scope))), ...next };
}
