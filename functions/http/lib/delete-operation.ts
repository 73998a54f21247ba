// DELETE is the same for every kind: 202 with what to poll, 204 for what is not there.
import type { HttpResponseInit } from "@azure/functions";
import { deleteResource } from "../../../application/deletions.ts";
import type { Deletion } from "../../../application/deletions.ts";
import type { ResourceRef } from "../../../domain/shared/resource-id.ts";
import type { Services } from "../../../services/services.ts";
import { callerOf } from "./caller-of.ts";
import { acceptedOr, noContent } from "./reply.ts";
import type { ApiRequest } from "./request.ts";

export function deleting<Ref extends ResourceRef, Document>(
  how: Deletion<Ref, Document>,
  refOf: (request: ApiRequest) => Ref,
) {
  return async (request: ApiRequest, services: Services): Promise<HttpResponseInit> =>
    acceptedOr(request, await deleteResource(services, how, callerOf(request), refOf(request)), noContent);
}
