// Serves one node request with a handler written for the web's Request and Response. Used for the host's extension endpoints
// (durable, blobs), never for functions.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { RequestAddress } from "./http-data.ts";
import { headersOf } from "./http-data.ts";
import { answerEmpty } from "./function-endpoint.ts";
import { readBody } from "./request-body.ts";

export async function serveWithFetchHandler(
  request: IncomingMessage,
  response: ServerResponse,
  address: RequestAddress,
  limitBytes: number,
  handle: (request: Request) => Promise<Response>,
): Promise<void> {
  const body = await readBody(request, limitBytes, true);
  if (body.kind === "aborted") return;
  if (body.kind === "tooLarge") return answerEmpty(response, 413);
  const method = request.method ?? "GET";
  const content = method === "GET" || method === "HEAD" ? undefined : body.bytes;
  const answer = await handle(
    new Request(`${address.origin}${address.path}${address.search}`, {
      method,
      headers: headersOf(request),
      ...(content ? { body: new Uint8Array(content) } : {}),
    }),
  );
  const bytes = Buffer.from(await answer.arrayBuffer());
  const headers = Object.fromEntries(answer.headers);
  response.writeHead(
    answer.status,
    bytes.length > 0 ? { ...headers, "content-length": bytes.length } : headers,
  );
  response.end(bytes);
}
