// Goes on with what a crash cut off between a document and its orchestration. At start and every few minutes: jobs that have not
// ended get their orchestration if it is not active, clusters that triggers made go when they are idle, clusters and file servers what they need to go on, and operations reach
// an end; nearly all that is being created or deleted has one. At start and once an hour every resource is looked at, because the
// stores may disagree. Reads documents and asks use cases; decides nothing else. Of jobs only those in their cluster's
// index are read here (reconcile-jobs.ts reads all).
import { service } from "../../application/caller.ts";
import { keepPoolAlive } from "../../application/clusters.ts";
import { startDeletion } from "../../application/deletions.ts";
import { lifecycleOf } from "../../application/lifecycles.ts";
import { wakeMonitor } from "../../application/monitors.ts";
import { deleteWhenIdle } from "../../application/on-demand-clusters.ts";
import { wakeRun } from "../../application/runs.ts";
import { notifyMissedEnd } from "../../application/triggers/notify-triggers.ts";
import { wakeSweep } from "../../application/sweeps/sweeps.ts";
import type { ClusterDocument } from "../../domain/cluster/schema.ts";
import { isFinished } from "../../domain/job/machine.ts";
import { activeJobOf } from "../../domain/job/queue.ts";
import { identityOf } from "../../domain/kinds.ts";
import type { DocumentOf } from "../../domain/kinds.ts";
import { resourceKinds } from "../../domain/resources.ts";
import type { ResourceKind } from "../../domain/resources.ts";
import { isSweepOver } from "../../domain/sweep/machine.ts";
import type { SweepDocument } from "../../domain/sweep/schema.ts";
import type { ActiveEntry } from "../../services/active-jobs.ts";
import type { Services } from "../../services/services.ts";
import { everyResource } from "../lib/every-resource.ts";
import { settleOperations } from "./settle-operations.ts";

/** An index entry without a job is a submission under way, or, after this time, one that was cut off. */
const submissionMs = 10 * 60_000;

export async function reconcile(services: Services): Promise<void> {
  for await (const document of everyResource(services, ["cluster", "fileServer"])) {
    await goOn(services, document);
    if (document.kind === "cluster") {
      await maintainCluster(services, document);
      await deleteWhenIdle(services, document);
    }
  }
  await settleOperations(services);
}

/** Jobs are left out: those that have not ended are in their cluster's index, and all have a look of their own. */
export async function reconcileResources(services: Services): Promise<void> {
  const kinds = resourceKinds.filter((kind) => lifecycleOf(kind).indexed !== true);
  for await (const document of everyResource(services, kinds)) {
    await goOn(services, document);
    if (document.kind === "sweep") await maintainSweep(services, document);
  }
}

/** What is being created or deleted, and whose creation or deletion is not under way. */
async function goOn<Kind extends ResourceKind>(
  services: Services,
  document: DocumentOf<Kind>,
): Promise<void> {
  const { resumeCreation } = lifecycleOf<Kind>(document.kind as Kind);
  if (document.provisioningState === "creating") await resumeCreation?.(services, document);
  if (document.provisioningState === "deleting") await startDeletion(services, document, service);
}

async function maintainCluster(services: Services, document: ClusterDocument): Promise<void> {
  await keepPoolAlive(services, document);
  const active = await services.state.activeJobs.list(document.guid);
  for (const job of active) await reconcileJob(services, document.guid, job);
  if (active.length > 0 && document.provisioningState === "succeeded")
    await wakeMonitor(services, identityOf(document));
}

/** Its trials go on without it; it decides what comes after them. Triggers that missed its end hear of it. */
async function maintainSweep(services: Services, document: SweepDocument): Promise<void> {
  if (document.provisioningState === "deleting") return;
  if (isSweepOver(document.executionState)) return notifyMissedEnd(services, document);
  await wakeSweep(services, document);
}

async function reconcileJob(services: Services, clusterGuid: string, active: ActiveEntry): Promise<void> {
  const document = await services.state.jobs.get(active.ref);
  if (document?.guid !== active.jobGuid) {
    if (services.clock.now() - Date.parse(active.since) < submissionMs) return;
    await services.state.activeJobs.remove(clusterGuid, active);
    await services.state.activeJobs.forget(clusterGuid, [active.jobGuid]);
    return;
  }
  if (document.provisioningState === "deleting") return startDeletion(services, document, service);
  if (active.announced) await services.state.activeJobs.add(clusterGuid, activeJobOf(document));
  // A job that waits for nodes has no run; its cluster's monitor dispatches it.
  const ends = document.executionState === "terminating" || isFinished(document.executionState);
  if (ends) await wakeRun(services, identityOf(document));
}
