// How much of what the Batch account may hold is used. Limits are the account's own quotas; jobs are not limited, which
// is told as the largest number.
import { processorsOf } from "../../domain/cluster/vm-size.ts";
import { workspaceRef } from "../../domain/workspace/rules.ts";
import type { Services } from "../../services/services.ts";
import { everyItem } from "../lib/every-item.ts";
import type { Operation } from "./lib/operation.ts";
import { providerRoute } from "./lib/refs.ts";
import { ok } from "./lib/reply.ts";

const unlimited = 2_147_483_647;

export const usageOperations: readonly Operation[] = [
  {
    name: "usages-list",
    method: "GET",
    route: `${providerRoute}/locations/{location}/usages`,
    role: "reader",
    async handle(_request, services) {
      const [used, quotas] = await Promise.all([count(services), services.pools.quotas()]);
      return ok({
        value: [
          usage("Clusters", "Clusters", used.clusters, quotas.pools),
          usage(
            "Total Cluster Dedicated Regional vCPUs",
            "Total Cluster Dedicated Regional vCPUs",
            used.dedicated,
            quotas.dedicatedProcessors,
          ),
          usage(
            "Total Cluster LowPriority Regional vCPUs",
            "Total Cluster Low Priority Regional vCPUs",
            used.lowPriority,
            quotas.lowPriorityProcessors,
          ),
          usage("ActiveJobs", "Active Jobs", used.jobs, unlimited),
        ],
      });
    },
  },
];

async function count(services: Services) {
  const { subscriptionId } = services.settings;
  const used = { clusters: 0, jobs: 0, dedicated: 0, lowPriority: 0 };
  for await (const workspace of everyItem((page) => services.state.listWorkspaces({ subscriptionId }, page)))
    for await (const cluster of everyItem((page) =>
      services.state.listClusters(workspaceRef(workspace), page),
    )) {
      const { vmSize, vmPriority } = cluster.spec;
      used.clusters += 1;
      used[vmPriority === "lowpriority" ? "lowPriority" : "dedicated"] +=
        cluster.currentNodeCount * processorsOf(vmSize);
      used.jobs += (await services.state.activeJobs.list(cluster.guid)).length;
    }
  return used;
}

function usage(value: string, localizedValue: string, currentValue: number, limit: number): object {
  return { unit: "Count", currentValue, limit, name: { value, localizedValue } };
}
