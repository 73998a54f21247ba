// Looks at an operation until it has ended, or the time given is over. Looks get rarer: 20 ms apart at first.
import type { OperationDocument } from "../../../services/operation-documents.ts";
import type { Services } from "../../../services/services.ts";

const firstPollMs = 20;
const longestPollMs = 400;

/** The document as it was seen last; undefined when there is none. */
export async function settledOperation(
  services: Services,
  id: string,
  holdMs: number,
): Promise<OperationDocument | undefined> {
  const until = services.clock.now() + holdMs;
  for (let pauseMs = firstPollMs; ; pauseMs = Math.min(pauseMs * 1.5, longestPollMs)) {
    const operation = await services.operations.get(id);
    if (operation?.status !== "InProgress" || services.clock.now() >= until) return operation;
    await services.clock.sleep(pauseMs);
  }
}
