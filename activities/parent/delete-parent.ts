// The steps of deleting a workspace or an experiment: start the deletion of everything in it, then remove it. What is
// inside is marked one page at a time, so that a large experiment is many small steps.
import { deleteChildren, failOperation, removeParent } from "../../contracts/shared-activities.ts";
import { instances } from "../../contracts/instances.ts";
import { deleteClusterFlow, deleteJobFlow, deleteParentFlow } from "../../contracts/orchestrations.ts";
import { clusterRef, provisionCluster } from "../../domain/cluster/rules.ts";
import { deletingExperiment, experimentRef } from "../../domain/experiment/rules.ts";
import { deletingJob } from "../../domain/job/rules.ts";
import { jobRef } from "../../domain/job/wire.ts";
import { formatId } from "../../domain/shared/resource-id.ts";
import type { ExperimentRef, WorkspaceRef } from "../../domain/shared/resource-id.ts";
import { timestamp } from "../../services/clock.ts";
import { operationId } from "../../services/operation-documents.ts";
import type { Services } from "../../services/services.ts";
import type { Change } from "../../services/state.ts";
import { defineActivity } from "../lib/define-activity.ts";

const pageSize = 100;

export const deleteContents = defineActivity(deleteChildren, async (services, { parent, actor }) => {
  const { ref } = parent;
  const remaining =
    ref.kind === "experiment"
      ? await deleteJobs(services, ref, actor)
      : (await deleteExperiments(services, ref, actor)) + (await deleteClusters(services, ref, actor));
  return { remaining };
});

function requested(services: Services, actor: string, parent: string) {
  const time = timestamp(services.clock);
  return (before: { readonly provisioningState: string }): Change => ({
    time,
    actor,
    cause: `the ${parent} is deleted`,
    from: before.provisioningState,
    to: "deleting",
  });
}

async function deleteJobs(services: Services, ref: ExperimentRef, actor: string): Promise<number> {
  const { items } = await services.state.listJobs(ref, { size: pageSize });
  for (const job of items) {
    const now = new Date(services.clock.now());
    const change = requested(services, actor, "experiment");
    await services.state.jobs.update(jobRef(job), (current) => deletingJob(current, now), change);
    await services.orchestrations.start(deleteJobFlow.name, instances.deleteJob(job.guid), {
      job: { ref: jobRef(job), guid: job.guid },
      operationId: operationId("delete", job.guid),
      actor,
    });
  }
  return items.length;
}

async function deleteExperiments(services: Services, ref: WorkspaceRef, actor: string): Promise<number> {
  const { items } = await services.state.listExperiments(ref, { size: pageSize });
  for (const experiment of items) {
    const child = experimentRef(experiment);
    const now = new Date(services.clock.now());
    const change = requested(services, actor, "workspace");
    await services.state.experiments.update(child, (current) => deletingExperiment(current, now), change);
    const id = operationId("delete", `${formatId(child)}|${experiment.creationTime}`);
    await services.orchestrations.start(deleteParentFlow.name, instances.deleteParent(id), {
      parent: { ref: child, creationTime: experiment.creationTime },
      operationId: id,
      actor,
    });
  }
  return items.length;
}

async function deleteClusters(services: Services, ref: WorkspaceRef, actor: string): Promise<number> {
  const { items } = await services.state.listClusters(ref, { size: pageSize });
  for (const cluster of items) {
    const child = clusterRef(cluster);
    const now = new Date(services.clock.now());
    const change = requested(services, actor, "workspace");
    await services.state.clusters.update(
      child,
      (current) => provisionCluster(current, "deleting", now),
      change,
    );
    await services.orchestrations.start(deleteClusterFlow.name, instances.deleteCluster(cluster.guid), {
      cluster: { ref: child, guid: cluster.guid },
      operationId: operationId("delete", cluster.guid),
      actor,
    });
  }
  return items.length;
}

export const removeEmptied = defineActivity(removeParent, async (services, request) => {
  const { ref, creationTime } = request.parent;
  const time = timestamp(services.clock);
  const change: Change = { time, actor: request.actor, cause: "deleted", from: "deleting" };
  const isIt = (current: { readonly creationTime: string }) => current.creationTime === creationTime;
  if (ref.kind === "experiment") await services.state.experiments.remove(ref, isIt, change);
  else await services.state.workspaces.remove(ref, isIt, change);
  await services.operations.close(request.operationId, { status: "Succeeded" }, time);
  return undefined;
});

export const closeFailed = defineActivity(
  failOperation,
  async (services, { operationId: id, code, message }) => {
    const error = { code, message };
    await services.operations.close(id, { status: "Failed", error }, timestamp(services.clock));
    return undefined;
  },
);
