// The traffic of an emulator that a test starts in its own process, held against Microsoft's descriptions as it goes by.
import type { Gateway } from "../../../local/batch-emulator/protocol/gateway.ts";
import { actionOf, linkedActionsOf } from "./actions.ts";
import { verdictOn } from "./exchange.ts";

export interface RecordedBatch {
  /** Put around the emulator's gateway. */
  readonly around: (gateway: Gateway) => Gateway;
  /** How often each operation went by. */
  readonly operations: Map<string, number>;
  /** Rights of Azure that what went by needs. */
  readonly actions: Set<string>;
  /** Rights on what requests name. */
  readonly linkedActions: Set<string>;
  readonly inRequests: Set<string>;
  readonly inAnswers: Set<string>;
}

export function recordedBatch(): RecordedBatch {
  const operations = new Map<string, number>();
  const actions = new Set<string>();
  const linkedActions = new Set<string>();
  const inRequests = new Set<string>();
  const inAnswers = new Set<string>();
  return {
    operations,
    actions,
    linkedActions,
    inRequests,
    inAnswers,
    around: (gateway) => async (request) => {
      let sent: Buffer = Buffer.alloc(0);
      const receive = async () => {
        const body = await request.receive();
        sent = body ?? sent;
        return body;
      };
      const reply = await gateway({ ...request, receive });
      for (const action of linkedActionsOf(sent.toString())) linkedActions.add(action);
      const { body = "", status } = reply;
      actions.add(actionOf(request.method, request.rawPath));
      const verdict = verdictOn({
        method: request.method,
        path: request.rawPath,
        query: request.query,
        request: sent.toString(),
        status,
        answer: typeof body === "string" ? body : Buffer.isBuffer(body) ? body.toString() : undefined,
      });
      if (verdict === undefined) return reply;
      const { operation } = verdict;
      operations.set(operation, (operations.get(operation) ?? 0) + 1);
      for (const text of verdict.inRequest) inRequests.add(`${operation}: ${text}`);
      for (const text of verdict.inAnswer) inAnswers.add(`${operation} ${status}: ${text}`);
      return reply;
    },
  };
}
