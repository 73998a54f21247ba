// How each kind of resource is deleted, whoever asks: a person, the deletion of its parent, or reconciliation after a
// crash. Marked as deleting at once; the rest is the work of an orchestration whose instance is derived from what is
// deleted, so that asking twice is asking once.
import { instances } from "../contracts/instances.ts";
import {
  deleteClusterFlow,
  deleteFileServerFlow,
  deleteJobFlow,
  deleteParentFlow,
} from "../contracts/orchestrations.ts";
import { clusterRef, provisionCluster } from "../domain/cluster/rules.ts";
import type { ClusterDocument } from "../domain/cluster/schema.ts";
import { deletingExperiment, experimentRef } from "../domain/experiment/rules.ts";
import type { ExperimentDocument } from "../domain/experiment/schema.ts";
import { fileServerRef, provisionFileServer } from "../domain/file-server/rules.ts";
import type { FileServerDocument } from "../domain/file-server/schema.ts";
import { activeJobOf } from "../domain/job/queue.ts";
import { deletingJob } from "../domain/job/rules.ts";
import type { JobDocument } from "../domain/job/schema.ts";
import { jobRef } from "../domain/job/wire.ts";
import { formatId } from "../domain/shared/resource-id.ts";
import type {
  ClusterRef,
  ExperimentRef,
  FileServerRef,
  JobRef,
  ResourceRef,
  WorkspaceRef,
} from "../domain/shared/resource-id.ts";
import { deletingWorkspace, workspaceRef } from "../domain/workspace/rules.ts";
import type { WorkspaceDocument } from "../domain/workspace/schema.ts";
import { timestamp } from "../services/clock.ts";
import { operationId } from "../services/operation-documents.ts";
import type { OperationDocument } from "../services/operation-documents.ts";
import type { Services } from "../services/services.ts";
import type { Change, Collection, State } from "../services/state.ts";
import { changeBy, service } from "./caller.ts";
import type { Caller } from "./caller.ts";
import { openOperation } from "./operations.ts";

export interface Deletion<Ref extends ResourceRef, Document> {
  readonly documents: (state: State) => Collection<Ref, Document>;
  readonly refOf: (document: Document) => Ref;
  readonly mark: (current: Document, now: Date) => Document;
  /** What is deleted: a GUID, or an id and a creation time. */
  readonly creationOf: (document: Document) => string;
  readonly orchestration: { readonly name: string };
  readonly instanceOf: (document: Document, operationId: string) => string;
  /** What the orchestration is told beside its operation and who asked. */
  readonly subject: (document: Document) => object;
  /** What is written before the mark, so that a deletion that somebody asked for is found again when it is cut off. */
  readonly announce?: (services: Services, document: Document) => Promise<void>;
}

export const jobDeletion: Deletion<JobRef, JobDocument> = {
  documents: ({ jobs }) => jobs,
  refOf: jobRef,
  mark: deletingJob,
  creationOf: ({ guid }) => guid,
  orchestration: deleteJobFlow,
  instanceOf: ({ guid }) => instances.deleteJob(guid),
  subject: (job) => ({ job: { ref: jobRef(job), guid: job.guid } }),
  async announce({ state, clock }, job) {
    await state.activeJobs.keep(job.clusterGuid, activeJobOf(job), timestamp(clock));
  },
};

export const clusterDeletion: Deletion<ClusterRef, ClusterDocument> = {
  documents: ({ clusters }) => clusters,
  refOf: clusterRef,
  mark: (current, now) => provisionCluster(current, "deleting", now),
  creationOf: ({ guid }) => guid,
  orchestration: deleteClusterFlow,
  instanceOf: ({ guid }) => instances.deleteCluster(guid),
  subject: (cluster) => ({ cluster: { ref: clusterRef(cluster), guid: cluster.guid } }),
};

export const fileServerDeletion: Deletion<FileServerRef, FileServerDocument> = {
  documents: ({ fileServers }) => fileServers,
  refOf: fileServerRef,
  mark: (current, now) => provisionFileServer(current, "deleting", now),
  creationOf: ({ guid }) => guid,
  orchestration: deleteFileServerFlow,
  instanceOf: ({ guid }) => instances.deleteFileServer(guid),
  subject: (found) => ({ fileServer: { ref: fileServerRef(found), guid: found.guid } }),
};

