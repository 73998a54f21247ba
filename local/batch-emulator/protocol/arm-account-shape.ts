// An account as the management plane answers it. Source: Microsoft.Batch batchAccounts, api-version 2023-11-01.
import { quotasOf } from "../service/account/quota.ts";
import type { AccountState } from "../service/account/account-state.ts";
import { accountId } from "./arm-pool-fields.ts";
import { isoTime } from "./fields.ts";
import { guidOf } from "./node-instance.ts";

export const authenticationModes = ["SharedKey", "AAD", "TaskAuthenticationToken"] as const;

export function accountShape(account: AccountState) {
  const { settings, parameters } = account;
  // Callers put https:// before it.
  const { host } = new URL(account.secureUrl ?? account.url);
  const { poolQuota, activeJobAndJobScheduleQuota } = quotasOf(account);
  return {
    id: accountId(account),
    name: settings.name,
    type: "Microsoft.Batch/batchAccounts",
    location: settings.location,
    tags: settings.tags,
    identity: identityShape(account),
    properties: {
      accountEndpoint: host,
      nodeManagementEndpoint: host,
      provisioningState: settings.isDeleting === true ? "Deleting" : "Succeeded",
      poolAllocationMode: parameters.poolAllocationMode,
      ...autoStorageShape(account),
      publicNetworkAccess: "Enabled",
      ...coreQuotas(account),
      dedicatedCoreQuotaPerVMFamily: [],
      dedicatedCoreQuotaPerVMFamilyEnforced: false,
      poolQuota,
      activeJobAndJobScheduleQuota,
      encryption: { keySource: "Microsoft.Batch" },
      allowedAuthenticationModes: settings.authenticationModes ?? authenticationModes,
    },
  };
}

/** With the ids that a directory would have given it. */
const identityShape = (account: AccountState) =>
  account.settings.hasIdentity === true
    ? {
        type: "SystemAssigned",
        principalId: guidOf(`principal ${accountId(account)}`),
        tenantId: guidOf(`tenant ${account.settings.subscriptionId}`),
      }
    : { type: "None" };

/** In user-subscription mode the subscription limits the processors, and the account answers null. */
function coreQuotas(account: AccountState) {
  const { dedicatedCoreQuota, lowPriorityCoreQuota } = quotasOf(account);
  const own = account.parameters.poolAllocationMode === "BatchService";
  return {
    dedicatedCoreQuota: own ? dedicatedCoreQuota : null,
    lowPriorityCoreQuota: own ? lowPriorityCoreQuota : null,
  };
}

function autoStorageShape({ settings }: AccountState) {
  if (settings.autoStorage === undefined) return {};
  const { accountName, lastKeySync } = settings.autoStorage;
  const storageAccountId = `/subscriptions/${settings.subscriptionId}/resourceGroups/${settings.resourceGroup}/providers/Microsoft.Storage/storageAccounts/${accountName}`;
  return {
    autoStorage: { storageAccountId, lastKeySync: isoTime(lastKeySync), authenticationMode: "StorageKeys" },
  };
}

export const keysShape = ({ settings }: AccountState) => ({
  accountName: settings.name,
  primary: settings.keys.primary,
  secondary: settings.keys.secondary,
});
