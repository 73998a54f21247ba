// Faults in the two planes' error envelopes. Source: "Batch Status and Error Codes"; ARM's common error format.
import type { BatchFault } from "../service/account/fault.ts";
import type { WireReply } from "./wire.ts";

export interface ErrorContext {
  readonly baseUrl: string;
  readonly requestId: string;
  readonly now: number;
}

export function batchErrorBody(fault: BatchFault, context: ErrorContext) {
  const time = new Date(context.now).toISOString().replace("Z", "0000Z");
  return {
    "odata.metadata": `${context.baseUrl}/$metadata#Microsoft.Azure.Batch.Protocol.Entities.Container.errors/@Element`,
    code: fault.code,
    message: { lang: "en-US", value: `${fault.message}\nRequestId:${context.requestId}\nTime:${time}` },
    ...(fault.values.length > 0 ? { values: fault.values } : {}),
  };
}

export function batchErrorReply(fault: BatchFault, context: ErrorContext, headless: boolean): WireReply {
  const retry: Record<string, string> =
    fault.retryAfter === undefined ? {} : { "retry-after": String(fault.retryAfter) };
  if (fault.status === 304 || headless) return { status: fault.status, headers: retry };
  return {
    status: fault.status,
    headers: { "content-type": "application/json;odata=minimalmetadata", ...retry },
    body: JSON.stringify(batchErrorBody(fault, context)),
  };
}

export function armErrorReply(fault: BatchFault): WireReply {
  const reasons = fault.values.map(({ key, value }) => `${key}: ${value}`).join("; ");
  return {
    status: fault.status,
    headers: {
      "content-type": "application/json; charset=utf-8",
      ...(fault.retryAfter === undefined ? {} : { "retry-after": String(fault.retryAfter) }),
    },
    body: JSON.stringify({
      error: { code: fault.code, message: reasons === "" ? fault.message : `${fault.message} ${reasons}` },
    }),
  };
}
