// Serves one node request with a handler written for the web's Request and Response. Used for the host's extension endpoints
// (durable, blobs), never for functions.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { RequestAddress } from "./http-data.ts";
import { headersOf } from "./http-data.ts";
import { answerEmpty } from "./function-endpoint.ts";
import { readBody } from "./request-body.ts";

export interface FetchHandler {
  /** Asked first, with a request that has no body: who may not call is answered without reading one. */
  readonly refusal?: (head: Request) => Response | undefined;
  readonly handle: (request: Request) => Promise<Response>;
}

export async function serveWithFetchHandler(
  request: IncomingMessage,
  response: ServerResponse,
  address: RequestAddress,
  limitBytes: number,
  { refusal, handle }: FetchHandler,
): Promise<void> {
  const url = `${address.origin}${address.path}${address.search}`;
  const method = request.method ?? "GET";
  const headers = headersOf(request);
  const refused = refusal?.(new Request(url, { method, headers }));
  if (refused) {
    // The body of a caller who may not call is not read.
    if (!request.complete) response.setHeader("connection", "close");
    return writeAnswer(response, refused);
  }
  const body = await readBody(request, limitBytes, true);
  if (body.kind === "aborted") return;
  if (body.kind === "tooLarge") return answerEmpty(response, 413);
  const content = method === "GET" || method === "HEAD" ? undefined : body.bytes;
  const answer = await handle(
    new Request(url, { method, headers, ...(content ? { body: new Uint8Array(content) } : {}) }),
  );
  await writeAnswer(response, answer);
}

async function writeAnswer(response: ServerResponse, answer: Response): Promise<void> {
  const bytes = Buffer.from(await answer.arrayBuffer());
  const headers = Object.fromEntries(answer.headers);
  response.writeHead(
    answer.status,
    bytes.length > 0 ? { ...headers, "content-length": bytes.length } : headers,
  );
  response.end(bytes);
}
