// How much of what is limited is in use.
import { listUsages } from "../../domain/usage/usages.ts";
import type { Services } from "../../services/services.ts";
import type { Operation } from "./lib/operation.ts";
import { providerRoute } from "./lib/refs.ts";
import { ok } from "./lib/reply.ts";

export const usageOperations: readonly Operation[] = [
  {
    name: "usages-list",
    method: "GET",
    route: `${providerRoute}/locations/{location}/usages`,
    role: "reader",
    async handle(_request, services) {
      const [claims, account] = await Promise.all([services.ledger.clusters.read(), services.pools.quotas()]);
      const jobs = await activeJobs(services, Object.keys(claims));
      return ok({ value: listUsages(claims, jobs, services.settings.quotas, account) });
    },
  },
];

async function activeJobs(services: Services, clusters: readonly string[]): Promise<number> {
  const lists = await Promise.all(clusters.map((guid) => services.state.activeJobs.list(guid)));
  return lists.reduce((sum, jobs) => sum + jobs.length, 0);
}
