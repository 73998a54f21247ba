// The two documents of a long-running operation: operationresults (a JSON status, always 200) and operationstatuses (202
// while it runs, then 200). A look at an unfinished operation is held for a moment: clients look at once and then wait
// up to 30 s, so that an answer a little later spares them the long wait.
import { demandRole } from "../../application/access.ts";
import { apiVersion } from "../../domain/shared/api-versions.ts";
import { AppError } from "../../domain/shared/errors.ts";
import { parseId } from "../../domain/shared/resource-id.ts";
import { isAllowed } from "../../domain/shared/roles.ts";
import type { OperationDocument } from "../../services/operation-documents.ts";
import type { Services } from "../../services/services.ts";
import type { Operation } from "./lib/operation.ts";
import { providerRoute } from "./lib/refs.ts";
import { emptyOk, ok } from "./lib/reply.ts";
import type { ApiRequest } from "./lib/request.ts";
import { settledOperation } from "./lib/settled-operation.ts";

const holdMs = 8_000;

export const operationStatusOperations: readonly Operation[] = [
  {
    name: "operations-results",
    method: "GET",
    route: `${providerRoute}/locations/{location}/operationresults/{operationId}`,
    role: "anyone",
    async handle(request, services) {
      const operation = await settled(request, services);
      const reply = ok(wire(request, operation));
      return operation.status === "InProgress" ? { ...reply, headers: { "retry-after": "1" } } : reply;
    },
  },
  {
    name: "operations-statuses",
    method: "GET",
    route: `${providerRoute}/locations/{location}/operationstatuses/{operationId}`,
    role: "anyone",
    async handle(request, services) {
      const operation = await settled(request, services);
      if (operation.status !== "InProgress") return emptyOk();
      return { status: 202, headers: { "retry-after": "1", location: request.url.href } };
    },
  },
];

async function settled(request: ApiRequest, services: Services): Promise<OperationDocument> {
  const id = request.params["operationId"] ?? "";
  const isId = /^[0-9a-f-]{36}$/i.test(id);
  if (!isAllowed(request.principal.roles, "reader"))
    await demandRead(request, services, isId ? await services.operations.get(id) : undefined);
  const operation = isId ? await settledOperation(services, id, holdMs) : undefined;
  if (operation !== undefined) return operation;
  throw new AppError("OperationNotFound", `There is no operation '${id.slice(0, 60)}' (any more).`);
}

/** Whoever asked for it may look, even when the resource and the roles on it are gone. @throws AppError AuthorizationFailed */
async function demandRead(
  { principal }: ApiRequest,
  services: Services,
  operation: OperationDocument | undefined,
): Promise<void> {
  if (operation?.actor === principal.subject) return;
  const { resource } = operation ?? {};
  await demandRole(services, principal, "reader", resource === undefined ? undefined : parseId(resource));
}

function wire(request: ApiRequest, operation: OperationDocument): object {
  return {
    id: `${request.origin}${request.url.pathname}?api-version=${apiVersion}`,
    name: operation.id,
    status: operation.status,
    startTime: operation.startTime,
    ...(operation.endTime === undefined ? {} : { endTime: operation.endTime }),
    properties: { resourceId: operation.resourceId },
    ...(operation.error === undefined ? {} : { error: operation.error }),
  };
}
