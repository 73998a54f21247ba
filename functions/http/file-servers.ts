// File servers: create, show, list, delete. Creation and deletion are long-running operations; there is no PATCH.
import {
  fileServerRef,
  fileServerWire,
  newFileServer,
  provisionFileServer,
  putFileServerAgain,
} from "../../domain/file-server/rules.ts";
import { FileServerRequest } from "../../domain/file-server/schema.ts";
import type { FileServerDocument } from "../../domain/file-server/schema.ts";
import { guid } from "../../domain/shared/brand.ts";
import { AppError } from "../../domain/shared/errors.ts";
import { parse } from "../../domain/shared/parse.ts";
import type { FileServerRef } from "../../domain/shared/resource-id.ts";
import { instances } from "../../contracts/instances.ts";
import { createFileServerFlow, deleteFileServerFlow } from "../../contracts/orchestrations.ts";
import { operationId } from "../../services/operation-documents.ts";
import type { Services } from "../../services/services.ts";
import { byCaller } from "./lib/by-caller.ts";
import { acceptedOperation } from "./lib/long-running.ts";
import { markDeleting } from "./lib/mark-deleting.ts";
import type { Operation } from "./lib/operation.ts";
import { pageBody, pageRequest } from "./lib/paging.ts";
import { existingWorkspace, refuseDeleting } from "./lib/parents.ts";
import { fileServerRefOf, fileServerRoute, workspaceRefOf, workspaceRoute } from "./lib/refs.ts";
import { refuseOrphan } from "./lib/refuse-orphan.ts";
import { noContent, ok, resource } from "./lib/reply.ts";
import type { ApiRequest } from "./lib/request.ts";

export const fileServerOperations: readonly Operation[] = [
  { name: "fileservers-create", method: "PUT", route: fileServerRoute, role: "operator", handle: create },
  {
    name: "fileservers-get",
    method: "GET",
    route: fileServerRoute,
    role: "reader",
    handle: async (request, services) =>
      resource(fileServerWire(await existingFileServer(services, fileServerRefOf(request)))),
  },
  {
    name: "fileservers-list",
    method: "GET",
    route: `${workspaceRoute}/fileServers`,
    role: "reader",
    async handle(request, services) {
      const ref = workspaceRefOf(request);
      const page = await services.state.listFileServers(ref, pageRequest(request));
      if (page.items.length === 0) await existingWorkspace(services, ref);
      return ok(pageBody(request, page, fileServerWire));
    },
  },
  { name: "fileservers-delete", method: "DELETE", route: fileServerRoute, role: "operator", handle: remove },
];

export async function existingFileServer(
  services: Services,
  ref: FileServerRef,
): Promise<FileServerDocument> {
  const document = await services.state.fileServers.get(ref);
  if (document !== undefined) return document;
  throw new AppError("FileServerNotFound", `The specified file server ${ref.fileServer} is not found`);
}

async function create(request: ApiRequest, services: Services) {
  const ref = fileServerRefOf(request);
  const body = parse(FileServerRequest, await request.json());
  const workspace = await existingWorkspace(services, ref);
  refuseDeleting("workspace", ref.workspace, workspace.provisioningState);
  const { fileServers } = services.state;
  const existing = await fileServers.get(ref);
  if (existing !== undefined) return again(services, existing, body);

  const now = new Date(services.clock.now());
  const { document, secrets } = newFileServer(ref, guid(services.random.uuid()), body, now);
  if (secrets.size > 0) await services.secrets.put(document.guid, secrets);
  const made = await fileServers.create(ref, document, byCaller(request, services, "created"));
  if (!made.created) {
    await services.secrets.remove(document.guid);
    return again(services, made.document, body);
  }
  await refuseOrphan(services, ref, fileServers, document.guid);
  const reply = await acceptedOperation(request, services, ref, operationId("create", document.guid));
  await startCreation(services, document);
  return reply;
}

/** A repeated PUT: the same content is the same server, and a creation that was cut off goes on. */
async function again(services: Services, existing: FileServerDocument, body: FileServerRequest) {
  const kept = putFileServerAgain(existing, body);
  if (kept.provisioningState === "creating") await startCreation(services, kept);
  return resource(fileServerWire(kept));
}

async function startCreation(services: Services, document: FileServerDocument): Promise<void> {
  await services.orchestrations.start(createFileServerFlow.name, instances.createFileServer(document.guid), {
    fileServer: identity(document),
    operationId: operationId("create", document.guid),
  });
}

async function remove(request: ApiRequest, services: Services) {
  const ref = fileServerRefOf(request);
  const mark = (current: FileServerDocument, now: Date) => provisionFileServer(current, "deleting", now);
  const document = await markDeleting(request, services, ref, services.state.fileServers, mark);
  if (document === undefined) return noContent();
  const id = operationId("delete", document.guid);
  const reply = await acceptedOperation(request, services, ref, id);
  const input = { fileServer: identity(document), operationId: id, actor: request.principal.subject };
  const instance = instances.deleteFileServer(document.guid);
  await services.orchestrations.start(deleteFileServerFlow.name, instance, input);
  return reply;
}

function identity(document: FileServerDocument) {
  return { ref: fileServerRef(document), guid: document.guid };
}
