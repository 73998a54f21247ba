// An account as the management plane answers it. Source: Microsoft.Batch batchAccounts, api-version 2023-11-01.
import { quotasOf } from "../service/account/quota.ts";
import type { World } from "../service/account/world.ts";
import { accountId } from "./arm-pool-fields.ts";
import { isoTime } from "./fields.ts";
import { guidOf } from "./node-instance.ts";

export const authenticationModes = ["SharedKey", "AAD", "TaskAuthenticationToken"] as const;

export function accountShape(world: World) {
  const { account, parameters } = world;
  // Callers put https:// before it.
  const { host } = new URL(world.secureUrl ?? world.url);
  const { poolQuota, activeJobAndJobScheduleQuota } = quotasOf(world);
  return {
    id: accountId(world),
    name: account.name,
    type: "Microsoft.Batch/batchAccounts",
    location: account.location,
    tags: account.tags,
    identity: identityShape(world),
    properties: {
      accountEndpoint: host,
      nodeManagementEndpoint: host,
      provisioningState: account.isDeleting === true ? "Deleting" : "Succeeded",
      poolAllocationMode: parameters.poolAllocationMode,
      ...autoStorageShape(world),
      publicNetworkAccess: "Enabled",
      ...coreQuotas(world),
      dedicatedCoreQuotaPerVMFamily: [],
      dedicatedCoreQuotaPerVMFamilyEnforced: false,
      poolQuota,
      activeJobAndJobScheduleQuota,
      encryption: { keySource: "Microsoft.Batch" },
      allowedAuthenticationModes: account.authenticationModes ?? authenticationModes,
    },
  };
}

/** With the ids that a directory would have given it. */
const identityShape = (world: World) =>
  world.account.hasIdentity === true
    ? {
        type: "SystemAssigned",
        principalId: guidOf(`principal ${accountId(world)}`),
        tenantId: guidOf(`tenant ${world.account.subscriptionId}`),
      }
    : { type: "None" };

/** In user-subscription mode the subscription limits the processors, and the account answers null. */
function coreQuotas(world: World) {
  const { dedicatedCoreQuota, lowPriorityCoreQuota } = quotasOf(world);
  const own = world.parameters.poolAllocationMode === "BatchService";
  return {
    dedicatedCoreQuota: own ? dedicatedCoreQuota : null,
    lowPriorityCoreQuota: own ? lowPriorityCoreQuota : null,
  };
}

function autoStorageShape({ account }: World) {
  if (account.autoStorage === undefined) return {};
  const { accountName, lastKeySync } = account.autoStorage;
  const storageAccountId = `/subscriptions/${account.subscriptionId}/resourceGroups/${account.resourceGroup}/providers/Microsoft.Storage/storageAccounts/${accountName}`;
  return {
    autoStorage: { storageAccountId, lastKeySync: isoTime(lastKeySync), authenticationMode: "StorageKeys" },
  };
}

export const keysShape = ({ account }: World) => ({
  accountName: account.name,
  primary: account.keys.primary,
  secondary: account.keys.secondary,
});
