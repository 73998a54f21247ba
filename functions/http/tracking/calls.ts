// The calls of MLflow's clients: method and path below the tracking URI, the least role, what is asked for, what answers.
// Not here, and answered as unknown: the model registry, traces, prompts, the gateway, webhooks.
import {
  createNamedExperiment,
  experimentById,
  experimentByName,
  searchExperiments,
} from "../../../application/tracking/experiments.ts";
import {
  deleteTag,
  logBatch,
  logInputs,
  logMetric,
  logOutputs,
  logParameter,
  setTag,
} from "../../../application/tracking/logging.ts";
import {
  addModelParams,
  createModel,
  finishModel,
  getModel,
  searchModels,
  setModelTags,
} from "../../../application/tracking/models.ts";
import { createRun, getRun, hideRun, updateRun } from "../../../application/tracking/runs.ts";
import type { TrackingScope } from "../../../application/tracking/scope.ts";
import { metricHistory, searchRuns } from "../../../application/tracking/searches.ts";
import type { Role } from "../../../domain/shared/roles.ts";
import { requests } from "../../../domain/tracking/requests.ts";
import type { Requests } from "../../../domain/tracking/requests.ts";
import type { Services } from "../../../services/services.ts";
import { parse } from "../../../domain/shared/parse.ts";
import { ok } from "../lib/reply.ts";
import { artifactCalls } from "./artifact-calls.ts";
import type { TrackingCall } from "./call.ts";

type Handler<Name extends keyof Requests> = (
  services: Services,
  scope: TrackingScope,
  request: Requests[Name],
) => Promise<object>;

const api = "api/2.0/mlflow";

function call<Name extends keyof Requests>(
  [method, path, role]: readonly [TrackingCall["method"], string, Role],
  name: Name,
  handle: Handler<Name>,
): TrackingCall {
  return {
    method,
    path: `${api}/${path}`,
    role,
    async answer({ services, scope, body }) {
      const request = parse(requests[name], await body()) as Requests[Name];
      return ok(await handle(services, scope, request));
    },
  };
}

/** Of one model, by the id in the path. */
function ofModel<Name extends keyof Requests>(
  [method, path]: readonly [TrackingCall["method"], string],
  name: Name,
  handle: (services: Services, scope: TrackingScope, id: string, request: Requests[Name]) => Promise<object>,
): TrackingCall {
  return {
    method,
    path: `${api}/logged-models/{id}${path}`,
    role: "submitter",
    async answer({ services, scope, rest, body }) {
      const request = parse(requests[name], await body()) as Requests[Name];
      return ok(await handle(services, scope, rest, request));
    },
  };
}

const experiments: readonly TrackingCall[] = [
  call(["GET", "experiments/get-by-name", "reader"], "experimentByName", experimentByName),
  call(["GET", "experiments/get", "reader"], "experiment", experimentById),
  call(["POST", "experiments/search", "reader"], "searchExperiments", searchExperiments),
  {
    method: "POST",
    path: `${api}/experiments/create`,
    role: "submitter",
    answer: async ({ services, scope, caller, body }) =>
      ok(
        await createNamedExperiment(services, scope, caller, parse(requests.createExperiment, await body())),
      ),
  },
];

const runs: readonly TrackingCall[] = [
  call(["POST", "runs/create", "submitter"], "createRun", createRun),
  call(["GET", "runs/get", "reader"], "run", getRun),
  call(["POST", "runs/update", "submitter"], "updateRun", updateRun),
  call(["POST", "runs/delete", "submitter"], "run", (services, scope, run) =>
    hideRun(services, scope, run, true),
  ),
  call(["POST", "runs/restore", "submitter"], "run", (services, scope, run) =>
    hideRun(services, scope, run, false),
  ),
  call(["POST", "runs/search", "reader"], "searchRuns", searchRuns),
  call(["POST", "runs/log-metric", "submitter"], "logMetric", logMetric),
  call(["POST", "runs/log-parameter", "submitter"], "logParameter", logParameter),
  call(["POST", "runs/log-batch", "submitter"], "logBatch", logBatch),
  call(["POST", "runs/set-tag", "submitter"], "setTag", setTag),
  call(["POST", "runs/delete-tag", "submitter"], "deleteTag", deleteTag),
  call(["POST", "runs/log-inputs", "submitter"], "logInputs", logInputs),
  call(["POST", "runs/outputs", "submitter"], "outputs", logOutputs),
  call(["GET", "metrics/get-history", "reader"], "history", metricHistory),
];

const models: readonly TrackingCall[] = [
  call(["POST", "logged-models", "submitter"], "createModel", createModel),
  call(["POST", "logged-models/search", "reader"], "searchModels", searchModels),
  {
    method: "GET",
    path: `${api}/logged-models/{id}`,
    role: "reader",
    answer: async ({ services, scope, rest }) => ok(await getModel(services, scope, rest)),
  },
  ofModel(["PATCH", ""], "finishModel", finishModel),
  ofModel(["POST", "/params"], "modelParams", addModelParams),
  ofModel(["PATCH", "/tags"], "modelTags", setModelTags),
];

/** What clients take for the version of the server: they send what it knows. */
const version = "3.17.2";

const about: readonly TrackingCall[] = [
  {
    method: "GET",
    path: "version",
    role: "reader",
    answer: async () => ({
      status: 200,
      body: version,
      headers: { "content-type": "text/plain; charset=utf-8" },
    }),
  },
  {
    method: "GET",
    path: "api/3.0/mlflow/server-info",
    role: "reader",
    answer: async () =>
      ok({
        store_type: "OpenBatchAI",
        workspaces_enabled: false,
        trace_archival_enabled: false,
        multipart_uploads_enabled: true,
        multipart_downloads_enabled: false,
      }),
  },
];

export const trackingCalls: readonly TrackingCall[] = [
  ...experiments,
  ...runs,
  ...models,
  ...artifactCalls,
  ...about,
];

export interface MeantCall {
  readonly call: TrackingCall;
  readonly rest: string;
}

/** The call of a path below the tracking URI. Literal paths come before those that hold an id. */
export function callAt(method: string, path: string): MeantCall | undefined {
  for (const call of trackingCalls) {
    const [before = "", after = ""] = call.path.split(/\{[*\w]+\}/);
    if (call.method !== method || !path.startsWith(before) || !path.endsWith(after)) continue;
    const rest = path.slice(before.length, path.length - after.length);
    if (before === call.path ? rest === "" : rest !== "" && (call.path.includes("{*") || !rest.includes("/")))
      return { call, rest };
  }
  return undefined;
}
