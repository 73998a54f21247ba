// What happened to a resource, oldest first: `GET …/{resource}/events`, which the API of 2018 did not have. Events outlive
// what they are about, so that one can ask why something is gone.
import { existing } from "../../application/existing.ts";
import { collectionOf, resourceKinds } from "../../domain/resources.ts";
import type { ResourceKind } from "../../domain/resources.ts";
import { ownApiVersion } from "../../domain/shared/api-versions.ts";
import { formatId, resourceType } from "../../domain/shared/resource-id.ts";
import type { RefOf } from "../../domain/shared/resource-id.ts";
import type { Period, RecordedChange } from "../../services/state.ts";
import type { Operation } from "./lib/operation.ts";
import { pageBody, pageRequest } from "./lib/paging.ts";
import { requestedRef, routeOf } from "./lib/refs.ts";
import { ok } from "./lib/reply.ts";
import type { ApiRequest } from "./lib/request.ts";
import { timeParameter } from "./lib/time-parameter.ts";

export const eventOperations: readonly Operation[] = resourceKinds.map((kind) => ({
  name: `${collectionOf(kind)}-events`,
  method: "GET",
  route: `${routeOf(kind)}/events`,
  role: "reader",
  apiVersions: [ownApiVersion],
  async handle(request, services) {
    const ref = requestedRef(request, kind);
    const page = await services.state.listChanges(ref, { ...pageRequest(request), ...periodOf(request) });
    if (page.items.length === 0) await existing(services, ref);
    return ok(pageBody(request, page, (event) => eventWire(ref, event)));
  },
}));

function periodOf(request: ApiRequest): Period {
  return { since: timeParameter(request, "since"), until: timeParameter(request, "until") };
}

function eventWire(ref: RefOf<ResourceKind>, { id, ...properties }: RecordedChange): object {
  return {
    id: `${formatId(ref)}/events/${id}`,
    name: id,
    type: `${resourceType(ref.kind)}/events`,
    properties,
  };
}
