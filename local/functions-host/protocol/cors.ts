// Cross-origin rules of local.settings.json (`Host.CORS`, `Host.CORSCredentials`), answered by the host before any function, as in
// Core Tools. Without the setting no header is sent and OPTIONS reaches the functions.
import type { IncomingMessage, ServerResponse } from "node:http";

export interface CorsRules {
  /** Origins, or `*`. */
  readonly origins: readonly string[];
  readonly credentials: boolean;
}

export function parseCors(origins: string | undefined, credentials: boolean): CorsRules | undefined {
  if (!origins) return undefined;
  return { origins: origins.split(",").map((origin) => origin.trim().replace(/\/$/, "")), credentials };
}

/** Sets the headers; true when the request was a preflight and has been answered. */
export function applyCors(
  rules: CorsRules | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const { origin } = request.headers;
  if (!rules || typeof origin !== "string") return false;
  const any = rules.origins.includes("*");
  if (!any && !rules.origins.some((allowed) => allowed.toLowerCase() === origin.toLowerCase())) return false;
  response.setHeader("access-control-allow-origin", any && !rules.credentials ? "*" : origin);
  response.setHeader("vary", "Origin");
  if (rules.credentials) response.setHeader("access-control-allow-credentials", "true");
  const wanted = request.headers["access-control-request-method"];
  if (request.method !== "OPTIONS" || wanted === undefined) return false;
  response.writeHead(204, {
    "access-control-allow-methods": wanted,
    "access-control-allow-headers": request.headers["access-control-request-headers"] ?? "*",
  });
  response.end();
  return true;
}
