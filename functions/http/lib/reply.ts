// The answers the API gives, each with its headers, and the one translation from errors to the wire. Success is 200, 202
// or 204: every client treats 201 as a protocol error.
import type { HttpResponseInit } from "@azure/functions";
import { AppError, errorBody } from "../../../domain/shared/errors.ts";
import type { Logger } from "../../../services/logger.ts";
import type { ApiRequest } from "./request.ts";

export const apiVersion = "2018-05-01";

const noCache = { "cache-control": "no-cache" };

export function ok(body: object): HttpResponseInit {
  return { status: 200, jsonBody: body, headers: noCache };
}

export function emptyOk(): HttpResponseInit {
  return { status: 200, headers: noCache };
}

export function noContent(): HttpResponseInit {
  return { status: 204, headers: noCache };
}

/**
 * 202 with an empty body and the two links. They are named the wrong way round, as the original service did:
 * `Azure-AsyncOperation` → operationresults (the status document), `Location` → operationstatuses.
 */
export function accepted(
  request: ApiRequest,
  operation: { readonly id: string; readonly subscriptionId: string; readonly location: string },
): HttpResponseInit {
  const link = (collection: string) =>
    `${request.origin}/subscriptions/${operation.subscriptionId}/providers/Microsoft.BatchAI` +
    `/locations/${operation.location}/${collection}/${operation.id}?api-version=${apiVersion}`;
  return {
    status: 202,
    headers: {
      ...noCache,
      "azure-asyncoperation": link("operationresults"),
      location: link("operationstatuses"),
      "retry-after": "1",
    },
  };
}

/** Any failure as an answer; what is not an AppError is a bug or an outage, logged in full and told in one sentence. */
export function failed(error: unknown, logger: Logger, requestId: string): HttpResponseInit {
  const told =
    error instanceof AppError
      ? error
      : new AppError("InternalError", `The service failed unexpectedly (request ${requestId}).`);
  if (told.status >= 500) {
    const cause = error instanceof AppError ? error.cause : error;
    logger.error("request.failed", {
      requestId,
      code: told.code,
      reason: cause instanceof Error ? (cause.stack ?? cause.message) : told.message,
    });
  }
  return {
    status: told.status,
    jsonBody: errorBody(told),
    headers: {
      ...noCache,
      "x-ms-failure-cause": "service",
      ...(told.status === 401 ? { "www-authenticate": "Bearer" } : {}),
      ...(told.status === 503 || told.status === 429 ? { "retry-after": "1" } : {}),
    },
  };
}
