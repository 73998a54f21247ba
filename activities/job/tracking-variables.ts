// What the launcher needs to tell the job's programs where to report: addresses, and a token that is good for this job alone, while it
// runs. It is in the task's environment, as the links are by which the node fetches the job's files: whoever can read that may
// read those.
import type { JobDocument } from "../../domain/job/schema.ts";
import {
  metricsUrlVariable,
  trackingTokenVariable,
  trackingUrlVariable,
} from "../../domain/launch/result.ts";
import { ownApiVersion } from "../../domain/shared/api-versions.ts";
import { parseDuration } from "../../domain/shared/duration.ts";
import { formatId } from "../../domain/shared/resource-id.ts";
import type { Services } from "../../services/services.ts";

const dayMs = 24 * 3_600_000;

/** None where the service does not know under which address nodes reach it. */
export function trackingVariables(
  { jobTokens, settings }: Services,
  job: JobDocument,
): Record<string, string> {
  if (settings.apiOrigin === undefined) return {};
  // Batch may start the task again, and its time counts anew then.
  const limitMs = parseDuration(job.spec.constraints.maxWallClockTime) ?? 30 * dayMs;
  return {
    [trackingUrlVariable]: `${settings.apiOrigin}${formatId(job)}/mlflow`,
    [metricsUrlVariable]: `${settings.apiOrigin}${formatId(job)}/metrics?api-version=${ownApiVersion}`,
    [trackingTokenVariable]: jobTokens.issue(job.guid, 2 * limitMs + dayMs),
  };
}
