// Every operation reaches an end. One that has not is held against what it is about: where that has arrived, the operation is
// closed; where it has not, the work goes on, whatever the workflow engine believes to have done. The stores may disagree
// after a power cut, a restore or a failover, because each of them kept another moment.
import { startDeletion } from "../../application/deletions.ts";
import { lifecycleOf } from "../../application/lifecycles.ts";
import { creationOf } from "../../domain/kinds.ts";
import type { DocumentOf } from "../../domain/kinds.ts";
import type { ResourceKind } from "../../domain/resources.ts";
import type { FailureCode } from "../../domain/shared/errors.ts";
import { timestamp } from "../../services/clock.ts";
import type { OperationOutcome, UnfinishedOperation } from "../../services/operation-documents.ts";
import type { Services } from "../../services/services.ts";
import { everyItem } from "../../application/every-item.ts";

/** `undefined`: not over; its work goes on. */
type Settlement = OperationOutcome | undefined;

const succeeded: OperationOutcome = { status: "Succeeded" };
const failed = (code: string, message: string): OperationOutcome => ({
  status: "Failed",
  error: { code, message },
});
const overtaken = failed(
  "OperationPreempted" satisfies FailureCode,
  "The resource was deleted before it was created.",
);

export async function settleOperations(services: Services): Promise<void> {
  for await (const operation of everyItem((page) => services.operations.unfinished(page)))
    await settle(services, operation);
}

async function settle(services: Services, operation: UnfinishedOperation): Promise<void> {
  const { id, subject } = operation;
  const outcome = await settlement(services, operation);
  if (outcome === undefined) return;
  services.logger.warn("operation.settled", { id, kind: subject.kind, status: outcome.status });
  await services.operations.close(id, outcome, timestamp(services.clock));
}

async function settlement(services: Services, { id, subject }: UnfinishedOperation): Promise<Settlement> {
  const { kind, ref, creation, actor } = subject;
  const found = await services.state.of(ref.kind).get(ref);
  const document = found !== undefined && creationOf(found) === creation ? found : undefined;
  if (document === undefined) return kind === "create" ? overtaken : succeeded;
  switch (kind) {
    case "create":
      return ofCreation(services, document);
    case "delete":
      await startDeletion(services, document, actor);
      return undefined;
    case "terminate": {
      const by = { actor, link: `operation:${id}` };
      const goesOn = await lifecycleOf(ref.kind).resumeTermination?.(services, by, document);
      return goesOn === true ? undefined : succeeded;
    }
  }
}

async function ofCreation(services: Services, document: DocumentOf<ResourceKind>): Promise<Settlement> {
  switch (document.provisioningState) {
    case "deleting":
      return overtaken;
    case "succeeded":
      return succeeded;
    case "failed": {
      const [error] = "errors" in document ? document.errors : [];
      return error === undefined
        ? failed(
            "OperationFailed" satisfies FailureCode,
            "The resource could not be created; its events say why.",
          )
        : failed(error.code, error.message);
    }
    default:
      await lifecycleOf<ResourceKind>(document.kind).resumeCreation?.(services, document);
      return undefined;
  }
}
