// The socket side: turns node requests into plain ones and plain replies into answers. Where it may
// listen is decided by its callers.
import { createServer } from "node:http";
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Gateway } from "./gateway.ts";
import { asSpelled } from "./header-names.ts";
import { isLoopback, reachableAs } from "./listen-address.ts";
import type { ArrivingRequest, WireReply } from "./wire.ts";

export interface Listener {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

export interface ListenOptions {
  readonly address: string;
  readonly port: number;
  readonly maxRequestBytes: number;
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** Opens the listener; port 0 takes a free one. */
export async function listen(gateway: Gateway, options: ListenOptions): Promise<Listener> {
  const handler: RequestListener = (incoming, response) => {
    serve(gateway, incoming, response, options).catch(() => response.destroy());
  };
  const server: Server = options.tls ? createTlsServer(options.tls, handler) : createServer(handler);
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.address, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `${options.tls ? "https://localhost" : `http://${reachableAs(options.address)}`}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  gateway: Gateway,
  incoming: IncomingMessage,
  response: ServerResponse,
  options: ListenOptions,
): Promise<void> {
  const scheme = options.tls ? "https" : "http";
  const arriving = arrivingRequest(incoming, scheme, isRemote(incoming, options), options.maxRequestBytes);
  const reply = await gateway(arriving);
  // A body that nobody wanted, or the rest of one that is too large, is not waited for.
  if (hasBody(incoming) && !incoming.complete) response.setHeader("Connection", "close");
  await send(response, reply, incoming.method === "HEAD");
}

/** Never true for a listener that only this machine reaches. */
const isRemote = ({ socket }: IncomingMessage, { address }: ListenOptions) =>
  !isLoopback(address) && !isLoopback(socket.remoteAddress ?? "");

const hasBody = ({ headers }: IncomingMessage) =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;

/** The whole body, or undefined when it is larger than allowed. */
async function readBody(incoming: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
    else chunks.length = 0;
    if (size > limit * 8) break;
  }
  return size > limit ? undefined : Buffer.concat(chunks);
}

function arrivingRequest(
  incoming: IncomingMessage,
  scheme: string,
  remote: boolean,
  limit: number,
): ArrivingRequest {
  const target = incoming.url ?? "/";
  const mark = target.indexOf("?");
  const rawPath = mark < 0 ? target : target.slice(0, mark);
  const query = new Map<string, string>();
  if (mark >= 0)
    for (const [name, value] of new URLSearchParams(target.slice(mark + 1)))
      if (!query.has(name)) query.set(name, value);
  // A proxy of this machine may have ended TLS for us.
  const isSecured = !remote && incoming.headers["x-forwarded-proto"] === "https";
  const host = incoming.headers.host ?? `127.0.0.1:${incoming.socket.localPort ?? 0}`;
  return {
    method: incoming.method ?? "GET",
    rawPath,
    query,
    headers: incoming.headers,
    receive: () => readBody(incoming, limit),
    baseUrl: `${isSecured ? "https" : scheme}://${host}`,
    ...(remote ? { remote } : {}),
  };
}

/** Passes on what was promised; a stream that ends earlier (a file that was cut meanwhile) breaks the connection, as the
 *  client would wait for the rest for ever. */
function exactly(promised: number): Transform {
  let sent = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sent += chunk.length;
      done(null, chunk);
    },
    flush: (done) =>
      done(Number.isFinite(promised) && sent < promised ? new Error("the file became shorter") : null),
  });
}

async function send(response: ServerResponse, reply: WireReply, headless: boolean): Promise<void> {
  const { body } = reply;
  const headers: Record<string, string> = { server: "OpenBatchAI-Batch/1.0", ...reply.headers };
  if (
    headers["content-length"] === undefined &&
    (body === undefined || typeof body === "string" || body instanceof Buffer)
  )
    headers["content-length"] = String(body === undefined ? 0 : Buffer.byteLength(body));
  if (reply.status === 204 || reply.status === 304) delete headers["content-length"];
  response.writeHead(reply.status, asSpelled(headers));
  if (headless || body === undefined) response.end();
  else if (typeof body === "string" || body instanceof Buffer) response.end(body);
  else await pipeline(body, exactly(Number(headers["content-length"] ?? Infinity)), response);
}
