// Long-running operations from the side of those who ask: opened before the work starts, so that a client has something
// to poll. A repeated request finds the same one, because its id is derived.
import type { ResourceRef } from "../domain/shared/resource-id.ts";
import { timestamp } from "../services/clock.ts";
import { operationId } from "../services/operation-documents.ts";
import type { OperationDocument, OperationSubject } from "../services/operation-documents.ts";
import type { Services } from "../services/services.ts";

/** `{sub}$rg$ws$cluster`, `{sub}$rg$ws$exp$job`: how the status document names its resource. */
function operationResource(ref: ResourceRef): string {
  const path = [ref.subscriptionId, ref.resourceGroup, ref.workspace];
  if (ref.kind === "cluster") path.push(ref.cluster);
  if (ref.kind === "fileServer") path.push(ref.fileServer);
  if (ref.kind === "experiment") path.push(ref.experiment);
  if (ref.kind === "job") path.push(ref.experiment, ref.job);
  return path.join("$");
}

export async function openOperation(
  services: Services,
  subject: OperationSubject,
  status: "InProgress" | "Succeeded" = "InProgress",
): Promise<OperationDocument> {
  const { kind, ref, creation } = subject;
  const now = timestamp(services.clock);
  const operation: OperationDocument = {
    id: operationId(kind, creation),
    subscriptionId: services.settings.subscriptionId,
    location: services.settings.location,
    status,
    startTime: now,
    ...(status === "Succeeded" ? { endTime: now } : {}),
    resourceId: operationResource(ref),
  };
  await services.operations.open(operation, subject);
  return operation;
}
