// The index of unfinished jobs where their number is limited: a job that ended gives its place back.
import { release } from "../../domain/usage/quota.ts";
import type { Reservations } from "../reservations.ts";
import type { ActiveJobs } from "../active-jobs.ts";

/** @param limit absent = places are not counted. */
export function limitedActiveJobs(
  jobs: ActiveJobs,
  reservations: Reservations,
  limit: number | undefined,
): ActiveJobs {
  if (limit === undefined) return jobs;
  const giveBack = (...guids: readonly string[]) =>
    reservations.jobs.update((claims) => ({ claims: guids.reduce(release, claims), result: undefined }));
  return {
    ...jobs,
    async remove(clusterGuid, job) {
      await jobs.remove(clusterGuid, job);
      await giveBack(job.jobGuid);
    },
    async removeRuns(clusterGuid, runs) {
      await jobs.removeRuns(clusterGuid, runs);
      if (runs.length > 0) await giveBack(...runs.map(({ jobGuid }) => jobGuid));
    },
  };
}
