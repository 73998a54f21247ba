// The two documents of a long-running operation: operationresults (a JSON status, always 200) and operationstatuses (202
// while it runs, then 200). A look at an unfinished operation is held for a moment: clients look at once and then wait
// up to 30 s, so that an answer a little later spares them the long wait.
import { apiVersion } from "../../domain/shared/api-versions.ts";
import { AppError } from "../../domain/shared/errors.ts";
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
    role: "reader",
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
    role: "reader",
    async handle(request, services) {
      const operation = await settled(request, services);
      if (operation.status !== "InProgress") return emptyOk();
      return { status: 202, headers: { "retry-after": "1", location: request.url.href } };
    },
  },
];

async function settled(request: ApiRequest, services: Services): Promise<OperationDocument> {
  const id = request.params["operationId"] ?? "";
  const operation = /^[0-9a-f-]{36}$/i.test(id) ? await settledOperation(services, id, holdMs) : undefined;
  if (operation !== undefined) return operation;
  throw new AppError("OperationNotFound", `There is no operation '${id.slice(0, 60)}' (any more).`);
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
