// The steps of deleting a workspace or an experiment: start the deletion of everything in it, then remove it. What is
// inside is marked one page at a time, so that a large experiment is many small steps.
import { deleteChildren, failOperation, removeParent } from "../../contracts/shared-activities.ts";
import { instances } from "../../contracts/instances.ts";
import {
  deleteClusterFlow,
  deleteFileServerFlow,
  deleteJobFlow,
  deleteParentFlow,
} from "../../contracts/orchestrations.ts";
import { clusterRef, provisionCluster } from "../../domain/cluster/rules.ts";
import type { ClusterDocument } from "../../domain/cluster/schema.ts";
import { deletingExperiment, experimentRef } from "../../domain/experiment/rules.ts";
import type { ExperimentDocument } from "../../domain/experiment/schema.ts";
import { fileServerRef, provisionFileServer } from "../../domain/file-server/rules.ts";
import type { FileServerDocument } from "../../domain/file-server/schema.ts";
import { deletingJob } from "../../domain/job/rules.ts";
import type { JobDocument } from "../../domain/job/schema.ts";
import { jobRef } from "../../domain/job/wire.ts";
import { formatId } from "../../domain/shared/resource-id.ts";
import type {
  ClusterRef,
  ExperimentRef,
  FileServerRef,
  JobRef,
  ResourceRef,
  WorkspaceRef,
} from "../../domain/shared/resource-id.ts";
import { timestamp } from "../../services/clock.ts";
import { operationId } from "../../services/operation-documents.ts";
import type { Services } from "../../services/services.ts";
import type { Change, Collection } from "../../services/state.ts";
import { defineActivity } from "../lib/define-activity.ts";

const pageSize = 100;

export const deleteContents = defineActivity(deleteChildren, async (services, { parent, actor }) => {
  const { ref } = parent;
  const remaining =
    ref.kind === "experiment"
      ? await deleteJobs(services, ref, actor)
      : (await deleteExperiments(services, ref, actor)) +
        (await deleteClusters(services, ref, actor)) +
        (await deleteFileServers(services, ref, actor));
  return { remaining };
});

/** How one kind of child is deleted. */
interface Deletion<Ref extends ResourceRef, Document> {
  readonly documents: Collection<Ref, Document>;
  readonly refOf: (document: Document) => Ref;
  readonly mark: (current: Document, now: Date) => Document;
  /** What is deleted: a GUID, or an id and a creation time. */
  readonly creationOf: (document: Document) => string;
  readonly flow: { readonly name: string };
  readonly instanceOf: (document: Document, operationId: string) => string;
  readonly subject: (document: Document) => object;
}

async function deleteEach<Ref extends ResourceRef, Document>(
  services: Services,
  items: readonly Document[],
  how: Deletion<Ref, Document>,
  by: { readonly actor: string; readonly parent: WorkspaceRef | ExperimentRef },
): Promise<number> {
  for (const item of items) {
    const now = new Date(services.clock.now());
    await how.documents.update(
      how.refOf(item),
      (current) => how.mark(current, now),
      () => ({
        time: now.toISOString(),
        actor: by.actor,
        cause: `the ${by.parent.kind} is deleted`,
        link: formatId(by.parent),
      }),
    );
    const id = operationId("delete", how.creationOf(item));
    const input = { ...how.subject(item), operationId: id, actor: by.actor };
    await services.orchestrations.start(how.flow.name, how.instanceOf(item, id), input);
  }
  return items.length;
}

async function deleteJobs(services: Services, parent: ExperimentRef, actor: string): Promise<number> {
  const { items } = await services.state.listJobs(parent, { size: pageSize });
  const how: Deletion<JobRef, JobDocument> = {
    documents: services.state.jobs,
    refOf: jobRef,
    mark: deletingJob,
    creationOf: ({ guid }) => guid,
    flow: deleteJobFlow,
    instanceOf: ({ guid }) => instances.deleteJob(guid),
    subject: (job) => ({ job: { ref: jobRef(job), guid: job.guid } }),
  };
  return deleteEach(services, items, how, { actor, parent });
}

async function deleteExperiments(services: Services, parent: WorkspaceRef, actor: string): Promise<number> {
  const { items } = await services.state.listExperiments(parent, { size: pageSize });
  const how: Deletion<ExperimentRef, ExperimentDocument> = {
    documents: services.state.experiments,
    refOf: experimentRef,
    mark: deletingExperiment,
    creationOf: (experiment) => `${formatId(experimentRef(experiment))}|${experiment.creationTime}`,
    flow: deleteParentFlow,
    instanceOf: (_experiment, id) => instances.deleteParent(id),
    subject: (found) => ({ parent: { ref: experimentRef(found), creationTime: found.creationTime } }),
  };
  return deleteEach(services, items, how, { actor, parent });
}

async function deleteClusters(services: Services, parent: WorkspaceRef, actor: string): Promise<number> {
  const { items } = await services.state.listClusters(parent, { size: pageSize });
  const how: Deletion<ClusterRef, ClusterDocument> = {
    documents: services.state.clusters,
    refOf: clusterRef,
    mark: (current, now) => provisionCluster(current, "deleting", now),
    creationOf: ({ guid }) => guid,
    flow: deleteClusterFlow,
    instanceOf: ({ guid }) => instances.deleteCluster(guid),
    subject: (cluster) => ({ cluster: { ref: clusterRef(cluster), guid: cluster.guid } }),
  };
  return deleteEach(services, items, how, { actor, parent });
}

async function deleteFileServers(services: Services, parent: WorkspaceRef, actor: string): Promise<number> {
  const { items } = await services.state.listFileServers(parent, { size: pageSize });
  const how: Deletion<FileServerRef, FileServerDocument> = {
    documents: services.state.fileServers,
    refOf: fileServerRef,
    mark: (current, now) => provisionFileServer(current, "deleting", now),
    creationOf: ({ guid }) => guid,
    flow: deleteFileServerFlow,
    instanceOf: ({ guid }) => instances.deleteFileServer(guid),
    subject: (found) => ({ fileServer: { ref: fileServerRef(found), guid: found.guid } }),
  };
  return deleteEach(services, items, how, { actor, parent });
}

export const removeEmptied = defineActivity(removeParent, async (services, request) => {
  const { ref, creationTime } = request.parent;
  const time = timestamp(services.clock);
  const change: Change = {
    time,
    actor: request.actor,
    cause: "deleted",
    link: `operation:${request.operationId}`,
  };
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
