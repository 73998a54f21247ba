// How a call ends badly: refused by the service, in its own words, or never answered.
import { ErrorResponse } from "../domain/shared/answers.ts";

export interface RefusalDetail {
  readonly code: string;
  readonly message: string;
  readonly target?: string | undefined;
}

/** The service, or the operation it began, said no. */
export class ApiError extends Error {
  /** Of HTTP; 200 where an operation that was accepted failed later. */
  readonly status: number;
  readonly code: string;
  /** The field or parameter that is to blame. */
  readonly target: string | undefined;
  readonly details: readonly RefusalDetail[];

  constructor(
    status: number,
    code: string,
    message: string,
    target?: string,
    details: readonly RefusalDetail[] = [],
  ) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.target = target;
    this.details = details;
  }
}

/** Nobody answered at the address. Nothing is known of what was asked: it may have been done. */
export class UnreachableError extends Error {
  constructor(origin: string, cause: unknown) {
    super(`Nobody answers at ${origin}: ${reasonOf(cause)}`, { cause });
    this.name = "UnreachableError";
  }
}

/** The error that a refusal tells; what is no answer of the service is told by its status. */
export function refusalOf(status: number, body: unknown): ApiError {
  const told = ErrorResponse.safeParse(body);
  if (!told.success) return new ApiError(status, `Http${status}`, `the service answered ${status}`);
  const { code, message, target, details } = told.data.error;
  return new ApiError(status, code, message, target, details);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : error.message;
}
