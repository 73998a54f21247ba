// The file by which a run's launcher is asked to end its program: it is there once somebody asked. Nothing of it is secret.
import type { JobDocument } from "../../domain/job/schema.ts";
import { parseDuration } from "../../domain/shared/duration.ts";
import { graceVariable, stopVariable, timeLimitVariable } from "../../domain/launch/result.ts";
import type { StopRequest } from "../../domain/launch/result.ts";
import { stagingFolder } from "../../services/batch-names.ts";
import type { Services } from "../../services/services.ts";

export const stopPath = (jobGuid: string, attempt: number): string =>
  `${stagingFolder(jobGuid, attempt)}stop`;

/** Asks the run's launcher to end its program. Asking twice is asking once. */
export async function askRunToStop(
  { staging }: Services,
  run: { readonly jobGuid: string; readonly attempt: number },
  request: StopRequest,
): Promise<void> {
  await staging.put([{ path: stopPath(run.jobGuid, run.attempt), content: `${request}\n` }]);
}

/** What a launcher needs to end its program by itself; without a grace Batch does that. */
export async function endingVariables(
  { settings, staging }: Services,
  job: JobDocument,
  linkLifetimeMs: number,
): Promise<Record<string, string>> {
  if (settings.terminationGraceMs === 0) return { [graceVariable]: "0" };
  const limitMs = parseDuration(job.spec.constraints.maxWallClockTime);
  return {
    [graceVariable]: String(settings.terminationGraceMs / 1000),
    [stopVariable]: await staging.link(stopPath(job.guid, job.attempt), linkLifetimeMs),
    ...(limitMs === undefined ? {} : { [timeLimitVariable]: String(Math.ceil(limitMs / 1000)) }),
  };
}
