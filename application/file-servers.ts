// What can be done with a file server: create. Creation is a long-running operation.
import { instances } from "../contracts/instances.ts";
import { createFileServerOrchestration } from "../contracts/orchestrations.ts";
import { newFileServer, putFileServerAgain } from "../domain/file-server/rules.ts";
import type { FileServerDocument, FileServerRequest } from "../domain/file-server/schema.ts";
import { identityOf } from "../domain/kinds.ts";
import { guid } from "../domain/shared/brand.ts";
import { workspaceOf } from "../domain/shared/resource-id.ts";
import type { FileServerRef } from "../domain/shared/resource-id.ts";
import { operationId } from "../services/operation-documents.ts";
import type { OperationDocument } from "../services/operation-documents.ts";
import type { Services } from "../services/services.ts";
import { changeBy } from "./caller.ts";
import type { Caller } from "./caller.ts";
import { open, refuseOrphan } from "./existing.ts";
import { openOperation } from "./operations.ts";
import { start } from "./orchestrations.ts";

export interface CreatedFileServer {
  readonly fileServer: FileServerDocument;
  /** Absent when the file server was there already. */
  readonly operation?: OperationDocument;
}

/** Asking twice for the same is asking once. @throws AppError Conflict when there is another one of that name. */
export async function createFileServer(
  services: Services,
  caller: Caller,
  ref: FileServerRef,
  spec: FileServerRequest,
): Promise<CreatedFileServer> {
  const { fileServers } = services.state;
  await open(services, workspaceOf(ref));
  const before = await fileServers.get(ref);
  if (before !== undefined) return { fileServer: await createAgain(services, before, spec) };

  const now = new Date(services.clock.now());
  const { document, secrets } = newFileServer(ref, guid(services.random.uuid()), spec, now);
  if (secrets.size > 0) await services.secrets.put(document.guid, secrets);
  const made = await fileServers.create(ref, document, changeBy(services, caller, "created"));
  if (!made.created) {
    await services.secrets.remove(document.guid);
    return { fileServer: await createAgain(services, made.document, spec) };
  }
  await refuseOrphan(services, ref, document);
  const operation = await openOperation(services, {
    kind: "create",
    ref,
    creation: document.guid,
    actor: caller.actor,
  });
  await startFileServerCreation(services, document);
  return { fileServer: document, operation };
}

/** The same content is the same server, and a creation that was cut off goes on. */
async function createAgain(
  services: Services,
  before: FileServerDocument,
  spec: FileServerRequest,
): Promise<FileServerDocument> {
  const kept = putFileServerAgain(before, spec);
  if (kept.provisioningState === "creating") await startFileServerCreation(services, kept);
  return kept;
}

/** One that is under way is left alone. */
export async function startFileServerCreation(
  services: Services,
  document: FileServerDocument,
): Promise<void> {
  await start(services, createFileServerOrchestration, instances.createFileServer(document.guid), {
    fileServer: identityOf(document),
    operationId: operationId("create", document.guid),
  });
}
