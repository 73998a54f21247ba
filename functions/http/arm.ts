// What clients ask Azure Resource Manager before they come to Batch AI: which subscriptions, tenants and resource groups
// there are, and whether the provider is registered. This service has one subscription. Resource groups are the resource
// manager's that requests are passed on to; without one, any group that is named exists, because nothing here depends on it.
import { resourceKinds, rowOf, typePath } from "../../domain/resources.ts";
import { apiVersion } from "../../domain/shared/api-versions.ts";
import type { Services } from "../../services/services.ts";
import { everyItem } from "../../application/every-item.ts";
import type { Operation } from "./lib/operation.ts";
import { pageBody, pageOf, pageRequest } from "./lib/paging.ts";
import { providerRoute, resourceGroupOf } from "./lib/refs.ts";
import { ok } from "./lib/reply.ts";
import type { ApiRequest } from "./lib/request.ts";
import { visibleTo } from "./lib/visible.ts";
import { passOn } from "./passed-on.ts";

const subscriptionRoute = "subscriptions/{subscriptionId}";
const groupsRoute = `${subscriptionRoute}/resourceGroups`;

export const armOperations: readonly Operation[] = [
  {
    name: "arm-tenants",
    method: "GET",
    route: "tenants",
    role: "anyone",
    apiVersions: "arm",
    async handle({ principal }) {
      const { tenant } = principal;
      return ok({ value: [{ id: `/tenants/${tenant}`, tenantId: tenant, tenantCategory: "Home" }] });
    },
  },
  {
    name: "arm-subscriptions",
    method: "GET",
    route: "subscriptions",
    role: "anyone",
    apiVersions: "arm",
    handle: async (request, services) => ok({ value: [subscriptionWire(request, services)] }),
  },
  {
    name: "arm-subscription",
    method: "GET",
    route: subscriptionRoute,
    role: "anyone",
    apiVersions: "arm",
    handle: async (request, services) => ok(subscriptionWire(request, services)),
  },
  {
    name: "arm-resource-groups",
    method: "GET",
    route: groupsRoute,
    role: "anyone",
    apiVersions: "arm",
    async handle(request, services) {
      if (services.resourceManager !== undefined) return passOn(request, services);
      const page = pageOf(await groupsInUse(services, request), pageRequest(request));
      return ok(pageBody(request, page, (name) => groupWire(services, name)));
    },
  },
  {
    name: "arm-resource-group",
    method: "GET",
    route: `${groupsRoute}/{resourceGroup}`,
    role: "anyone",
    apiVersions: "arm",
    async handle(request, services) {
      const name = resourceGroupOf(request);
      return services.resourceManager === undefined
        ? ok(groupWire(services, name))
        : passOn(request, services);
    },
  },
  {
    name: "arm-provider",
    method: "GET",
    route: providerRoute,
    role: "anyone",
    apiVersions: "arm",
    handle: async (_request, services) => ok(providerWire(services)),
  },
  {
    // Azure knows the provider no more; scripts of its time register it first.
    name: "arm-provider-register",
    method: "POST",
    route: `${providerRoute}/register`,
    role: "anyone",
    apiVersions: "arm",
    handle: async (_request, services) => ok(providerWire(services)),
  },
];

function subscriptionWire({ principal }: ApiRequest, { settings }: Services): object {
  const { subscriptionId } = settings;
  return {
    id: `/subscriptions/${subscriptionId}`,
    authorizationSource: "RoleBased",
    subscriptionId,
    tenantId: principal.tenant,
    displayName: "OpenBatchAI",
    state: "Enabled",
    managedByTenants: [],
  };
}

/** Of the workspaces that the caller may read; names as they were first written, without repeats in another case. */
async function groupsInUse(
  { settings, state }: Services,
  { principal }: ApiRequest,
): Promise<readonly string[]> {
  const { subscriptionId } = settings;
  const names = new Map<string, string>();
  for await (const workspace of everyItem((page) => state.workspaces.list({ subscriptionId }, page))) {
    const [visible] = visibleTo(principal, [workspace]);
    if (visible === undefined) continue;
    const { resourceGroup } = visible;
    const key = resourceGroup.toLowerCase();
    if (!names.has(key)) names.set(key, resourceGroup);
  }
  return [...names.values()];
}

function groupWire({ settings }: Services, name: string): object {
  return {
    id: `/subscriptions/${settings.subscriptionId}/resourceGroups/${name}`,
    name,
    type: "Microsoft.Resources/resourceGroups",
    location: settings.location,
    properties: { provisioningState: "Succeeded" },
  };
}

function providerWire({ settings }: Services): object {
  const others = [
    "operations",
    "locations/usages",
    "locations/operationresults",
    "locations/operationstatuses",
  ];
  const types = [
    ...resourceKinds.map((kind) => ({ resourceType: typePath(kind), apiVersions: rowOf(kind).apiVersions })),
    ...others.map((resourceType) => ({ resourceType, apiVersions: [apiVersion] })),
  ];
  return {
    id: `/subscriptions/${settings.subscriptionId}/providers/Microsoft.BatchAI`,
    namespace: "Microsoft.BatchAI",
    registrationState: "Registered",
    registrationPolicy: "RegistrationRequired",
    resourceTypes: types.map(({ resourceType, apiVersions }) => ({
      resourceType,
      locations: [settings.location],
      apiVersions,
    })),
  };
}
