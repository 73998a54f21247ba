// The genuine JavaScript client of 2018 (ms-rest-azure-js 1.x) sleeps 30 s before its first look at an operation, whatever
// Retry-After says. For that client alone the request itself waits until the operation has ended and answers as a finished
// one may: 200 with the resource (PUT), 200 without a body (DELETE, POST). What takes longer, or fails, is answered with
// the usual 202. Everybody else gets 202 at once, unless they ask for the same with `Prefer: wait=SECONDS` (RFC 7240). See
// docs/adr/0004.
import type { HttpResponseInit } from "@azure/functions";
import type { Services } from "../../../services/services.ts";
import type { Operation } from "./operation.ts";
import { emptyOk } from "./reply.ts";
import type { ApiRequest } from "./request.ts";
import { settledOperation } from "./settled-operation.ts";

const holdMs = 25_000;
const longestHoldMs = 60_000;
const asyncHeader = "azure-asyncoperation";

/** `read` answers GET on the same path; only a PUT needs it. */
export function sparingImpatientClients(operation: Operation, read: Operation | undefined): Operation {
  return {
    ...operation,
    async handle(request, services) {
      const reply = await operation.handle(request, services);
      const id = operationIdOf(reply);
      const waitMs = waitOf(request);
      if (id === undefined || waitMs === 0) return reply;
      return (await finishedReply(id, waitMs, { request, services, read })) ?? reply;
    },
  };
}

/** Milliseconds that the caller would rather wait here than poll; 0 = answer at once. */
function waitOf(request: ApiRequest): number {
  const [, seconds] = /(?:^|,)\s*wait\s*=\s*(\d{1,5})\b/i.exec(request.prefer) ?? [];
  if (seconds !== undefined) return Math.min(Number(seconds) * 1000, longestHoldMs);
  return /\bms-rest-azure-js\/1\.|\bms-rest-js\/1\./i.test(request.userAgent) ? holdMs : 0;
}

function operationIdOf(reply: HttpResponseInit): string | undefined {
  const link =
    reply.status === 202 ? (reply.headers as Record<string, string> | undefined)?.[asyncHeader] : undefined;
  return link === undefined ? undefined : /operationresults\/([0-9a-f-]{36})/i.exec(link)?.[1];
}

interface Waiting {
  readonly request: ApiRequest;
  readonly services: Services;
  readonly read: Operation | undefined;
}

async function finishedReply(
  id: string,
  waitMs: number,
  { request, services, read }: Waiting,
): Promise<HttpResponseInit | undefined> {
  const operation = await settledOperation(services, id, waitMs);
  if (operation?.status !== "Succeeded") return undefined;
  if (request.method !== "PUT") return emptyOk();
  return read?.handle(request, services);
}
