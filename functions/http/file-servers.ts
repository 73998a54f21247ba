// File servers on the wire: create, show, list, delete; there is no PATCH.
import { fileServerDeletion } from "../../application/deletions.ts";
import { createFileServer, existingFileServer } from "../../application/file-servers.ts";
import { existingWorkspace } from "../../application/parents.ts";
import { fileServerWire } from "../../domain/file-server/rules.ts";
import { FileServerRequest } from "../../domain/file-server/schema.ts";
import { parse } from "../../domain/shared/parse.ts";
import type { Services } from "../../services/services.ts";
import { callerOf } from "./lib/caller-of.ts";
import { deleting } from "./lib/delete-operation.ts";
import type { Operation } from "./lib/operation.ts";
import { pageBody, pageRequest } from "./lib/paging.ts";
import { fileServerRefOf, fileServerRoute, workspaceRefOf, workspaceRoute } from "./lib/refs.ts";
import { acceptedOr, ok, resource } from "./lib/reply.ts";
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
  {
    name: "fileservers-delete",
    method: "DELETE",
    route: fileServerRoute,
    role: "operator",
    handle: deleting(fileServerDeletion, fileServerRefOf),
  },
];

async function create(request: ApiRequest, services: Services) {
  const ref = fileServerRefOf(request);
  const spec = parse(FileServerRequest, await request.json());
  const { fileServer, operation } = await createFileServer(services, callerOf(request), ref, spec);
  return acceptedOr(request, operation, () => resource(fileServerWire(fileServer)));
}
