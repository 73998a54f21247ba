// The account itself in the management plane, and the small resources below it. The emulator has one account: it can be
// stated again, but not be joined by another. Source: Microsoft.Batch batchAccounts, api-version 2023-11-01.
import { z } from "zod";
import { caseless } from "../schema/values.ts";
import { BatchFault, invalidProperty } from "../service/account/fault.ts";
import type { World } from "../service/account/world.ts";
import { accountId } from "./arm-pool-fields.ts";
import { accountPath, accountShape, armJson, armRoute, authenticationModes } from "./arm-routes.ts";
import { bodyOf } from "./bodies.ts";
import { providerOperations } from "./provider-operations.ts";
import { empty, param } from "./wire.ts";
import type { Call, Handler, Route, WireReply } from "./wire.ts";

const Changeable = z.strictObject({
  allowedAuthenticationModes: z
    .array(caseless(...authenticationModes))
    .min(1)
    .optional(),
  publicNetworkAccess: caseless("Enabled").optional(),
  encryption: z.strictObject({ keySource: caseless("Microsoft.Batch").optional() }).optional(),
  autoStorage: z
    .strictObject({
      storageAccountId: z.string(),
      authenticationMode: caseless("StorageKeys").optional(),
    })
    .optional(),
});
const Identity = z.strictObject({ type: caseless("None", "SystemAssigned") });
const Patch = z.strictObject({
  tags: z.record(z.string(), z.string()).optional(),
  identity: Identity.optional(),
  properties: Changeable.optional(),
});
const Creation = Patch.extend({
  location: z.string().min(1),
  properties: Changeable.extend({ poolAllocationMode: caseless("BatchService").optional() }).optional(),
});

function apply(world: World, given: z.infer<typeof Patch>): void {
  const { autoStorage, allowedAuthenticationModes } = given.properties ?? {};
  const own = world.account.autoStorage?.accountName;
  if (autoStorage !== undefined && !sameName(autoStorage.storageAccountId.split("/").at(-1), own))
    throw invalidProperty(
      "autoStorage.storageAccountId",
      autoStorage.storageAccountId,
      own === undefined ? "The account has no storage beside it" : `Only '${own}' is beside the account`,
    );
  if (given.identity !== undefined) world.account.hasIdentity = given.identity.type === "SystemAssigned";
  if (given.tags !== undefined) world.account.tags = given.tags;
  if (allowedAuthenticationModes !== undefined)
    world.account.authenticationModes = allowedAuthenticationModes;
  world.accountChanged();
}

const sameName = (left: string | undefined, right: string | undefined) =>
  left !== undefined && left.toLowerCase() === right?.toLowerCase();

/** A PUT of the account there is answers at once; a second account is over the quota that the location tells. */
function createAccount(call: Call): WireReply {
  const { account } = call.world;
  const { location, ...given } = bodyOf(call, Creation);
  const isOurs =
    sameName(param(call, "account"), account.name) &&
    sameName(param(call, "resourceGroup"), account.resourceGroup);
  if (!isOurs)
    throw new BatchFault(
      409,
      "AccountQuotaReached",
      `The emulator has one account, '${account.name}' in '${account.resourceGroup}'; start another emulator for another account.`,
    );
  if (!sameName(location.replaceAll(" ", ""), account.location))
    throw invalidProperty("location", location, `The account is in ${account.location}`);
  apply(call.world, given);
  return armJson(200, accountShape(call));
}

function synchronizeKeys({ world }: Call): WireReply {
  const { autoStorage } = world.account;
  if (autoStorage === undefined)
    throw new BatchFault(409, "AutoStorageNotConfigured", "The account has no auto-storage.");
  autoStorage.lastKeySync = world.clock.now();
  return empty(204);
}

/** "Use private endpoints with Azure Batch accounts": what a private endpoint could lead to. */
const privateLinks = [
  ["batchAccount", "privatelink.batch.azure.com"],
  ["nodeManagement", "service.privatelink.batch.azure.com"],
] as const;

const privateLink = (world: World, [name, zone]: (typeof privateLinks)[number]) => ({
  id: `${accountId(world)}/privateLinkResources/${name}`,
  name,
  type: "Microsoft.Batch/batchAccounts/privateLinkResources",
  properties: {
    groupId: name,
    requiredMembers: [name],
    requiredZoneNames: [`${world.account.location}.${zone}`],
  },
});

const none: Handler = () => armJson(200, { value: [] });
const missing: Handler = () => {
  throw new BatchFault(404, "ResourceNotFound", "The resource was not found in the Batch account.");
};
const below = (rest: string) => `${accountPath}/${rest}`;

export const armAccountRoutes: readonly Route[] = [
  { operation: "BatchAccount_Create", method: "PUT", path: accountPath, handle: createAccount },
  armRoute("BatchAccount_Update", "PATCH", accountPath, (call) => {
    apply(call.world, bodyOf(call, Patch));
    return armJson(200, accountShape(call));
  }),
  armRoute("BatchAccount_SynchronizeAutoStorageKeys", "POST", below("syncAutoStorageKeys"), synchronizeKeys),
  armRoute("PrivateLinkResource_List", "GET", below("privateLinkResources"), ({ world }) =>
    armJson(200, { value: privateLinks.map((one) => privateLink(world, one)) }),
  ),
  armRoute("PrivateLinkResource_Get", "GET", below("privateLinkResources/{linkName}"), (call) => {
    const found = privateLinks.find(([name]) => sameName(name, param(call, "linkName")));
    return found === undefined ? missing(call) : armJson(200, privateLink(call.world, found));
  }),
  armRoute("PrivateEndpointConnection_List", "GET", below("privateEndpointConnections"), none),
  armRoute("PrivateEndpointConnection_Get", "GET", below("privateEndpointConnections/{connection}"), missing),
  armRoute("BatchAccount_ListDetectors", "GET", below("detectors"), none),
  armRoute("BatchAccount_GetDetector", "GET", below("detectors/{detector}"), missing),
  armRoute(
    "BatchAccount_ListOutboundNetworkDependenciesEndpoints",
    "GET",
    below("outboundNetworkDependenciesEndpoints"),
    none,
  ),
  {
    operation: "Operations_List",
    method: "GET",
    path: "/providers/Microsoft.Batch/operations",
    handle: () => armJson(200, { value: providerOperations }),
  },
];
