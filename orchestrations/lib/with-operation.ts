// An orchestration that answers for an operation document: when it cannot go on, the document says so instead of staying
// in progress for ever. Asking again starts it again.
import type { OrchestrationContext } from "durable-functions";
import { failOperation } from "../../contracts/shared-activities.ts";
import { ActivityFailedError, call } from "./call.ts";
import type { Steps } from "./call.ts";

export function* withOperation(
  context: OrchestrationContext,
  operationId: string,
  steps: Steps<undefined>,
): Steps<undefined> {
  try {
    return yield* steps;
  } catch (error) {
    const code = error instanceof ActivityFailedError ? error.code : "ServiceUnavailable";
    const message = error instanceof Error ? error.message : String(error);
    yield* call(context, failOperation, { operationId, code, message });
    throw error;
  }
}
