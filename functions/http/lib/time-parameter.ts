// A moment in a query.
import { AppError } from "../../../domain/shared/errors.ts";
import type { ApiRequest } from "./request.ts";

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,7})?)?(?:Z|[+-]\d\d:\d\d)$/i;

/** @throws AppError InvalidQueryParameter */
export function timeParameter(request: ApiRequest, name: string): string | undefined {
  // A `+` in a query is a blank once it is decoded.
  const text = request.query(name)?.replace(" ", "+");
  if (text === undefined || text === "") return undefined;
  const ms = isoTime.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(ms)) return new Date(ms).toISOString();
  throw new AppError(
    "InvalidQueryParameter",
    `${name}: expected a time such as '2026-11-01T12:00:00Z', got '${text.slice(0, 40)}'.`,
    { target: name },
  );
}
