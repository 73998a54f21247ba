// Locations in the management plane: quotas, sizes, names, the same in every region. Source: Microsoft.Batch locations, api-version 2023-11-01.
import { z } from "zod";
import { disableAutoscale } from "../service/autoscale/autoscale-control.ts";
import { findPool } from "../service/pools/pool-commands.ts";
import { virtualMachineSizes } from "../service/account/virtual-machine-sizes.ts";
import { accountName, nameRule } from "./arm-account-changes.ts";
import { armJson, armRoute, poolReply } from "./arm-routes.ts";
import { bodyOf } from "./bodies.ts";
import { param } from "./wire.ts";
import type { Call, Route } from "./wire.ts";

const location = "/subscriptions/{subscriptionId}/providers/Microsoft.Batch/locations/{location}";
const account =
  "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.Batch/batchAccounts/{account}";

const NameBody = z.strictObject({ name: z.string(), type: z.literal("Microsoft.Batch/batchAccounts") });

function checkName(call: Call) {
  const { name } = bodyOf(call, NameBody);
  if (!accountName.test(name)) return { nameAvailable: false, reason: "Invalid", message: nameRule };
  if (call.accounts.find(name) !== undefined)
    return { nameAvailable: false, reason: "AlreadyExists", message: "The account name is already in use." };
  return { nameAvailable: true };
}

export const armLocationRoutes: readonly Route[] = [
  armRoute("Location_GetQuotas", "GET", `${location}/quotas`, ({ accounts }) =>
    armJson(200, { accountQuota: accounts.accountQuota }),
  ),
  armRoute("Location_ListSupportedVirtualMachineSkus", "GET", `${location}/virtualMachineSkus`, () =>
    armJson(200, {
      value: virtualMachineSizes.map(({ name, familyName, cores, memoryGb }) => ({
        name,
        familyName,
        capabilities: [
          { name: "vCPUs", value: String(cores) },
          { name: "MemoryGB", value: String(memoryGb) },
        ],
      })),
    }),
  ),
  armRoute("Location_ListSupportedCloudServiceSkus", "GET", `${location}/cloudServiceSkus`, () =>
    armJson(200, { value: [] }),
  ),
  armRoute("Location_CheckNameAvailability", "POST", `${location}/checkNameAvailability`, (call) =>
    armJson(200, checkName(call)),
  ),
  armRoute("ArmPool_DisableAutoScale", "POST", `${account}/pools/{poolName}/disableAutoScale`, (call) => {
    const pool = findPool(call.account, param(call, "poolName"));
    disableAutoscale(call.account, pool);
    return poolReply(call, pool);
  }),
];
