// Accounts made, changed and deleted in the management plane. Source: Microsoft.Batch batchAccounts, api-version 2023-11-01.
import { z } from "zod";
import { caseless } from "../schema/values.ts";
import type { AccountDirectory } from "../service/account/account-directory.ts";
import { BatchFault, invalidProperty } from "../service/account/fault.ts";
import type { AccountState } from "../service/account/account-state.ts";
import { accountShape, authenticationModes } from "./arm-account-shape.ts";
import { armJson, refuseOtherSubscription } from "./arm-routes.ts";
import { bodyOf } from "./bodies.ts";
import { empty, param } from "./wire.ts";
import type { Call, WireReply } from "./wire.ts";

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
type Patch = z.infer<typeof Patch>;
const Creation = Patch.extend({
  location: z.string().min(1),
  properties: Changeable.extend({ poolAllocationMode: caseless("BatchService").optional() }).optional(),
});

export const accountName = /^[a-z0-9]{3,24}$/;
export const nameRule = "The account name must have 3 to 24 characters, lower-case letters and digits only.";

const sameName = (left: string | undefined, right: string | undefined) =>
  left !== undefined && left.toLowerCase() === right?.toLowerCase();

/** "West Europe" is westeurope. */
function regionOf(location: string): string {
  const region = location.replaceAll(" ", "").toLowerCase();
  if (!/^[a-z][a-z0-9]*$/.test(region))
    throw invalidProperty("location", location, "It must be the name of a region, such as westeurope");
  return region;
}

/** Only the storage beside the emulator can be linked. */
function checkStorage({ storageAccount }: AccountDirectory, { properties }: Patch): void {
  const wanted = properties?.autoStorage?.storageAccountId;
  if (wanted !== undefined && !sameName(wanted.split("/").at(-1), storageAccount))
    throw invalidProperty(
      "autoStorage.storageAccountId",
      wanted,
      storageAccount === undefined
        ? "The account has no storage beside it"
        : `Only '${storageAccount}' is beside the account`,
    );
}

function apply(call: Call, account: AccountState, given: Patch): void {
  const { settings } = account;
  const { autoStorage, allowedAuthenticationModes } = given.properties ?? {};
  if (autoStorage !== undefined && settings.autoStorage === undefined)
    settings.autoStorage = {
      accountName: call.accounts.storageAccount ?? "",
      lastKeySync: account.clock.now(),
    };
  if (given.identity !== undefined) settings.hasIdentity = given.identity.type === "SystemAssigned";
  if (given.tags !== undefined) settings.tags = given.tags;
  if (allowedAuthenticationModes !== undefined) settings.authenticationModes = allowedAuthenticationModes;
  account.events.emit("settingsChanged");
}

export function updateAccount(call: Call): WireReply {
  const given = bodyOf(call, Patch);
  checkStorage(call.accounts, given);
  apply(call, call.account, given);
  return armJson(200, accountShape(call.account));
}

/** PUT: a new account is there at once; one that is there can be stated again. */
export async function putAccount(call: Call): Promise<WireReply> {
  refuseOtherSubscription(call);
  const { location, ...given } = bodyOf(call, Creation);
  checkStorage(call.accounts, given);
  const wanted = {
    name: param(call, "account"),
    resourceGroup: param(call, "resourceGroup"),
    location: regionOf(location),
  };
  const found = call.accounts.find(wanted.name);
  if (found === undefined) refuseNew(call.accounts, wanted);
  else refuseOther(found, wanted);
  const account = found ?? (await call.accounts.create(wanted));
  apply(call, account, given);
  return armJson(200, accountShape(account));
}

interface Wanted {
  readonly name: string;
  readonly resourceGroup: string;
  readonly location: string;
}

function refuseNew(accounts: AccountDirectory, { name, location }: Wanted): void {
  if (!accountName.test(name)) throw new BatchFault(400, "InvalidResourceName", nameRule);
  const inRegion = accounts.list().filter(({ settings }) => regionOf(settings.location) === location);
  if (inRegion.length >= accounts.accountQuota)
    throw new BatchFault(
      409,
      "AccountQuotaReached",
      `The subscription has reached its quota of ${accounts.accountQuota} Batch accounts in ${location}: delete one, take another region, or raise accountQuota.`,
    );
}

function refuseOther({ settings }: AccountState, wanted: Wanted): void {
  if (!sameName(wanted.resourceGroup, settings.resourceGroup))
    throw new BatchFault(
      409,
      "AccountNameInUse",
      `The name '${wanted.name}' is in use by an account of another resource group.`,
    );
  if (settings.isDeleting === true)
    throw new BatchFault(409, "AccountBeingDeleted", "The Batch account is being deleted.");
  if (wanted.location !== regionOf(settings.location))
    throw new BatchFault(
      409,
      "InvalidResourceLocation",
      `The account '${settings.name}' is in ${settings.location}, and cannot be made in ${wanted.location} as well.`,
    );
}

/** Pools, jobs and all else go with the account. */
export function deleteAccount(call: Call): WireReply {
  const { settings } = call.account;
  const key = call.accounts.keyOf(call.account);
  const reason = call.accounts.remove(call.account);
  if (reason !== undefined) throw new BatchFault(409, "AccountCannotBeDeleted", reason);
  const version = call.request.query.get("api-version") ?? "";
  const result = `/subscriptions/${settings.subscriptionId}/providers/Microsoft.Batch/locations/${settings.location}/accountOperationResults/delete-${key}`;
  return empty(202, {
    location: `${call.request.baseUrl}${result}?api-version=${version}`,
    "retry-after": "1",
  });
}

/** 202 while the account goes, 204 when it is gone. */
export function accountDeletionResult(call: Call): WireReply {
  const key = /^delete-(.+)$/.exec(param(call, "operationId"))?.[1];
  if (key === undefined) throw new BatchFault(404, "ResourceNotFound", "The operation was not found.");
  if (!call.accounts.list().some((one) => call.accounts.keyOf(one) === key)) return empty(204);
  const location = `${call.request.baseUrl}${call.request.rawPath}?api-version=${call.request.query.get("api-version") ?? ""}`;
  return empty(202, { location, "retry-after": "1" });
}
