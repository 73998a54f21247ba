// The answers the API gives, each with its headers, and the one translation from errors to the wire. Success is 200, 202
// or 204: every client treats 201 as a protocol error.
import { createHash } from "node:crypto";
import type { HttpResponseInit } from "@azure/functions";
import { apiVersion } from "../../../domain/shared/api-versions.ts";
import { AppError, errorBody } from "../../../domain/shared/errors.ts";
import type { Logger } from "../../../services/logger.ts";
import type { ApiRequest } from "./request.ts";

export function ok(body: object): HttpResponseInit {
  return { status: 200, jsonBody: body };
}

/** 200 with what is JSON already. */
export function okText(body: string): HttpResponseInit {
  return { status: 200, body, headers: { "content-type": "application/json" } };
}

/** 200 with one JSON text a line. */
export function jsonLines(items: readonly object[]): HttpResponseInit {
  const body = items.map((item) => `${JSON.stringify(item)}\n`).join("");
  return { status: 200, body, headers: { "content-type": "application/jsonl; charset=utf-8" } };
}

/** 200 with one resource: the ETag changes with every visible change, Last-Modified with every change of a state. */
export function resource(body: { readonly properties: object }): HttpResponseInit {
  const digest = createHash("sha256").update(JSON.stringify(body)).digest("base64url");
  const times = Object.entries(body.properties).flatMap(([name, value]: [string, unknown]) =>
    /^creationTime$|TransitionTime$/.test(name) && typeof value === "string" ? [Date.parse(value)] : [],
  );
  return {
    ...ok(body),
    headers: { etag: `"${digest}"`, "last-modified": new Date(Math.max(...times)).toUTCString() },
  };
}

export function emptyOk(): HttpResponseInit {
  return { status: 200 };
}

export function noContent(): HttpResponseInit {
  return { status: 204 };
}

/**
 * 202 with an empty body and the two links. They are named the wrong way round, as the original service did:
 * `Azure-AsyncOperation` → operationresults (the status document), `Location` → operationstatuses.
 */
function accepted(
  request: ApiRequest,
  operation: { readonly id: string; readonly subscriptionId: string; readonly location: string },
): HttpResponseInit {
  const link = (collection: string) =>
    `${request.origin}/subscriptions/${operation.subscriptionId}/providers/Microsoft.BatchAI` +
    `/locations/${operation.location}/${collection}/${operation.id}?api-version=${apiVersion}`;
  return {
    status: 202,
    headers: {
      "azure-asyncoperation": link("operationresults"),
      location: link("operationstatuses"),
      "retry-after": "1",
    },
  };
}

/** 202 when there is an operation to poll; otherwise what is to be said of what is over already. */
export function acceptedOr(
  request: ApiRequest,
  operation: Parameters<typeof accepted>[1] | undefined,
  otherwise: () => HttpResponseInit,
): HttpResponseInit {
  return operation === undefined ? otherwise() : accepted(request, operation);
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
  return refused(told);
}

export function refused(error: AppError, headers: Record<string, string> = {}): HttpResponseInit {
  const { status } = error;
  return {
    status,
    jsonBody: errorBody(error),
    headers: {
      "x-ms-failure-cause": "service",
      ...(status === 401 ? { "www-authenticate": challenge(error) } : {}),
      ...(status === 503 || status === 429 ? { "retry-after": "1" } : {}),
      ...headers,
    },
  };
}

/** RFC 6750: no error code for a request that brought no token at all. */
function challenge({ code, message }: AppError): string {
  if (code === "AuthenticationFailed") return "Bearer";
  return `Bearer error="invalid_token", error_description="${message.replaceAll(/["\\]/g, "'")}"`;
}
