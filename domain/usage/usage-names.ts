// What the rows of usages are called.
import type { VmPriority } from "./quota.ts";

export const priorityNames = {
  dedicated: { value: "Dedicated", localized: "Dedicated" },
  lowpriority: { value: "LowPriority", localized: "Low Priority" },
} as const satisfies Record<VmPriority, object>;

/** The rows that limit clusters of a priority and a family. */
export function processorUsageNames(priority: VmPriority, family: string): readonly string[] {
  const { value } = priorityNames[priority];
  return [usageName("Total", value, "Regional "), usageName(`Standard ${family} Family`, value, "")];
}

export const usageName = (prefix: string, priority: string, suffix: string) =>
  `${prefix} Cluster ${priority} ${suffix}vCPUs`;
