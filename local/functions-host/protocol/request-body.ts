// Reads a request body up to a limit. Invariant: never more than the limit is held in memory, and a request without a
// Content-Length above zero has no body for the function (trap: a chunked upload arrives empty without HTTP streaming).
import type { IncomingMessage } from "node:http";

export type BodyResult = { kind: "body"; bytes: Buffer | undefined } | { kind: "tooLarge" } | { kind: "aborted" };

/** `allLengths` also takes bodies of unknown length (the host's own endpoints). */
export async function readBody(request: IncomingMessage, limitBytes: number, allLengths = false): Promise<BodyResult> {
  const length = Number(request.headers["content-length"] ?? 0);
  if (length > limitBytes) return { kind: "tooLarge" };
  if (!(length > 0) && !(allLengths && request.headers["transfer-encoding"])) {
    request.resume();
    return { kind: "body", bytes: undefined };
  }
  const chunks: Buffer[] = [];
  let total = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      total += chunk.length;
      if (total > limitBytes) return { kind: "tooLarge" };
      chunks.push(chunk);
    }
  } catch {
    return { kind: "aborted" };
  }
  return { kind: "body", bytes: chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, total) };
}
