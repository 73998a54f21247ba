// What of a pool can change after its creation. Some members only while no node could differ from what the pool says. Source:
// "Pool - Update Pool" and "Pool - Replace Pool Properties" of the REST reference.
import type { PoolPatch, PoolProperties, PoolSpec } from "../../schema/pool-spec.ts";
import { BatchFault } from "../account/fault.ts";
import { touch } from "../account/versions.ts";
import type { AccountState } from "../account/account-state.ts";
import type { Pool } from "../entities/model.ts";
import { NodeSlots } from "../entities/node-slots.ts";
import { checkConnectedNodes, checkOffered } from "../checks/azure-rules.ts";
import { checkNodes, refuseDeleted } from "./pool-commands.ts";

/** Members that can change at any time; nodes learn of them when they boot. */
const atAnyTime: ReadonlySet<string> = new Set([
  ...["startTask", "metadata", "applicationPackageReferences", "targetNodeCommunicationMode"],
  ...["resourceTags", "certificateReferences"],
]);

/** What a member that was never stated amounts to. */
const defaults: Readonly<Record<string, unknown>> = {
  enableInterNodeCommunication: false,
  taskSlotsPerNode: 1,
  taskSchedulingPolicy: { nodeFillType: "Spread" },
  targetNodeCommunicationMode: "default",
};

/** Whether a member stated again says anything new. */
export function differs(spec: PoolSpec, name: string, given: unknown): boolean {
  const before = (spec as Readonly<Record<string, unknown>>)[name] ?? defaults[name];
  return JSON.stringify(before) !== JSON.stringify(given ?? defaults[name]);
}

/** Replaces whole elements; absent ones stay ("Pool - Patch"). */
export function patchPool(account: AccountState, pool: Pool, { vmSize, ...patch }: PoolPatch): void {
  refuseDeleted(pool);
  const size = vmSize === undefined ? {} : { vmSize: vmSize.toLowerCase() };
  const given = Object.entries({ ...patch, ...size }).filter(([, value]) => value !== undefined);
  const late = given.find(([name, value]) => !atAnyTime.has(name) && differs(pool.spec, name, value));
  if (late !== undefined) refuseUnlessEmpty(pool, late[0]);
  const next: PoolSpec = { ...pool.spec, ...Object.fromEntries(given) };
  // A pool that is older than the end of its size still takes what has nothing to do with it.
  if (late !== undefined) checkOffered(account, next);
  checkConnectedNodes(account, next, pool.targetDedicated + pool.targetLowPriority);
  replaceSpec(account, pool, next);
}

function refuseUnlessEmpty(pool: Pool, name: string): void {
  if (pool.nodes.size > 0 || pool.allocation !== "steady")
    throw new BatchFault(
      409,
      "OperationInvalidForCurrentState",
      "The specified operation is not valid for the current state of the resource.",
      [
        { key: "PropertyName", value: name },
        {
          key: "Reason",
          value: "The property can be changed only while the pool is empty; resize it to 0 nodes first",
        },
      ],
    );
}

/** Replaces the elements and drops the absent ones ("Pool - Update Properties"). */
export function replacePoolProperties(account: AccountState, pool: Pool, patch: PoolProperties): void {
  refuseDeleted(pool);
  const { startTask: _s, metadata: _m, applicationPackageReferences: _a, ...rest } = pool.spec;
  replaceSpec(account, pool, { ...rest, ...patch });
}

export function replaceSpec(account: AccountState, pool: Pool, spec: PoolSpec): void {
  checkNodes(account, spec, pool.identity);
  pool.spec = spec;
  // Without nodes there is nothing in it; with nodes their number of slots is what it was.
  if (pool.slots.slotsPerNode !== (spec.taskSlotsPerNode ?? 1))
    pool.slots = new NodeSlots(spec.taskSlotsPerNode ?? 1);
  touch(account, pool);
  account.events.emit("wake", pool);
}
