// Operation documents from the side of requests: opened before the work starts, answered with 202 and two links, or,
// to callers who would rather wait than poll, with the finished result.
import type { HttpResponseInit } from "@azure/functions";
import type { ResourceRef } from "../../../domain/shared/resource-id.ts";
import { timestamp } from "../../../services/clock.ts";
import type { OperationDocument } from "../../../services/operation-documents.ts";
import type { Services } from "../../../services/services.ts";
import { accepted } from "./reply.ts";
import type { ApiRequest } from "./request.ts";

const firstLookMs = 20;
const longestLookMs = 400;
const longestWaitMs = 60_000;
/** The JavaScript client of 2018 sleeps 30 s before it looks at an operation for the first time. */
const sleepyClient = /\bms-rest-azure-js\b/;
const sleepyClientWaitMs = 25_000;

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

/**
 * 202 with the links; or, when the caller waits and the operation succeeds meanwhile, what `finished` answers: both are
 * legal for every operation. A failure is always told by the operation document.
 */
export async function answerOperation(
  request: ApiRequest,
  services: Services,
  operation: OperationDocument,
  finished: () => HttpResponseInit | Promise<HttpResponseInit>,
): Promise<HttpResponseInit> {
  const waitMs = waitOf(request);
  if (waitMs === 0) return accepted(request, operation);
  const settled = await settledOperation(services, operation.id, waitMs);
  return settled?.status === "Succeeded" ? finished() : accepted(request, operation);
}

/** The operation as soon as it has ended, or as it is after `waitMs`. */
export async function settledOperation(
  services: Services,
  id: string,
  waitMs: number,
): Promise<OperationDocument | undefined> {
  const until = services.clock.now() + waitMs;
  for (let pauseMs = firstLookMs; ; pauseMs = Math.min(pauseMs * 1.5, longestLookMs)) {
    const operation = await services.operations.get(id);
    if (operation?.status !== "InProgress" || services.clock.now() >= until) return operation;
    await services.clock.sleep(pauseMs);
  }
}

/** `Prefer: wait=10` (RFC 7240, seconds), or what a client is known to need. */
function waitOf(request: ApiRequest): number {
  const [, seconds] = /(?:^|,)\s*wait\s*=\s*(\d{1,5})\b/i.exec(request.header("prefer") ?? "") ?? [];
  if (seconds !== undefined) return Math.min(Number(seconds) * 1000, longestWaitMs);
  const agent = request.header("user-agent") ?? request.header("x-ms-useragent") ?? "";
  return sleepyClient.test(agent) ? sleepyClientWaitMs : 0;
}
