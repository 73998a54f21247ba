// The loopback listener for what the local cloud itself answers: identity, and whatever else hands in a handler. Requests
// that no handler knows get 404, those of web pages 403.
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { foreignRequest, refusalOf } from "./loopback-guard.ts";

export type ControlHandler = (request: Request) => Promise<Response | undefined>;

export interface ControlServer {
  readonly url: string;
  readonly port: number;
  dispose(): Promise<void>;
}

const longestBodyBytes = 1_048_576;

/** Handlers take a whole body, which is small by nature here; of unknown length none is taken. */
function bodyRefusal({ headers }: Request): Response | undefined {
  if (Number(headers.get("content-length") ?? 0) > longestBodyBytes)
    return Response.json(
      { error: "RequestBodyTooLarge", message: `The body is larger than ${longestBodyBytes} bytes.` },
      { status: 413 },
    );
  if (headers.has("transfer-encoding"))
    return Response.json(
      { error: "LengthRequired", message: "Send the body with a Content-Length." },
      { status: 411 },
    );
  return undefined;
}

/** `port` 0: a free one. With a certificate it speaks TLS only. Rejects with the listener's error, code EADDRINUSE included. */
export async function startControl(
  port: number,
  handlers: readonly ControlHandler[],
  certificate?: { readonly cert: string; readonly key: string },
): Promise<ControlServer> {
  const answer = async (request: Request): Promise<Response> => {
    const foreign = foreignRequest(
      request.headers.get("host") ?? undefined,
      request.headers.get("origin") ?? undefined,
    );
    if (foreign) return Response.json({ error: foreign, message: refusalOf(foreign) }, { status: 403 });
    const refused = bodyRefusal(request);
    if (refused) return refused;
    for (const handler of handlers) {
      const response = await handler(request);
      if (response) return response;
    }
    return new Response(null, { status: 404 });
  };
  return new Promise((resolve, reject) => {
    const secure = certificate && { createServer, serverOptions: { ...certificate } };
    const options = { fetch: answer, port, hostname: "127.0.0.1", ...secure };
    const server = serve(options, ({ port: actual }: AddressInfo) =>
      resolve({
        url: `${certificate ? "https" : "http"}://127.0.0.1:${actual}`,
        port: actual,
        dispose: () =>
          new Promise<void>((done) => {
            server.close(() => done());
            if ("closeAllConnections" in server) server.closeAllConnections();
          }),
      }),
    );
    server.once("error", reject);
  });
}
