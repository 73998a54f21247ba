// Long-running operations from the side of those who ask: opened before the work starts, so that a client has something
// to poll. A repeated request finds the same one, because its id is derived.
import { formatId, namesOf } from "../domain/shared/resource-id.ts";
import { timestamp } from "../services/clock.ts";
import { operationId } from "../services/operation-documents.ts";
import type { OperationDocument, OperationSubject } from "../services/operation-documents.ts";
import type { Services } from "../services/services.ts";

export async function openOperation(
  services: Services,
  subject: OperationSubject,
  status: "InProgress" | "Succeeded" = "InProgress",
): Promise<OperationDocument> {
  const { kind, ref, creation, actor } = subject;
  const now = timestamp(services.clock);
  const operation: OperationDocument = {
    id: operationId(kind, creation),
    subscriptionId: services.settings.subscriptionId,
    location: services.settings.location,
    status,
    startTime: now,
    ...(status === "Succeeded" ? { endTime: now } : {}),
    resourceId: [ref.subscriptionId, ref.resourceGroup, ...namesOf(ref)].join("$"),
    resource: formatId(ref),
    actor,
  };
  await services.operations.open(operation, subject);
  return operation;
}
