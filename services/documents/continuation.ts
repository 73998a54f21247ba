// Tokens of page links: the last row of the page before. Readable by whoever looks, and checked, because anybody may send
// one back changed.
import { AppError } from "../../domain/shared/errors.ts";

/** @throws AppError InvalidQueryParameter when the token is not one of a list with this prefix. */
export function checkContinuation(prefix: string, continuation: string | undefined): void {
  if (continuation === undefined || (continuation.startsWith(prefix) && /^[ -~]+$/.test(continuation)))
    return;
  throw new AppError("InvalidQueryParameter", "$skiptoken: expected the token of a nextLink.", {
    target: "$skiptoken",
  });
}
