// Routes of resources, and the references that their parameters make, names checked.
import { lineOf, rowOf } from "../../../domain/resources.ts";
import type { ResourceKind } from "../../../domain/resources.ts";
import { checkGroupName } from "../../../domain/shared/names.ts";
import { checkedRef } from "../../../domain/shared/resource-id.ts";
import type { RefOf } from "../../../domain/shared/resource-id.ts";
import type { ApiRequest } from "./request.ts";

const provider = "providers/Microsoft.BatchAI";
export const providerRoute = `subscriptions/{subscriptionId}/${provider}`;
const groupRoute = `subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/${provider}`;

/** The route of all resources of a kind in one parent, or in one group. */
export function collectionRoute(kind: ResourceKind): string {
  const { parent, collection } = rowOf(kind);
  return `${parent === undefined ? groupRoute : routeOf(parent)}/${collection}`;
}

/** The route of one resource; its parameters are the kinds that name it. */
export function routeOf(kind: ResourceKind): string {
  return `${collectionRoute(kind)}/{${kind}}`;
}

export function resourceGroupOf(request: ApiRequest): string {
  return checkGroupName("resource group", request.params["resourceGroup"] ?? "");
}

export function subscriptionOf(request: ApiRequest): string {
  return request.params["subscriptionId"] ?? "";
}

export function requestedRef<Kind extends ResourceKind>(request: ApiRequest, kind: Kind): RefOf<Kind> {
  const group = {
    subscriptionId: subscriptionOf(request),
    resourceGroup: request.params["resourceGroup"] ?? "",
  };
  return checkedRef(
    kind,
    group,
    lineOf(kind).map((each) => request.params[each] ?? ""),
  );
}
