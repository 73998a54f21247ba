// Reads a request body up to a limit. Invariant: never more than the limit is held in memory; what is over it is read and
// dropped, so that the client can read its 413. Trap: a request without a Content-Length above zero has no body for a function (a
// chunked upload arrives empty without HTTP streaming).
import type { IncomingMessage } from "node:http";

export type BodyResult =
  { kind: "body"; bytes: Buffer | undefined } | { kind: "tooLarge" } | { kind: "aborted" };

/** `allLengths` also takes bodies of unknown length (the host's own endpoints). */
export function readBody(
  request: IncomingMessage,
  limitBytes: number,
  allLengths = false,
): Promise<BodyResult> {
  const length = Number(request.headers["content-length"] ?? 0);
  const unknownLength = allLengths && request.headers["transfer-encoding"] !== undefined;
  if (length > limitBytes || (!(length > 0) && !unknownLength)) {
    request.resume();
    return Promise.resolve(length > limitBytes ? { kind: "tooLarge" } : { kind: "body", bytes: undefined });
  }
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let total = 0;
    request.on("data", (chunk: Buffer) => {
      total += chunk.length;
      if (total <= limitBytes) chunks.push(chunk);
      else {
        chunks = [];
        resolve({ kind: "tooLarge" });
      }
    });
    request.on("end", () =>
      resolve({ kind: "body", bytes: chunks.length === 1 ? chunks[0] : Buffer.concat(chunks) }),
    );
    request.on("close", () => resolve({ kind: "aborted" }));
    request.on("error", () => resolve({ kind: "aborted" }));
  });
}
