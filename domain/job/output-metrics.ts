// What a job must have whose output is read for metrics; and which run of it the output is of.
import { expressionProblems } from "../metric/output-metrics.ts";
import { AppError } from "../shared/errors.ts";
import { locateReadable, stdOutErrPath } from "./directories.ts";
import type { JobDocument } from "./schema.ts";

/** @throws AppError InvalidRequest */
export function checkOutputMetrics(job: JobDocument): void {
  const { outputMetrics } = job.spec;
  if (outputMetrics === undefined) return;
  const refuse = (target: string, why: string): never => {
    throw new AppError("InvalidRequest", `${target}: ${why}`, { target });
  };
  for (const { path, message } of expressionProblems(outputMetrics.metrics))
    refuse(`properties.outputMetrics.metrics${path}`, message);
  if (locateReadable(job, stdOutErrPath(job)) === undefined)
    refuse(
      "properties.outputMetrics",
      "the service reads the output in storage; let stdOutErrPathPrefix lie on a mounted file share or container",
    );
}

/** Since when the run has been going whose output lies there: the current one, or the last that has ended. Logs begin anew with each. */
export function runOfOutput({ executionInfo, attempts }: JobDocument): string | undefined {
  return executionInfo.startTime ?? attempts?.at(-1)?.startTime;
}
