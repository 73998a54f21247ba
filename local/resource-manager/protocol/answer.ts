// One request of the local resource manager: who asks, which row answers, and every failure in the shape of Azure Resource
// Manager. The app passes requests on with the caller's own token, which is checked here again: this address is open too.
import { isNestedTooDeep } from "../../json-depth.ts";
import { ResourceFault } from "../service/fault.ts";
import type { Workspaces } from "../service/groups.ts";
import { json } from "./json.ts";
import { routes } from "./routes.ts";
import type { Context, Route } from "./routes.ts";

export interface AnswerOptions extends Context {
  readonly subscriptionId: string;
  /** The roles in a token that is valid for this service; undefined for every other token. */
  rolesOf(token: string): Promise<readonly string[] | undefined>;
  /** Whether the token is the app's own, for Azure Resource Manager. */
  isApp(token: string): Promise<boolean>;
  workspacesFor(authorization: string): Workspaces;
}

const bodyLimitBytes = 200_000;

/** Undefined for a path that is not below `/subscriptions`. */
export async function answer(request: Request, o: AnswerOptions): Promise<Response | undefined> {
  const { pathname } = new URL(request.url);
  if (!pathname.toLowerCase().startsWith("/subscriptions/")) return undefined;
  try {
    return await answered(request, pathname, o);
  } catch (error) {
    if (!(error instanceof ResourceFault)) throw error;
    return json(error.status, { error: { code: error.code, message: error.message } });
  }
}

async function answered(request: Request, pathname: string, o: AnswerOptions): Promise<Response> {
  const authorization = request.headers.get("authorization") ?? "";
  const [, token = ""] = /^bearer (\S+)$/i.exec(authorization) ?? [];
  const roles = (await o.isApp(token)) ? ["machines"] : await o.rolesOf(token);
  if (roles === undefined)
    throw new ResourceFault(401, "AuthenticationFailed", "A bearer token of the local cloud is required.");
  const { route, params } = match(request.method, pathname);
  if (params["subscription"]?.toLowerCase() !== o.subscriptionId.toLowerCase())
    throw new ResourceFault(404, "SubscriptionNotFound", "The local cloud has another subscription.");
  if (!may(roles, route.role))
    throw new ResourceFault(403, "AuthorizationFailed", `This operation needs the role '${route.role}'.`);
  const asked = {
    param: (name: string) => params[name] ?? "",
    query: (name: string) => new URL(request.url).searchParams.get(name) ?? undefined,
    body: () => bodyOf(request),
    origin: originOf(request),
    workspaces: o.workspacesFor(authorization),
  };
  return route.answer(asked, { ...o, subscription: `/subscriptions/${o.subscriptionId}` });
}

function may(roles: readonly string[], needed: Route["role"]): boolean {
  if (roles.includes("admin") || roles.includes(needed)) return true;
  return needed === "reader" && roles.length > 0 && !roles.includes("machines");
}

/** The app says by which address the client reached it; links lead back there. */
function originOf(request: Request): string {
  const proto = request.headers.get("x-forwarded-proto");
  const host = request.headers.get("x-forwarded-host");
  return proto !== null && host !== null ? `${proto}://${host}` : new URL(request.url).origin;
}

function match(method: string, pathname: string): { route: Route; params: Record<string, string> } {
  const path = pathname.split("/").filter((part) => part !== "");
  let isKnown = false;
  for (const route of routes) {
    const params = paramsOf(`subscriptions/{subscription}/${route.path}`.split("/"), path);
    if (params === undefined) continue;
    if (route.method === method) return { route, params };
    isKnown = true;
  }
  throw isKnown
    ? new ResourceFault(
        405,
        "MethodNotAllowed",
        `${method} of this resource is not served by the local cloud.`,
      )
    : new ResourceFault(404, "ResourceNotFound", `The local cloud has nothing at ${pathname.slice(0, 200)}.`);
}

function paramsOf(route: readonly string[], path: readonly string[]): Record<string, string> | undefined {
  if (route.length !== path.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of route.entries()) {
    const given = path[index] ?? "";
    if (part.startsWith("{")) params[part.slice(1, -1)] = decoded(given);
    else if (part.toLowerCase() !== given.toLowerCase()) return undefined;
  }
  return params;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ResourceFault(400, "InvalidRequestUri", "The path holds a '%' that encodes nothing.");
  }
}

async function bodyOf(request: Request): Promise<unknown> {
  const text = await request.text();
  if (text.length > bodyLimitBytes)
    throw new ResourceFault(
      413,
      "RequestBodyTooLarge",
      `The body is larger than ${bodyLimitBytes} characters.`,
    );
  try {
    if (isNestedTooDeep(text)) throw new Error("nested too deep");
    return JSON.parse(text) as unknown;
  } catch {
    throw new ResourceFault(400, "InvalidRequestContent", "The request body is not valid JSON.");
  }
}
