// Failures in the words of MLflow's clients. They try again for minutes what is answered by 408, 429 or 5xx: that is only for what
// may be otherwise in a moment.
import type { HttpResponseInit } from "@azure/functions";
import { AppError } from "../../../domain/shared/errors.ts";
import type { ErrorCode } from "../../../domain/shared/errors.ts";
import type { Logger } from "../../../services/logger.ts";
import { failed } from "../lib/reply.ts";

const codes: Partial<Record<ErrorCode, string>> = {
  ResourceNotFound: "ENDPOINT_NOT_FOUND",
  Conflict: "RESOURCE_ALREADY_EXISTS",
  InvalidState: "INVALID_STATE",
  AuthorizationFailed: "PERMISSION_DENIED",
  ServiceUnavailable: "TEMPORARILY_UNAVAILABLE",
  ServiceNotConfigured: "TEMPORARILY_UNAVAILABLE",
};

export function trackingRefusal(error: unknown, logger: Logger, requestId: string): HttpResponseInit {
  const reply = failed(error, logger, requestId);
  const told = error instanceof AppError ? error : undefined;
  const message = told?.message ?? `The service failed unexpectedly (request ${requestId}).`;
  const body = { error_code: told === undefined ? "INTERNAL_ERROR" : codeOf(told), message };
  return { ...reply, status: statusOf(reply.status ?? 500), jsonBody: body };
}

function codeOf({ code, status }: AppError): string {
  const known = codes[code];
  if (known !== undefined) return known;
  if (status === 401) return "UNAUTHENTICATED";
  if (status === 404) return "RESOURCE_DOES_NOT_EXIST";
  return status >= 500 ? "INTERNAL_ERROR" : "INVALID_PARAMETER_VALUE";
}

function statusOf(status: number): number {
  return status >= 500 || [401, 403, 404, 429].includes(status) ? status : 400;
}
