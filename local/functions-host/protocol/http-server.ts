// The host's listeners: plain HTTP, HTTPS beside it, and the durable client's private port. Bound to 127.0.0.1 only. Routes a
// request to admin, extension webhook, function or home page; what each answers is decided elsewhere.
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Logger } from "../../logger.ts";
import { foreignRequest } from "../../loopback-guard.ts";
import { serveAdmin, type AdminApiOptions } from "./admin-api.ts";
import { answerEmpty, serveFunction, type FunctionEndpointOptions } from "./function-endpoint.ts";
import { requestAddress, type RequestAddress } from "./http-data.ts";
import { serveWithFetchHandler, type FetchHandler } from "./fetch-bridge.ts";
import { applyCors, type CorsRules } from "./cors.ts";
import type { RouteTable } from "./route-table.ts";

/** By the name that follows /runtime/webhooks/, lower case. They check their own keys. */
export type Webhooks = ReadonlyMap<string, FetchHandler>;

export interface HttpSurface {
  readonly table: RouteTable;
  readonly endpoint: FunctionEndpointOptions;
  readonly admin: AdminApiOptions;
  readonly webhooks: Webhooks;
  readonly cors: CorsRules | undefined;
  readonly customHeaders: Readonly<Record<string, string>>;
  readonly homepage: boolean;
  readonly logger: Logger;
}

/** Handles every request of the public listeners. Never rejects: a fault in the host is a logged 500. */
export function surfaceListener(
  scheme: "http" | "https",
  surface: () => HttpSurface | undefined,
): RequestListener {
  return (request, response) => {
    const current = surface();
    // Before the app is loaded and while the host stops.
    if (!current) return answerEmpty(response, 503, { "retry-after": "1" });
    const address = requestAddress(request, scheme);
    if (!address) return answerEmpty(response, 400);
    route(current, request, response, address).catch((error: unknown) => {
      current.logger.error("http.hostFailed", {
        path: address.path,
        reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
      answerEmpty(response, 500);
    });
  };
}

async function route(
  surface: HttpSurface,
  request: IncomingMessage,
  response: ServerResponse,
  address: RequestAddress,
): Promise<void> {
  for (const [name, value] of Object.entries(surface.customHeaders)) response.setHeader(name, value);
  if (applyCors(surface.cors, request, response)) return;
  const method = request.method ?? "GET";
  const lower = address.path.toLowerCase();
  if (!surface.admin.requireKeys && isHostsOwn(lower) && isForeign(request))
    return answerEmpty(response, 403);
  if (lower.startsWith("/admin/"))
    return serveAdmin(surface.admin, request, response, address, segmentsAfter(address.path, 2));
  if (lower.startsWith("/runtime/webhooks/")) {
    const webhook = surface.webhooks.get(lower.split("/")[3] ?? "");
    if (!webhook) return answerEmpty(response, 404);
    return serveWithFetchHandler(request, response, address, surface.endpoint.bodyLimitBytes, webhook);
  }
  const match = surface.table.match(method, address.path);
  if (match) return serveFunction(surface.endpoint, { request, response, address, ...match });
  request.resume();
  if (address.path === "/" && method === "GET") return serveHomepage(surface, response);
  answerEmpty(response, 404);
}

/** What starts functions and orchestrations; the app's own routes are the app's to protect. */
const isHostsOwn = (path: string) => path.startsWith("/admin/") || path.startsWith("/runtime/webhooks/");

/** With `--open` no key keeps web pages out. */
const isForeign = ({ headers }: IncomingMessage) =>
  foreignRequest(headers.host, headers.origin) !== undefined;

function segmentsAfter(path: string, count: number): string[] {
  return path
    .split("/")
    .slice(count)
    .filter((part) => part !== "")
    .map((part) => {
      try {
        return decodeURIComponent(part);
      } catch {
        return part;
      }
    });
}

function serveHomepage(surface: HttpSurface, response: ServerResponse): void {
  if (!surface.homepage) return answerEmpty(response, 204);
  const page = "<!doctype html><title>Functions host</title><p>Your Functions app is up and running.</p>\n";
  response.writeHead(200, {
    "content-type": "text/html; charset=utf-8",
    "content-length": Buffer.byteLength(page),
  });
  response.end(page);
}

export interface Listener {
  readonly port: number;
  /** Stops accepting; open idle connections are closed, requests under way go on until `closeAll`. */
  stopAccepting(): void;
  close(): Promise<void>;
}

export async function listen(
  handler: RequestListener,
  port: number,
  tls?: { key: string; cert: string },
): Promise<Listener> {
  const server: Server = tls ? createSecureServer(tls, handler) : createServer(handler);
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
  const closed = new Promise<void>((resolve) => server.once("close", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    stopAccepting() {
      server.close();
      server.closeIdleConnections();
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
