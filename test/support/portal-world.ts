// The portal's pages, built from the sources, before the app in the test's own process: real operations, no network but a socket for the browser.
// The clock of the app is the test's.
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { portalFileTriggers } from "../../functions/http/portal/files.ts";
import type { HttpTrigger } from "../../functions/lib/register.ts";
import type { Services } from "../../services/services.ts";
import type { AppWorld } from "./app/app-world.ts";

const { HttpRequest: Request } = createRequire(import.meta.url)("@azure/functions") as {
  HttpRequest: new (init: object) => HttpRequest;
};

export interface PortalWorld {
  readonly origin: string;
  /** Of whoever is signed in: for the browser. */
  readonly cookie: { readonly name: string; readonly value: string; readonly url: string };
  dispose(): Promise<void>;
}

/** @param root of the sources. */
export async function openPortal(
  world: Pick<AppWorld, "api" | "services">,
  root = fileURLToPath(new URL("../..", import.meta.url)),
): Promise<PortalWorld> {
  const folder = mkdtempSync(join(tmpdir(), "portal-world-"));
  const builder = await import("../../scripts/build-portal.mjs");
  await builder.buildPortal(root, folder);
  const [, files] = portalFileTriggers(pathToFileURL(`${folder}/`));
  const server = createServer((request, response) => {
    answer(request, world, files).then(
      (reply) => send(response, reply),
      (error: unknown) => send(response, { status: 500, body: String(error) }),
    );
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  return {
    origin,
    cookie: { name: `batchai-portal-${port}`, value: "role-admin", url: `${origin}/portal/` },
    async dispose() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answer(
  request: IncomingMessage,
  world: Pick<AppWorld, "api" | "services">,
  files: HttpTrigger | undefined,
): Promise<HttpResponseInit> {
  const url = `http://${request.headers.host ?? ""}${request.url ?? "/"}`;
  const method = request.method ?? "GET";
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  const { pathname } = new URL(url);
  if (files !== undefined && /^\/portal(?!\/(?:api|output|session|links|authority)\b)/.test(pathname))
    return files.handle(new Request({ method, url, headers }), world.services as Services);
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const bearer = /^Bearer (\S+)$/.exec(headers["authorization"] ?? "")?.[1];
  const reply = await world.api(method, url, {
    token: bearer,
    headers,
    ...(text === "" ? {} : { text }),
  });
  return {
    status: reply.status,
    headers: reply.headers,
    body: reply.body === undefined ? (reply.text ?? "") : JSON.stringify(reply.body),
    ...(reply.cookies === undefined ? {} : { cookies: reply.cookies }),
  };
}

function send(
  response: ServerResponse,
  { status = 200, headers, body, cookies = [] }: HttpResponseInit,
): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries((headers ?? {}) as Record<string, string>))
    response.setHeader(name, value);
  if (typeof body === "string" && body !== "" && !response.hasHeader("content-type"))
    response.setHeader("content-type", "application/json");
  response.setHeader(
    "set-cookie",
    cookies.map(
      ({ name, value, path = "/", maxAge = 0 }) =>
        `${name}=${value}; Path=${path}; Max-Age=${maxAge}; HttpOnly; SameSite=Strict`,
    ),
  );
  response.end(status === 304 ? undefined : (body as string | Uint8Array | undefined));
}
