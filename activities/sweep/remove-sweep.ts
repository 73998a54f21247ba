// A step of a sweep's deletion. The jobs of its trials go first, some at a time; its metrics, its record, its secrets and its
// document follow when no job is left.
import { deleteResource, keepDeleting } from "../../application/deletions.ts";
import { jobsOf } from "../../application/sweeps/poll.ts";
import { removeSweep as contract } from "../../contracts/sweep-activities.ts";
import { instances } from "../../contracts/instances.ts";
import { hasEnded } from "../../application/orchestrations.ts";
import { timestamp } from "../../services/clock.ts";
import { inLanes } from "../../services/in-lanes.ts";
import { workspaceOf } from "../../domain/shared/resource-id.ts";
import type { SweepDocument } from "../../domain/sweep/schema.ts";
import type { Trial } from "../../domain/sweep/trial.ts";
import type { Services } from "../../services/services.ts";
import { defineActivity } from "../lib/define-activity.ts";
import { current } from "../lib/documents.ts";

const jobsAtOnce = 50;

export const removeSweep = defineActivity(contract, async (services, { sweep, operationId, actor }) => {
  const document = await current(services, sweep);
  const link = `operation:${operationId}`;
  if (document !== undefined) {
    await keepDeleting(services, sweep.ref, ({ guid }) => guid === sweep.guid);
    // A look that is under way may still submit a job.
    if (!(await hasEnded(services, instances.runSweep(sweep.guid)))) return { gone: false };
    const stored = await services.sweepRecords.read(sweep.guid);
    let found = 0;
    for (const ref of jobsOf(document, stored?.record.trials ?? [])) {
      if (found === jobsAtOnce) break;
      if ((await services.state.jobs.get(ref))?.sweepGuid !== sweep.guid) continue;
      found += 1;
      await deleteResource(services, { actor, link }, ref);
    }
    await forgetResults(services, document, stored?.record.trials ?? []);
    if (found > 0 || !(await services.metrics.removeSome(sweep.guid))) return { gone: false };
  }
  await services.sweepRecords.remove(sweep.guid);
  await services.secrets.remove(sweep.guid);
  const time = timestamp(services.clock);
  await services.state.sweeps.remove(sweep.ref, ({ guid }) => guid === sweep.guid, {
    time,
    actor,
    cause: "deleted",
    link,
  });
  await services.operations.close(operationId, { status: "Succeeded" }, time);
  return { gone: true };
});

/** What its trials left for others; those that others ran are theirs. */
async function forgetResults(
  services: Services,
  sweep: SweepDocument,
  trials: readonly Trial[],
): Promise<void> {
  await inLanes(trials, async ({ reuseKey, jobGuid, reusedFrom }) => {
    if (reuseKey === undefined || jobGuid === undefined || reusedFrom !== undefined) return;
    await services.results.remove(workspaceOf(sweep), reuseKey, jobGuid);
  });
}
