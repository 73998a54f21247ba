// Deletes a resource that has children (a workspace, an experiment): marked as deleting at once, the rest is an
// orchestration's work. A repeated request finds the same operation; an absent resource is 204.
import type { HttpResponseInit } from "@azure/functions";
import { instances } from "../../../contracts/instances.ts";
import { deleteParentFlow } from "../../../contracts/orchestrations.ts";
import { formatId } from "../../../domain/shared/resource-id.ts";
import type { ExperimentRef, WorkspaceRef } from "../../../domain/shared/resource-id.ts";
import { operationId } from "../../../services/operation-documents.ts";
import type { Services } from "../../../services/services.ts";
import type { Collection } from "../../../services/state.ts";
import { acceptedOperation } from "./long-running.ts";
import { markDeleting } from "./mark-deleting.ts";
import { noContent } from "./reply.ts";
import type { ApiRequest } from "./request.ts";

interface Parent {
  readonly creationTime: string;
  readonly provisioningState: string;
}

/** `mark` gives the document in the state deleting. */
export async function deleteParent<Ref extends WorkspaceRef | ExperimentRef, Document extends Parent>(
  request: ApiRequest,
  services: Services,
  ref: Ref,
  documents: Collection<Ref, Document>,
  mark: (current: Document, now: Date) => Document,
): Promise<HttpResponseInit> {
  const deleting = await markDeleting(request, services, ref, documents, mark);
  if (deleting === undefined) return noContent();
  const id = operationId("delete", `${formatId(ref)}|${deleting.creationTime}`);
  const reply = await acceptedOperation(request, services, ref, id);
  await services.orchestrations.start(deleteParentFlow.name, instances.deleteParent(id), {
    parent: { ref, creationTime: deleting.creationTime },
    operationId: id,
    actor: request.principal.subject,
  });
  return reply;
}
