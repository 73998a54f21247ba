// Usages as the service of 2018 listed them: clusters and active jobs, processors in all and per VM family, dedicated and
// low-priority apart. A family is listed when it is in use, has a limit, or was listed then.
import { familyLimit, processorsInUse } from "./quota.ts";
import type { Claims, ClusterClaim, QuotaLimits, VmPriority } from "./quota.ts";
import { priorityNames, usageName } from "./usage-names.ts";
import { familyOf } from "./vm-family.ts";

/** What the Batch account itself may hold. */
export interface AccountQuotas {
  readonly pools: number;
  /** Absent: no limit of its own. */
  readonly dedicatedProcessors: number | undefined;
  readonly lowPriorityProcessors: number | undefined;
}

const families2018 = ["D", "Dv2", "NC", "NV"];
/** The largest number that clients read; stands for "no limit". */
const unlimited = 2_147_483_647;

export function listUsages(
  claims: Claims<ClusterClaim>,
  activeJobs: number,
  limits: QuotaLimits,
  account: AccountQuotas,
): readonly object[] {
  const accountProcessors = {
    dedicated: account.dedicatedProcessors ?? unlimited,
    lowpriority: account.lowPriorityProcessors ?? unlimited,
  };
  const processors = (["dedicated", "lowpriority"] as const).flatMap((priority) =>
    processorUsages(claims, priority, limits, accountProcessors[priority]),
  );
  const clusterLimit = Math.min(limits.clusters ?? account.pools, account.pools);
  return [
    usage("Clusters", "Clusters", Object.keys(claims).length, clusterLimit),
    ...processors,
    usage("ActiveJobs", "Active Jobs", activeJobs, limits.activeJobs ?? unlimited),
  ];
}

function processorUsages(
  claims: Claims<ClusterClaim>,
  priority: VmPriority,
  limits: QuotaLimits,
  ofAccount: number,
): readonly object[] {
  const { value, localized } = priorityNames[priority];
  const total = Math.min(limits.processors[priority] ?? ofAccount, ofAccount);
  const inUse = (counts: (claim: ClusterClaim) => boolean) =>
    processorsInUse(claims, (claim) => claim.priority === priority && counts(claim));
  const row = (prefix: string, suffix: string, used: number, limit: number) =>
    usage(usageName(prefix, value, suffix), usageName(prefix, localized, suffix), used, limit);
  return [
    row(
      "Total",
      "Regional ",
      inUse(() => true),
      total,
    ),
    ...familiesOf(claims, priority, limits).map((family) =>
      row(
        `Standard ${family} Family`,
        "",
        inUse((claim) => familyOf(claim.vmSize) === family),
        Math.min(familyLimit(limits, family) ?? total, total),
      ),
    ),
  ];
}

function familiesOf(
  claims: Claims<ClusterClaim>,
  priority: VmPriority,
  limits: QuotaLimits,
): readonly string[] {
  const used = Object.values(claims)
    .filter((claim) => claim.priority === priority)
    .map(({ vmSize }) => familyOf(vmSize));
  const known = [...families2018, ...used];
  const limited = Object.keys(limits.familyProcessors).filter(
    (name) => !known.some((family) => family.toLowerCase() === name.toLowerCase()),
  );
  return [...new Set([...known, ...limited])].toSorted();
}

function usage(value: string, localizedValue: string, currentValue: number, limit: number): object {
  return { unit: "Count", currentValue, limit, name: { value, localizedValue } };
}
