// How much of what is limited is in use.
import { listUsages } from "../domain/usage/usages.ts";
import type { Services } from "../services/services.ts";

export async function currentUsages(services: Services) {
  const [claims, account] = await Promise.all([
    services.reservations.clusters.read(),
    services.pools.quotas(),
  ]);
  const jobs = await activeJobs(services, Object.keys(claims));
  return listUsages(claims, jobs, services.settings.quotas, account);
}

async function activeJobs(services: Services, clusters: readonly string[]): Promise<number> {
  const lists = await Promise.all(clusters.map((guid) => services.state.activeJobs.list(guid)));
  return lists.reduce((sum, jobs) => sum + jobs.length, 0);
}
