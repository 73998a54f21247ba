// What happened to a resource, oldest first: `GET …/{resource}/events`, which the API of 2018 did not have. Events outlive
// what they are about, so that one can ask why something is gone.
import { existingCluster } from "../../application/clusters.ts";
import { existingFileServer } from "../../application/file-servers.ts";
import { existingJob } from "../../application/jobs.ts";
import { existingExperiment, existingWorkspace } from "../../application/parents.ts";
import { formatId, resourceTypes } from "../../domain/shared/resource-id.ts";
import type { ResourceRef } from "../../domain/shared/resource-id.ts";
import { AppError } from "../../domain/shared/errors.ts";
import type { Services } from "../../services/services.ts";
import type { Period, RecordedChange } from "../../services/state.ts";
import type { Operation } from "./lib/operation.ts";
import { pageBody, pageRequest } from "./lib/paging.ts";
import {
  clusterRefOf,
  clusterRoute,
  experimentRefOf,
  experimentRoute,
  fileServerRefOf,
  fileServerRoute,
  jobRefOf,
  jobRoute,
  workspaceRefOf,
  workspaceRoute,
} from "./lib/refs.ts";
import { ok } from "./lib/reply.ts";
import type { ApiRequest } from "./lib/request.ts";

/** `exists` throws the 404 that the resource itself would have. */
function eventsOf<Ref extends ResourceRef>(
  noun: string,
  route: string,
  refOf: (request: ApiRequest) => Ref,
  exists: (services: Services, ref: Ref) => Promise<object>,
): Operation {
  return {
    name: `${noun}-events`,
    method: "GET",
    route: `${route}/events`,
    role: "reader",
    api: "own",
    async handle(request, services) {
      const ref = refOf(request);
      const page = await services.state.listChanges(ref, { ...pageRequest(request), ...periodOf(request) });
      if (page.items.length === 0) await exists(services, ref);
      return ok(pageBody(request, page, (event) => eventWire(ref, event)));
    },
  };
}

export const eventOperations: readonly Operation[] = [
  eventsOf("workspaces", workspaceRoute, workspaceRefOf, existingWorkspace),
  eventsOf("clusters", clusterRoute, clusterRefOf, existingCluster),
  eventsOf("fileservers", fileServerRoute, fileServerRefOf, existingFileServer),
  eventsOf("experiments", experimentRoute, experimentRefOf, existingExperiment),
  eventsOf("jobs", jobRoute, jobRefOf, existingJob),
];

function periodOf(request: ApiRequest): Period {
  return { since: timeOf(request, "since"), until: timeOf(request, "until") };
}

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,7})?)?(?:Z|[+-]\d\d:\d\d)$/i;

function timeOf(request: ApiRequest, name: string): string | undefined {
  // A `+` in a query is a blank once it is decoded.
  const text = request.query(name)?.replace(" ", "+");
  if (text === undefined || text === "") return undefined;
  const ms = isoTime.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(ms)) return new Date(ms).toISOString();
  throw new AppError(
    "InvalidQueryParameter",
    `${name}: expected a time such as '2026-11-01T12:00:00Z', got '${text.slice(0, 40)}'.`,
    { target: name },
  );
}

function eventWire(ref: ResourceRef, { id, ...properties }: RecordedChange): object {
  return {
    id: `${formatId(ref)}/events/${id}`,
    name: id,
    type: `${resourceTypes[ref.kind]}/events`,
    properties,
  };
}
