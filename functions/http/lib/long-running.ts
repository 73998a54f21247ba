// Operation documents from the side of requests: opened before the work starts, answered with 202.
import type { HttpResponseInit } from "@azure/functions";
import type { ResourceRef } from "../../../domain/shared/resource-id.ts";
import { timestamp } from "../../../services/clock.ts";
import type { OperationDocument } from "../../../services/operation-documents.ts";
import type { Services } from "../../../services/services.ts";
import { accepted } from "./reply.ts";
import type { ApiRequest } from "./request.ts";

/** `{sub}$rg$ws$cluster`, `{sub}$rg$ws$exp$job`: how the status document names its resource. */
export function operationResource(ref: ResourceRef): string {
  const path = [ref.subscriptionId, ref.resourceGroup, ref.workspace];
  if (ref.kind === "cluster") path.push(ref.cluster);
  if (ref.kind === "fileServer") path.push(ref.fileServer);
  if (ref.kind === "experiment") path.push(ref.experiment);
  if (ref.kind === "job") path.push(ref.experiment, ref.job);
  return path.join("$");
}

/** Opens the operation (a repeated request finds it open already). */
export async function openOperation(
  services: Services,
  ref: ResourceRef,
  id: string,
  status: "InProgress" | "Succeeded" = "InProgress",
): Promise<OperationDocument> {
  const now = timestamp(services.clock);
  const operation: OperationDocument = {
    id,
    subscriptionId: services.settings.subscriptionId,
    location: services.settings.location,
    status,
    startTime: now,
    ...(status === "Succeeded" ? { endTime: now } : {}),
    resourceId: operationResource(ref),
  };
  await services.operations.open(operation);
  return operation;
}

export async function acceptedOperation(
  request: ApiRequest,
  services: Services,
  ref: ResourceRef,
  id: string,
  status: "InProgress" | "Succeeded" = "InProgress",
): Promise<HttpResponseInit> {
  return accepted(request, await openOperation(services, ref, id, status));
}
