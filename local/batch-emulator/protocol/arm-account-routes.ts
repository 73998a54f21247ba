// Accounts in the management plane, and the small resources below each. Source: Microsoft.Batch batchAccounts, api-version 2023-11-01.
import { z } from "zod";
import { caseless } from "../schema/values.ts";
import { BatchFault } from "../service/account/fault.ts";
import type { AccountState } from "../service/account/account-state.ts";
import { accountDeletionResult, deleteAccount, putAccount, updateAccount } from "./arm-account-changes.ts";
import { accountShape, keysShape } from "./arm-account-shape.ts";
import { accountId } from "./arm-pool-fields.ts";
import { accountPath, armJson, armRoute, groupPath } from "./arm-routes.ts";
import { bodyOf } from "./bodies.ts";
import { providerOperations } from "./provider-operations.ts";
import { empty, param } from "./wire.ts";
import type { Call, Handler, Route, WireReply } from "./wire.ts";

const KeyName = z.strictObject({ keyName: caseless("Primary", "Secondary") });

function regenerateKey(call: Call): WireReply {
  const { account } = call;
  const { keyName } = bodyOf(call, KeyName);
  const fresh = account.random.bytes(64).toString("base64");
  account.settings.keys[keyName === "Primary" ? "primary" : "secondary"] = fresh;
  account.events.emit("settingsChanged");
  return armJson(200, keysShape(account));
}

/** Those of a group, or all. */
function listAccounts(call: Call): WireReply {
  const group = call.params["resourceGroup"]?.toLowerCase();
  const found = call.accounts
    .list()
    .filter(({ settings }) => group === undefined || settings.resourceGroup.toLowerCase() === group);
  return armJson(200, { value: found.map(accountShape) });
}

function synchronizeKeys({ account }: Call): WireReply {
  const { autoStorage } = account.settings;
  if (autoStorage === undefined)
    throw new BatchFault(409, "AutoStorageNotConfigured", "The account has no auto-storage.");
  autoStorage.lastKeySync = account.clock.now();
  account.events.emit("settingsChanged");
  return empty(204);
}

/** "Use private endpoints with Azure Batch accounts": what a private endpoint could lead to. */
const privateLinks = [
  ["batchAccount", "privatelink.batch.azure.com"],
  ["nodeManagement", "service.privatelink.batch.azure.com"],
] as const;

const privateLink = (account: AccountState, [name, zone]: (typeof privateLinks)[number]) => ({
  id: `${accountId(account)}/privateLinkResources/${name}`,
  name,
  type: "Microsoft.Batch/batchAccounts/privateLinkResources",
  properties: {
    groupId: name,
    requiredMembers: [name],
    requiredZoneNames: [`${account.settings.location}.${zone}`],
  },
});

const none: Handler = () => armJson(200, { value: [] });
const missing: Handler = () => {
  throw new BatchFault(404, "ResourceNotFound", "The resource was not found in the Batch account.");
};
const below = (rest: string) => `${accountPath}/${rest}`;
const provider = "/subscriptions/{subscriptionId}/providers/Microsoft.Batch";

export const armAccountRoutes: readonly Route[] = [
  armRoute("BatchAccount_Get", "GET", accountPath, ({ account }) => armJson(200, accountShape(account))),
  armRoute("BatchAccount_ListByResourceGroup", "GET", groupPath, listAccounts),
  armRoute("BatchAccount_List", "GET", `${provider}/batchAccounts`, listAccounts),
  { operation: "BatchAccount_Create", method: "PUT", path: accountPath, handle: putAccount },
  armRoute("BatchAccount_Update", "PATCH", accountPath, updateAccount),
  armRoute("BatchAccount_Delete", "DELETE", accountPath, deleteAccount),
  armRoute(
    "BatchAccount_DeleteResult",
    "GET",
    `${provider}/locations/{location}/accountOperationResults/{operationId}`,
    accountDeletionResult,
  ),
  armRoute("BatchAccount_GetKeys", "POST", below("listKeys"), ({ account }) =>
    armJson(200, keysShape(account)),
  ),
  armRoute("BatchAccount_RegenerateKey", "POST", below("regenerateKeys"), regenerateKey),
  armRoute("BatchAccount_SynchronizeAutoStorageKeys", "POST", below("syncAutoStorageKeys"), synchronizeKeys),
  armRoute("PrivateLinkResource_List", "GET", below("privateLinkResources"), ({ account }) =>
    armJson(200, { value: privateLinks.map((one) => privateLink(account, one)) }),
  ),
  armRoute("PrivateLinkResource_Get", "GET", below("privateLinkResources/{linkName}"), (call) => {
    const wanted = param(call, "linkName").toLowerCase();
    const found = privateLinks.find(([name]) => name.toLowerCase() === wanted);
    return found === undefined ? missing(call) : armJson(200, privateLink(call.account, found));
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