export const experimentDeletion: Deletion<ExperimentRef, ExperimentDocument> = {
  documents: ({ experiments }) => experiments,
  refOf: experimentRef,
  mark: deletingExperiment,
  ...ofParent(experimentRef),
};

export const workspaceDeletion: Deletion<WorkspaceRef, WorkspaceDocument> = {
  documents: ({ workspaces }) => workspaces,
  refOf: workspaceRef,
  mark: deletingWorkspace,
  ...ofParent(workspaceRef),
};

/** Resources with children have no GUID of their own: they are told by name and time of creation. */
function ofParent<Document extends { readonly creationTime: string }>(
  refOf: (document: Document) => WorkspaceRef | ExperimentRef,
) {
  return {
    creationOf: (parent: Document) => `${formatId(refOf(parent))}|${parent.creationTime}`,
    orchestration: deleteParentFlow,
    instanceOf: (_parent: Document, id: string) => instances.deleteParent(id),
    subject: (parent: Document) => ({ parent: { ref: refOf(parent), creationTime: parent.creationTime } }),
  };
}

/** @returns the operation to poll; undefined when there is nothing of that name. */
export async function deleteResource<Ref extends ResourceRef, Document>(
  services: Services,
  how: Deletion<Ref, Document>,
  caller: Caller,
  ref: Ref,
): Promise<OperationDocument | undefined> {
  if (how.announce !== undefined) {
    const found = await how.documents(services.state).get(ref);
    if (found === undefined) return undefined;
    await how.announce(services, found);
  }
  const document = await markDeleting(services, how, ref, changeBy(services, caller, "delete requested"));
  if (document === undefined) return undefined;
  const operation = await openOperation(services, {
    kind: "delete",
    ref,
    creation: how.creationOf(document),
    actor: caller.actor,
  });
  await startDeletion(services, how, document, caller.actor);
  return operation;
}

/** A child goes with its parent: nobody polls for it alone, and the parent's deletion finds it when it is cut off. */
export async function deleteWithParent<Ref extends ResourceRef, Document>(
  services: Services,
  how: Deletion<Ref, Document>,
  { actor, parent }: { readonly actor: string; readonly parent: WorkspaceRef | ExperimentRef },
  child: Document,
): Promise<void> {
  const by = { actor, link: formatId(parent) };
  const change = changeBy(services, by, `the ${parent.kind} is deleted`);
  await markDeleting(services, how, how.refOf(child), change);
  await startDeletion(services, how, child, actor);
}

async function markDeleting<Ref extends ResourceRef, Document>(
  services: Services,
  how: Deletion<Ref, Document>,
  ref: Ref,
  change: Change,
): Promise<Document | undefined> {
  const now = new Date(change.time);
  return how.documents(services.state).update(
    ref,
    (current) => how.mark(current, now),
    () => change,
  );
}

/** A deletion that goes on says so once more: others look at the document, and the mark may have been lost with other writes. */
export async function keepDeleting<Ref extends ResourceRef, Document>(
  services: Services,
  how: Deletion<Ref, Document>,
  ref: Ref,
  isIt: (document: Document) => boolean,
): Promise<void> {
  const time = timestamp(services.clock);
  await how.documents(services.state).update(
    ref,
    (current) => (isIt(current) ? how.mark(current, new Date(time)) : current),
    () => ({ time, actor: service, cause: "its deletion goes on" }),
  );
}

/** Starts what deletes a document that is marked; one that is under way is left alone. */
export async function startDeletion<Ref extends ResourceRef, Document>(
  services: Services,
  how: Deletion<Ref, Document>,
  document: Document,
  actor: string,
): Promise<void> {
  const id = operationId("delete", how.creationOf(document));
  const input = { ...how.subject(document), operationId: id, actor };
  await services.orchestrations.start(how.orchestration.name, how.instanceOf(document, id), input);
}
