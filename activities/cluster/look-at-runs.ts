// For what is not all in a day's work (a failure, a loss, a task that waits again, an end that was cut off) a run has an
// orchestration of its own: it looks at the job, the cluster and the task, and does what is missing.
import { changed } from "../../contracts/instances.ts";
import { runStart } from "../../contracts/starts.ts";
import type { ActiveJob } from "../../services/active-jobs.ts";
import { startOrWake } from "../../services/orchestrations.ts";
import type { Services } from "../../services/services.ts";

/** @param about `overdue`: their tasks should have been seen to run long ago. */
export async function lookAtRuns(
  services: Services,
  runs: readonly ActiveJob[],
  about: { readonly overdue?: boolean } = {},
): Promise<void> {
  await Promise.all(
    runs.map(({ ref, jobGuid: guid }) => startOrWake(services, runStart({ ref, guid }, about), changed)),
  );
}
