// What the account may have, and has in use. The core count of a VM size is read off its name ("Standard_D4s_v3" has 4), which holds
// for the families that Batch offers; a small table covers the exceptions. Source: "Sizes for virtual machines".
import type { Pool } from "../entities/model.ts";
import type { AccountQuotas } from "./account-settings.ts";
import type { AccountState } from "./account-state.ts";

const exceptions: Readonly<Record<string, number>> = {
  standard_d1: 1,
  standard_d2: 2,
  standard_d3: 4,
  standard_d4: 8,
  standard_d11: 2,
  standard_d12: 4,
  standard_d13: 8,
  standard_d14: 16,
  standard_a0: 1,
  standard_a5: 2,
  standard_a6: 4,
  standard_a7: 8,
};

export const quotasOf = ({ settings, parameters }: AccountState): AccountQuotas =>
  settings.quotas ?? parameters;

/** Virtual cores of a VM size; at least 1. */
export function coresOf(vmSize: string): number {
  const name = vmSize.toLowerCase();
  const plain = name.replace(/_v\d+$/, "");
  const listed = Object.hasOwn(exceptions, plain) ? exceptions[plain] : undefined;
  const old = /^standard_(d|ds)(\d)(_v2)?$/.exec(name);
  if (old !== null) return exceptions[`standard_d${old[2]}`] ?? 1;
  if (listed !== undefined) return listed;
  return Math.max(1, Number(/^[a-z]+_[a-z]+(\d+)/.exec(name)?.[1] ?? 1));
}

/** Nodes that were allocated, preempted ones included ("currentLowPriorityNodes"). */
export function currentNodes(pool: Pool, dedicated: boolean): number {
  let count = 0;
  for (const node of pool.nodes) if (node.isDedicated === dedicated && node.allocatedAt > 0) count += 1;
  return count;
}

export function coresInUse(account: AccountState, dedicated: boolean): number {
  let cores = 0;
  for (const pool of account.pools) {
    const each = coresOf(pool.spec.vmSize);
    for (const node of pool.nodes) if (node.isDedicated === dedicated) cores += each;
  }
  return cores;
}

export function lowPriorityInUse(account: AccountState): number {
  let count = 0;
  for (const pool of account.pools)
    for (const node of pool.nodes) if (!node.isDedicated && node.state !== "preempted") count += 1;
  return count;
}
