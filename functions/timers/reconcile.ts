// Goes on with what a crash cut off between a document and its orchestration: things being created or deleted, and jobs
// that have not ended, get their orchestration if it is not active; pools get what they need to go on; operations reach an
// end. Runs at start and every few minutes. Reads documents and starts orchestrations; decides nothing else. Of jobs only
// those in their cluster's index are looked at; at start and once an hour every job is (reconcile-jobs.ts).
import { service } from "../../application/caller.ts";
import { startClusterCreation } from "../../application/clusters.ts";
import {
  clusterDeletion,
  experimentDeletion,
  fileServerDeletion,
  jobDeletion,
  startDeletion,
  workspaceDeletion,
} from "../../application/deletions.ts";
import type { Deletion } from "../../application/deletions.ts";
import { startFileServerCreation } from "../../application/file-servers.ts";
import { wakeRun } from "../../application/jobs.ts";
import { wakeMonitor } from "../../application/monitors.ts";
import { instances } from "../../contracts/instances.ts";
import { resizeClusterFlow, tendPoolFlow } from "../../contracts/orchestrations.ts";
import type { ClusterIdentity } from "../../contracts/refs.ts";
import { dueRenewal, wantsNodesAgain } from "../../domain/cluster/renewal.ts";
import { clusterRef } from "../../domain/cluster/rules.ts";
import type { ClusterDocument } from "../../domain/cluster/schema.ts";
import type { FileServerDocument } from "../../domain/file-server/schema.ts";
import { isFinished } from "../../domain/job/machine.ts";
import { activeJobOf } from "../../domain/job/queue.ts";
import type { ResourceRef } from "../../domain/shared/resource-id.ts";
import { workspaceRef } from "../../domain/workspace/rules.ts";
import type { ActiveEntry } from "../../services/active-jobs.ts";
import type { Services } from "../../services/services.ts";
import { everyItem } from "../lib/every-item.ts";
import { settleOperations } from "./settle-operations.ts";

/** An index entry without a job is a submission under way, or, after this time, one that was cut off. */
const submissionMs = 10 * 60_000;

export async function reconcile(services: Services): Promise<void> {
  const { subscriptionId } = services.settings;
  const workspaces = everyItem((page) => services.state.listWorkspaces({ subscriptionId }, page));
  for await (const workspace of workspaces) {
    const ref = workspaceRef(workspace);
    await goOnDeleting(services, workspaceDeletion, workspace);
    for await (const experiment of everyItem((page) => services.state.listExperiments(ref, page)))
      await goOnDeleting(services, experimentDeletion, experiment);
    for await (const cluster of everyItem((page) => services.state.listClusters(ref, page)))
      await reconcileCluster(services, cluster);
    for await (const fileServer of everyItem((page) => services.state.listFileServers(ref, page)))
      await reconcileFileServer(services, fileServer);
  }
  await settleOperations(services);
}

/** What is marked as deleting, and whose deletion is not under way. */
async function goOnDeleting<Ref extends ResourceRef, Document extends { readonly provisioningState: string }>(
  services: Services,
  how: Deletion<Ref, Document>,
  document: Document,
): Promise<void> {
  if (document.provisioningState === "deleting") await startDeletion(services, how, document, service);
}

async function reconcileCluster(services: Services, document: ClusterDocument): Promise<void> {
  const cluster = { ref: clusterRef(document), guid: document.guid };
  if (document.provisioningState === "creating") await startClusterCreation(services, document);
  await goOnDeleting(services, clusterDeletion, document);
  await tendPool(services, document, cluster);
  const active = await services.state.activeJobs.list(document.guid);
  for (const job of active) await reconcileJob(services, document.guid, job);
  if (active.length > 0 && document.provisioningState === "succeeded") await wakeMonitor(services, cluster);
}

/** A pool keeps its nodes only while this goes on (docs/adr/0012); one that lost some asks for them again. */
async function tendPool(
  services: Services,
  document: ClusterDocument,
  cluster: ClusterIdentity,
): Promise<void> {
  const now = new Date(services.clock.now());
  if (wantsNodesAgain(document, now))
    await ensure(services, resizeClusterFlow.name, instances.resizeCluster(document.guid, "again"), {
      cluster,
    });
  else if (dueRenewal(document, now, services.settings.poolLapseMs) !== undefined)
    await ensure(services, tendPoolFlow.name, instances.tendPool(document.guid), { cluster });
}

async function reconcileFileServer(services: Services, document: FileServerDocument): Promise<void> {
  if (document.provisioningState === "creating") await startFileServerCreation(services, document);
  await goOnDeleting(services, fileServerDeletion, document);
}

async function reconcileJob(services: Services, clusterGuid: string, active: ActiveEntry): Promise<void> {
  const document = await services.state.jobs.get(active.ref);
  if (document?.guid !== active.jobGuid) {
    if (services.clock.now() - Date.parse(active.since) < submissionMs) return;
    await services.state.activeJobs.remove(clusterGuid, active);
    await services.state.activeJobs.forget(clusterGuid, active.jobGuid);
    return;
  }
  if (document.provisioningState === "deleting")
    return startDeletion(services, jobDeletion, document, service);
  if (active.announced) await services.state.activeJobs.add(clusterGuid, activeJobOf(document));
  // A job that waits for nodes has no run; who watches its cluster hands it over.
  const ends = document.executionState === "terminating" || isFinished(document.executionState);
  if (ends) await wakeRun(services, document);
}

async function ensure(
  services: Services,
  name: string,
  instanceId: string,
  input: object,
): Promise<"started" | "active"> {
  if ((await services.orchestrations.status(instanceId)) === "active") return "active";
  return services.orchestrations.start(name, instanceId, input);
}
