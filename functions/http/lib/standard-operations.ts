// What can be done with a resource of any kind: show, list, delete it, and ask what happened to it. Made of the rows of the
// kind; how it is created and changed is its own.
import type { HttpResponseInit } from "@azure/functions";
import { heldOn } from "../../../application/access.ts";
import { deleteResource } from "../../../application/deletions.ts";
import { existing } from "../../../application/existing.ts";
import { scopeKinds } from "../../../domain/access/assignment.ts";
import type { ScopeKind } from "../../../domain/access/assignment.ts";
import { kindOf } from "../../../domain/kinds.ts";
import type { DocumentOf } from "../../../domain/kinds.ts";
import { collectionOf, rowOf } from "../../../domain/resources.ts";
import type { ResourceKind } from "../../../domain/resources.ts";
import type { ResourceRef } from "../../../domain/shared/resource-id.ts";
import { isAllowed } from "../../../domain/shared/roles.ts";
import type { Services } from "../../../services/services.ts";
import type { ScopeOf } from "../../../services/state.ts";
import type { Role } from "../../../services/token-verifier.ts";
import { callerOf } from "./caller-of.ts";
import type { Operation } from "./operation.ts";
import { pageBody, pageRequest } from "./paging.ts";
import { collectionRoute, requestedRef, resourceGroupOf, routeOf, subscriptionOf } from "./refs.ts";
import { acceptedOr, noContent, ok, resource } from "./reply.ts";
import type { ApiRequest } from "./request.ts";
import { visibleTo } from "./visible.ts";

/** @param deletedBy the least role that may delete one. */
export function standardOperations<Kind extends ResourceKind>(
  kind: Kind,
  deletedBy: Role,
): readonly Operation[] {
  const { apiVersions, parent } = rowOf(kind);
  const noun = collectionOf(kind);
  return [
    {
      name: `${noun}-get`,
      method: "GET",
      route: routeOf(kind),
      role: "reader",
      apiVersions,
      handle: async (request, services) => shown(await existing(services, requestedRef(request, kind))),
    },
    {
      name: parent === undefined ? `${noun}-list-by-group` : `${noun}-list`,
      method: "GET",
      route: collectionRoute(kind),
      role: hasOwnRoles(kind) ? "anyone" : "reader",
      apiVersions,
      handle: (request, services) => list(request, services, kind),
    },
    {
      name: `${noun}-delete`,
      method: "DELETE",
      route: routeOf(kind),
      role: deletedBy,
      apiVersions,
      handle: (request, services) => remove(request, services, kind),
    },
  ];
}

/** 200 with the resource. */
export function shown<Kind extends ResourceKind>(document: DocumentOf<Kind>): HttpResponseInit {
  return resource(kindOf<Kind>(document.kind as Kind).wire(document));
}

async function list(request: ApiRequest, services: Services, kind: ResourceKind): Promise<HttpResponseInit> {
  const { parent } = rowOf(kind);
  const within = parent === undefined ? undefined : (requestedRef(request, parent) as ResourceRef);
  const group = { subscriptionId: subscriptionOf(request), resourceGroup: resourceGroupOf(request) };
  const scope = (within ?? group) as ScopeOf<ResourceKind>;
  const mayReadAll = !hasOwnRoles(kind) || (await mayRead(request, services, within));
  const page = await services.state.of(kind).list(scope, pageRequest(request));
  // Who may not read the parent is not told whether it is there.
  if (page.items.length === 0 && within !== undefined && mayReadAll) await existing(services, within);
  const items = mayReadAll
    ? page.items
    : visibleTo(request.principal, page.items as readonly DocumentOf<ScopeKind>[]);
  return ok(pageBody(request, { ...page, items }, kindOf(kind).wire));
}

/** Roles are assigned on each: a list shows those that the caller may read. */
function hasOwnRoles(kind: ResourceKind): boolean {
  return scopeKinds.some((each) => each === kind);
}

async function mayRead(
  { principal }: ApiRequest,
  services: Services,
  within: ResourceRef | undefined,
): Promise<boolean> {
  if (isAllowed(principal.roles, "reader")) return true;
  return within !== undefined && isAllowed((await heldOn(services, principal, within)).roles, "reader");
}

/** 202 with what to poll, 204 for what is not there. */
async function remove(
  request: ApiRequest,
  services: Services,
  kind: ResourceKind,
): Promise<HttpResponseInit> {
  const ref = requestedRef(request, kind);
  return acceptedOr(request, await deleteResource(services, callerOf(request), ref), noContent);
}
