// Why a job failed, in the words of the service: one closed table. Source of the first six: recorded answers of the
// service; the others are ours, because the original's were never recorded.
import type { BatchAIError } from "../shared/batch-ai-error.ts";

export const jobFailures = {
  JobFailed: "Job failed with non-zero exit code",
  JobPreparationFailed: "Job preparation task failed with non-zero exit code",
  JobTerminated: "The specified job has been terminated by the user",
  AZFMountError: "Unable to mount Azure File",
  BFSMountError: "unable to mount blob fuse file system",
  FailedStartingContainer: "unable to start docker container",
  JobExceededMaxWallClockTime: "The job ran longer than constraints.maxWallClockTime and was ended",
  JobOutputLost: "The job's program ended well, but storage did not take the job's output",
  JobLaunchFailed: "The job could not be started on its nodes",
  JobNodeLost: "The job's nodes failed too often",
  JobNodeDeallocated:
    "The job was ended because its cluster was shrunk with nodeDeallocationOption 'terminate'",
  ClusterDeleted: "The cluster was deleted while the job was not finished",
} as const;

export type JobFailureCode = keyof typeof jobFailures;

/** An entry of `executionInfo.errors`; `details` explain, e.g. `{ Info: "container 'x' does not exist" }`. */
export function jobFailure(
  code: JobFailureCode,
  details: Readonly<Record<string, string>> = {},
): BatchAIError {
  const named = Object.entries(details).map(([name, value]) => ({ name, value }));
  return { code, message: jobFailures[code], ...(named.length === 0 ? {} : { details: named }) };
}
