// Experiments as MLflow's clients ask for them. In a job there is one, its own, under whatever name a script gives it.
import type { ExperimentDocument } from "../../domain/experiment/schema.ts";
import { AppError } from "../../domain/shared/errors.ts";
import type { Requests } from "../../domain/tracking/requests.ts";
import { filterOf } from "../../domain/tracking/search/filter.ts";
import { orderOf } from "../../domain/tracking/search/order.ts";
import type { Searchable, Searched } from "../../domain/tracking/search/fields.ts";
import { withTags } from "../../domain/tracking/run.ts";
import { experimentWire } from "../../domain/tracking/wire.ts";
import type { Services } from "../../services/services.ts";
import type { Caller } from "../caller.ts";
import { allItems } from "../every-item.ts";
import { existing } from "../existing.ts";
import { createExperiment } from "../experiments.ts";
import { changeRun, ownRunId } from "./found-run.ts";
import { pageOf } from "./pages.ts";
import { artifactPlace, experimentRef, meantExperiment } from "./scope.ts";
import type { TrackingScope } from "./scope.ts";

/** What a script called its experiment. */
const askedTag = "batchai.experimentAsked";

export async function experimentByName(
  services: Services,
  scope: TrackingScope,
  { experiment_name: name }: Requests["experimentByName"],
) {
  const found = await existing(services, meantExperiment(scope, nameOf(scope, name)));
  await noteAsked(services, scope, name);
  return { experiment: shown(scope, found, scope.kind === "job" ? name : found.experiment) };
}

export async function experimentById(
  services: Services,
  scope: TrackingScope,
  { experiment_id: id }: Requests["experiment"],
) {
  const found = await existing(services, meantExperiment(scope, idOf(scope, id)));
  return { experiment: shown(scope, found, found.experiment) };
}

export async function createNamedExperiment(
  services: Services,
  scope: TrackingScope,
  caller: Caller,
  { name }: Requests["createExperiment"],
) {
  if (scope.kind === "job") {
    await noteAsked(services, scope, name);
    return { experiment_id: scope.job.experiment };
  }
  const ref = experimentRef(scope, name);
  if ((await services.state.experiments.get(ref)) !== undefined)
    throw new AppError("Conflict", `An experiment '${name}' is there already.`);
  return { experiment_id: (await createExperiment(services, caller, ref)).experiment };
}

const searched: Searched = {
  attributes: { name: "text", creation_time: "number", last_update_time: "number" },
  has: ["attribute", "tag"],
};

export async function searchExperiments(
  services: Services,
  scope: TrackingScope,
  {
    filter,
    order_by: order,
    max_results: most,
    page_token: token,
    view_type: view,
  }: Requests["searchExperiments"],
) {
  const matches = filterOf(filter, searched);
  const compare = orderOf(order, ["creation_time DESC", "name"], searched);
  const all = view === "DELETED_ONLY" ? [] : await everyExperiment(services, scope);
  const found = all
    .map((experiment) => ({ experiment, item: searchable(experiment) }))
    .filter(({ item }) => matches(item))
    .sort((a, b) => compare(a.item, b.item));
  const { items, next } = pageOf(found, most, token);
  return {
    experiments: items.map(({ experiment }) => shown(scope, experiment, experiment.experiment)),
    ...next,
  };
}

async function everyExperiment(
  services: Services,
  scope: TrackingScope,
): Promise<readonly ExperimentDocument[]> {
  if (scope.kind === "job") return [await existing(services, meantExperiment(scope, ""))];
  await existing(services, scope.workspace);
  return allItems((page) => services.state.experiments.list(scope.workspace, page));
}

function searchable({
  experiment,
  creationTime,
  provisioningStateTransitionTime,
}: ExperimentDocument): Searchable {
  const attributes: Readonly<Record<string, string | number>> = {
    name: experiment,
    creation_time: Date.parse(creationTime),
    last_update_time: Date.parse(provisioningStateTransitionTime),
  };
  return {
    attribute: (name) => attributes[name],
    metric: () => undefined,
    param: () => undefined,
    tag: () => undefined,
    dataset: () => [],
  };
}

/** Names that the service cannot have are names of nothing, not mistakes: clients ask before they create. */
function nameOf(scope: TrackingScope, name: string): string {
  if (scope.kind === "job" || /^[\w-]{1,64}$/.test(name)) return name;
  throw new AppError("ExperimentNotFound", `There is no experiment '${name.slice(0, 100)}' here.`);
}

/** Where clients that were told of no experiment log to. */
const clientsDefault = "0";

function idOf(scope: TrackingScope, id: string): string {
  if (scope.kind === "job" || id !== clientsDefault) return id;
  throw new AppError(
    "ExperimentNotFound",
    'There is no default experiment here: call mlflow.set_experiment("NAME") first.',
  );
}

function shown(scope: TrackingScope, experiment: ExperimentDocument, name: string) {
  return experimentWire(experiment, name, artifactPlace(scope));
}

async function noteAsked(services: Services, scope: TrackingScope, name: string): Promise<void> {
  if (scope.kind !== "job" || name === scope.job.experiment) return;
  await changeRun(services, scope, ownRunId(scope.job), (run) =>
    run.tags[askedTag] === name ? run : withTags(run, [{ key: askedTag, value: name.slice(0, 8000) }]),
  );
}
