// File servers on the wire; there is no PATCH.
import { createFileServer } from "../../application/file-servers.ts";
import { FileServerRequest } from "../../domain/file-server/schema.ts";
import { parse } from "../../domain/shared/parse.ts";
import type { Services } from "../../services/services.ts";
import { callerOf } from "./lib/caller-of.ts";
import type { Operation } from "./lib/operation.ts";
import { requestedRef, routeOf } from "./lib/refs.ts";
import { acceptedOr } from "./lib/reply.ts";
import type { ApiRequest } from "./lib/request.ts";
import { shown, standardOperations } from "./lib/standard-operations.ts";

export const fileServerOperations: readonly Operation[] = [
  ...standardOperations("fileServer", "operator"),
  {
    name: "fileservers-create",
    method: "PUT",
    route: routeOf("fileServer"),
    role: "operator",
    handle: create,
  },
];

async function create(request: ApiRequest, services: Services) {
  const ref = requestedRef(request, "fileServer");
  const spec = parse(FileServerRequest, await request.json());
  const { fileServer, operation } = await createFileServer(services, callerOf(request), ref, spec);
  return acceptedOr(request, operation, () => shown(fileServer));
}
