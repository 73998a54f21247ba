// What a page has already is not sent again: it asks every two seconds (RFC 9110, section 13.1.2).
import { createHash } from "node:crypto";
import type { HttpRequest, HttpResponseInit } from "@azure/functions";

/** The answer with its ETag, or 304 when the page named that one. Answers that are no resource get one from their body. */
export function unlessKnown(request: HttpRequest, answer: HttpResponseInit): HttpResponseInit {
  if (request.method !== "GET" || answer.status !== 200 || answer.jsonBody === undefined) return answer;
  const headers = (answer.headers ?? {}) as Record<string, string>;
  const etag = headers["etag"] ?? digestOf(answer.jsonBody);
  if (request.headers.get("if-none-match") !== etag) return { ...answer, headers: { ...headers, etag } };
  return { status: 304, headers: { ...headers, etag } };
}

function digestOf(body: unknown): string {
  return `"${createHash("sha256").update(JSON.stringify(body)).digest("base64url")}"`;
}
