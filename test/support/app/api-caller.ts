// The operations of the API as the host would call them, without a network.
import { createRequire } from "node:module";
import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { httpTriggers } from "../../../functions/http/index.ts";
import type { Services } from "../../../services/services.ts";
import type { Answer } from "./app-world.ts";

const require = createRequire(import.meta.url);
const { HttpRequest: Request } = require("@azure/functions") as {
  HttpRequest: new (init: object) => HttpRequest;
};

/** Calls operations as the host would: routes in alphabetical order of the function's name, any case. */
export function apiCaller(services: Services) {
  const routes = httpTriggers
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((trigger) => ({ trigger, pattern: patternOf(trigger.route) }));
  return async (
    method: string,
    path: string,
    options: {
      body?: unknown;
      text?: string;
      bytes?: Uint8Array;
      token?: string | undefined;
      headers?: Record<string, string>;
    } = {},
  ): Promise<Answer> => {
    const url = new URL(path, "http://api.example:7071");
    if (!url.searchParams.has("api-version") && !path.includes("noversion"))
      url.searchParams.set("api-version", "2018-05-01");
    const body = options.text ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
    const token = "token" in options ? options.token : "role-admin";
    const found = routes.find(
      ({ trigger, pattern }) => trigger.methods.some((verb) => verb === method) && pattern.test(url.pathname),
    );
    if (found === undefined) throw new Error(`no route for ${method} ${url.pathname}`);
    const request = new Request({
      method,
      url: url.href,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined
          ? {}
          : { "content-type": "application/json", "content-length": String(Buffer.byteLength(body)) }),
        ...options.headers,
      },
      params: { ...found.pattern.exec(url.pathname)?.groups },
      // What is sent with a GET is dropped by the class itself, with a line on stderr each time.
      ...(body === undefined || method === "GET" || method === "HEAD" ? {} : { body: { string: body } }),
      ...(options.bytes === undefined ? {} : { body: { bytes: options.bytes } }),
    });
    const reply: HttpResponseInit = await found.trigger.handle(request, services);
    return {
      status: reply.status ?? 200,
      headers: (reply.headers ?? {}) as Record<string, string>,
      body: bodyOf(reply),
      text:
        reply.body instanceof Uint8Array
          ? Buffer.from(reply.body).toString()
          : (reply.body as string | undefined),
      cookies: reply.cookies,
    };
  };
}

/** JSON, whether the host or the app made text of it. */
function bodyOf({ jsonBody, body, headers }: HttpResponseInit): unknown {
  if (jsonBody !== undefined) return JSON.parse(JSON.stringify(jsonBody)) as unknown;
  const type = (headers as Record<string, string> | undefined)?.["content-type"];
  return type === "application/json" && typeof body === "string" ? (JSON.parse(body) as unknown) : undefined;
}

function patternOf(route: string): RegExp {
  const source = route
    .split("/")
    .map((segment) => {
      if (segment.startsWith("{*")) return "(?<path>.*)";
      return segment.startsWith("{") ? `(?<${segment.slice(1, -1)}>[^/]+)` : segment.replaceAll(".", "\\.");
    })
    .join("/");
  return new RegExp(`^/${source}/?$`, "i");
}
