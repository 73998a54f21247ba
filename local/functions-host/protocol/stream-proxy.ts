// HTTP streaming: hands the raw request to the server that `@azure/functions` opened and pipes its answer back, both ways
// while they flow. Invariant: when the invocation fails, the library never answers, so the caller must abort.
import {
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { Socket } from "node:net";
import type { RequestAddress } from "./http-data.ts";

export interface ForwardedStream {
  /** Resolves when the answer has gone to the client, or either side has gone away. */
  readonly done: Promise<void>;
  /** The answer may end now: until then its last byte is held back, so that whoever has read it finds the function's outputs. */
  release(): void;
  abort(): void;
}

const notForwarded = new Set(["connection", "keep-alive", "transfer-encoding"]);

/** The invocation waits for the forwarded request for ever, so its head must have gone out before the line is cut. */
function hangUp(upstream: ClientRequest): void {
  const cut = (socket: Socket) => {
    if (socket.connecting) socket.once("connect", () => socket.destroySoon());
    else upstream.destroy();
  };
  if (upstream.socket) cut(upstream.socket);
  else upstream.once("socket", cut);
}

/** `uri` ends with a slash. */
export function forwardStream(
  uri: string,
  invocationId: string,
  request: IncomingMessage,
  response: ServerResponse,
  address: RequestAddress,
): ForwardedStream {
  const origin = new URL(address.origin);
  const upstream = httpRequest(`${uri}${address.path.slice(1)}${address.search}`, {
    method: request.method,
    headers: {
      ...request.headers,
      "x-ms-invocation-id": invocationId,
      "x-forwarded-host": origin.host,
      "x-forwarded-proto": origin.protocol.slice(0, -1),
    },
  });
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const done = new Promise<void>((resolve) => {
    upstream.on("response", (answer) => {
      const headers = Object.fromEntries(
        Object.entries(answer.headers).filter(
          ([name]) => !notForwarded.has(name) && name !== "x-ms-invocation-id",
        ),
      );
      response.writeHead(answer.statusCode ?? 500, headers);
      // Headers go out at once: a client may wait for them before the first chunk exists.
      response.flushHeaders();
      answer.pipe(response, { end: false });
      answer.on("end", () => void released.then(() => response.end()));
      answer.on("error", () => response.destroy());
    });
    upstream.on("error", () => resolve());
    response.on("close", () => {
      hangUp(upstream);
      resolve();
    });
  });
  upstream.flushHeaders();
  request.pipe(upstream);
  return { done, release, abort: () => hangUp(upstream) };
}
