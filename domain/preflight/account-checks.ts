// Whether the Batch account can hold what jobs need: limits of pools, of active jobs and of processors. Source: "Batch service
// quotas and limits".
import type { PoolAllocationMode } from "../cluster/node-limit.ts";
import { plainLocation } from "../shared/location.ts";
import { failure, fine, warning } from "./check.ts";
import type { Check } from "./check.ts";

export interface AccountState {
  readonly location: string;
  readonly provisioningState: string;
  readonly poolAllocationMode: PoolAllocationMode;
  readonly poolQuota: number;
  readonly activeJobQuota: number;
  /** Undefined: limited by the subscription, not by the account. */
  readonly dedicatedProcessors: number | undefined;
  readonly lowPriorityProcessors: number | undefined;
}

export interface Expected {
  readonly location: string;
  readonly poolAllocationMode: PoolAllocationMode;
}

const askForQuota =
  "ask Azure for more: portal, the Batch account, Quotas, Request quota increase (a support request)";
/** Jobs of Batch that one cluster has: one for each priority. */
const jobsPerCluster = 3;

export function accountChecks(account: AccountState, expected: Expected): readonly Check[] {
  return [state(account), location(account, expected), allocationMode(account, expected)];
}

function state({ provisioningState }: AccountState): Check {
  const name = "Batch account";
  if (provisioningState === "Succeeded") return fine(name, "is there, and its state is Succeeded");
  return failure(
    name,
    `its state is ${provisioningState}`,
    "wait for its creation or deletion to end, then deploy again",
  );
}

function location(account: AccountState, expected: Expected): Check {
  const name = "region";
  if (plainLocation(account.location) === plainLocation(expected.location))
    return fine(name, account.location);
  return failure(
    name,
    `the Batch account is in ${account.location}, and BATCHAI_LOCATION says ${expected.location}`,
    `set BATCHAI_LOCATION to ${plainLocation(account.location)}`,
  );
}

function allocationMode(account: AccountState, expected: Expected): Check {
  const name = "pool allocation mode";
  const mode = account.poolAllocationMode;
  if (mode === expected.poolAllocationMode) return fine(name, mode);
  return failure(
    name,
    `the Batch account has ${mode}, and BATCHAI_POOL_ALLOCATION_MODE says ${expected.poolAllocationMode}`,
    `set BATCHAI_POOL_ALLOCATION_MODE to ${mode}`,
  );
}

export function limitChecks(
  account: AccountState,
  used: { readonly pools: number; readonly activeJobs: number | undefined },
): readonly Check[] {
  return [
    limit("pools", { used: used.pools, limit: account.poolQuota, needed: 1 }, "a cluster is one pool"),
    ...(used.activeJobs === undefined
      ? []
      : [
          limit(
            "active jobs",
            { used: used.activeJobs, limit: account.activeJobQuota, needed: jobsPerCluster },
            `a cluster has up to ${jobsPerCluster} jobs of Batch`,
          ),
        ]),
    ...processors(account),
  ];
}

function limit(
  what: string,
  { used, limit, needed }: { readonly used: number; readonly limit: number; readonly needed: number },
  why: string,
): Check {
  const name = `quota: ${what}`;
  const detail = `${used} of ${limit} in use`;
  if (limit < needed) return failure(name, `${detail}; ${why}`, askForQuota);
  if (used + needed <= limit) return fine(name, detail);
  return warning(name, `${detail}; ${why}`, `delete clusters that are not used, or ${askForQuota}`);
}

function processors({
  dedicatedProcessors,
  lowPriorityProcessors,
  poolAllocationMode,
}: AccountState): readonly Check[] {
  if (poolAllocationMode === "UserSubscription")
    return [
      warning(
        "quota: vCPUs",
        "machines count against the subscription, which this service cannot see",
        "look with: az vm list-usage --location REGION --output table",
      ),
    ];
  const [dedicated, spot] = ["quota: dedicated vCPUs", "quota: low-priority vCPUs"];
  const none = dedicatedProcessors === 0 && lowPriorityProcessors === 0;
  const told = (count: number | undefined) => (count === undefined ? "no limit is told" : `${count}`);
  const without = (name: string, kind: string) =>
    none
      ? failure(name, "0: no cluster can have a node", askForQuota)
      : warning(name, `0: clusters with vmPriority '${kind}' get no nodes`, askForQuota);
  return [
    dedicatedProcessors === 0 ? without(dedicated, "dedicated") : fine(dedicated, told(dedicatedProcessors)),
    lowPriorityProcessors === 0 ? without(spot, "lowpriority") : fine(spot, told(lowPriorityProcessors)),
  ];
}
