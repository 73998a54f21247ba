// Every operation reaches an end. One that has not is held against what it is about: where that has arrived, the operation is
// closed; where it has not, the work goes on, whatever the workflow engine believes to have done. The stores may disagree
// after a power cut, a restore or a failover, because each of them kept another moment.
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
import { markTerminating, wakeRun } from "../../application/jobs.ts";
import type { ClusterDocument } from "../../domain/cluster/schema.ts";
import type { FileServerDocument } from "../../domain/file-server/schema.ts";
import type { ClusterRef, FileServerRef, JobRef, ResourceRef } from "../../domain/shared/resource-id.ts";
import { timestamp } from "../../services/clock.ts";
import type {
  OperationOutcome,
  OperationSubject,
  UnfinishedOperation,
} from "../../services/operation-documents.ts";
import type { Services } from "../../services/services.ts";
import { everyItem } from "../lib/every-item.ts";

/** `undefined`: not over; its work goes on. */
type Settlement = OperationOutcome | undefined;

const succeeded: OperationOutcome = { status: "Succeeded" };
const failed = (code: string, message: string): OperationOutcome => ({
  status: "Failed",
  error: { code, message },
});
const overtaken = failed("OperationPreempted", "The resource was deleted before it was created.");

export async function settleOperations(services: Services): Promise<void> {
  for await (const operation of everyItem((page) => services.operations.unfinished(page)))
    await settle(services, operation);
}

async function settle(services: Services, operation: UnfinishedOperation): Promise<void> {
  const { id, subject } = operation;
  const outcome = await settlement(services, operation);
  if (outcome === undefined) return;
  services.logger.warn("operation.settled", { id, kind: subject.kind, status: outcome.status });
  await services.operations.close(id, outcome, timestamp(services.clock));
}

function settlement(services: Services, operation: UnfinishedOperation): Promise<Settlement> {
  const { subject } = operation;
  const { kind, ref } = subject;
  switch (ref.kind) {
    case "workspace":
      return ofDeletion(services, workspaceDeletion, ref, subject);
    case "experiment":
      return ofDeletion(services, experimentDeletion, ref, subject);
    case "cluster":
      if (kind === "create") return ofClusterCreation(services, ref, subject);
      return ofDeletion(services, clusterDeletion, ref, subject);
    case "fileServer":
      if (kind === "create") return ofFileServerCreation(services, ref, subject);
      return ofDeletion(services, fileServerDeletion, ref, subject);
    case "job":
      if (kind === "terminate") return ofTermination(services, ref, operation);
      return ofDeletion(services, jobDeletion, ref, subject);
  }
}

async function ofDeletion<Ref extends ResourceRef, Document>(
  services: Services,
  how: Deletion<Ref, Document>,
  ref: Ref,
  { creation, actor }: OperationSubject,
): Promise<Settlement> {
  const document = await how.documents(services.state).get(ref);
  if (document === undefined || how.creationOf(document) !== creation) return succeeded;
  await startDeletion(services, how, document, actor);
  return undefined;
}

async function ofTermination(
  services: Services,
  ref: JobRef,
  { id, subject: { creation, actor } }: UnfinishedOperation,
): Promise<Settlement> {
  const found = await services.state.jobs.get(ref);
  if (found?.guid !== creation) return succeeded;
  const job = await markTerminating(services, { actor, link: `operation:${id}` }, found);
  if (job === undefined) return succeeded;
  await wakeRun(services, job);
  return undefined;
}

async function ofClusterCreation(
  services: Services,
  ref: ClusterRef,
  { creation }: OperationSubject,
): Promise<Settlement> {
  const document = await services.state.clusters.get(ref);
  if (document?.guid !== creation) return overtaken;
  if (document.provisioningState === "creating") await startClusterCreation(services, document);
  return ofCreation(document);
}

async function ofFileServerCreation(
  services: Services,
  ref: FileServerRef,
  { creation }: OperationSubject,
): Promise<Settlement> {
  const document = await services.state.fileServers.get(ref);
  if (document?.guid !== creation) return overtaken;
  if (document.provisioningState === "creating") await startFileServerCreation(services, document);
  return ofCreation(document);
}

function ofCreation(document: ClusterDocument | FileServerDocument): Settlement {
  switch (document.provisioningState) {
    case "deleting":
      return overtaken;
    case "succeeded":
      return succeeded;
    case "failed": {
      const [error] = "errors" in document ? document.errors : [];
      return error === undefined
        ? failed("OperationFailed", "The resource could not be created; its events say why.")
        : failed(error.code, error.message);
    }
    default:
      return undefined;
  }
}
