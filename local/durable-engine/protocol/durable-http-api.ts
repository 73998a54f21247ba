// The durable HTTP API: one router behind two doors, the client SDK's private RPC address and the public webhook, which
// differ only in their root and in that the public one wants the extension's key.
import { timingSafeEqual } from "node:crypto";
import type { DurableHttpApi, DurableHttpApiOptions } from "../engine-contract.ts";
import { listEntities, readEntity, signalEntity } from "./entity-routes.ts";
import {
  commandInstance,
  listInstances,
  purgeInstance,
  purgeInstances,
  raiseEvent,
  showInstance,
} from "./instance-routes.ts";
import { empty, failure } from "./responses.ts";
import { restartInstance, startOrchestrator } from "./start-routes.ts";
import { clientBinding, type ApiAddress } from "./urls.ts";

const webhookPath = "/runtime/webhooks/durabletask";

export function durableHttpApi(options: DurableHttpApiOptions): DurableHttpApi {
  const { engine, systemKey } = options;
  const address = (): ApiAddress => ({
    base: options.baseUrl() + webhookPath,
    taskHub: engine.taskHub,
    connection: options.connection ?? "Storage",
    systemKey,
  });
  const rpcBaseUrl = () => options.rpcBaseUrl?.() ?? `${options.baseUrl()}/durabletask/`;
  const route = async (request: Request, root: string) => {
    try {
      return await routeRequest({ options, address: address() }, request, root);
    } catch {
      return failure(500, "Something went wrong while processing your request");
    }
  };
  return {
    rpc: (request) => route(request, new URL(rpcBaseUrl()).pathname),
    webhookRefusal: (head) => (systemKey === undefined || holdsKey(head, systemKey) ? undefined : empty(401)),
    webhook: (request) => route(request, webhookPath),
    clientBinding: () => clientBinding(address(), rpcBaseUrl()),
  };
}

function holdsKey(request: Request, key: string): boolean {
  const given = request.headers.get("x-functions-key") ?? new URL(request.url).searchParams.get("code") ?? "";
  const expected = Buffer.from(key);
  const actual = Buffer.from(given);
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

interface Api {
  options: DurableHttpApiOptions;
  address: ApiAddress;
}

async function routeRequest(api: Api, request: Request, root: string): Promise<Response> {
  const url = new URL(request.url);
  const segments = pathSegments(url, root);
  if (segments === undefined) return empty(404);
  if (segments === "undecodable") return failure(400, "The path holds a '%' that encodes nothing.");
  const [collection = "", ...rest] = segments;
  switch (collection.toLowerCase()) {
    case "orchestrators":
      return routeOrchestrators(api, request, url, rest);
    case "instances":
      return routeInstances(api, request, url, rest);
    case "entities":
      return routeEntities(api, request, url, rest);
    default:
      return empty(404);
  }
}

/** The decoded path below `root`; undefined when it lies elsewhere. */
function pathSegments(url: URL, root: string): string[] | "undecodable" | undefined {
  const prefix = root.endsWith("/") ? root : `${root}/`;
  if (!url.pathname.toLowerCase().startsWith(prefix.toLowerCase())) return undefined;
  try {
    return url.pathname
      .slice(prefix.length)
      .split("/")
      .filter((segment) => segment !== "")
      .map(decodeURIComponent);
  } catch {
    return "undecodable";
  }
}

async function routeOrchestrators(api: Api, request: Request, url: URL, path: string[]): Promise<Response> {
  const [name, instanceId, ...more] = path;
  if (request.method !== "POST" || name === undefined || more.length > 0) return empty(404);
  return startOrchestrator(api.options.engine, api.address, request, url, { name, instanceId });
}

async function routeInstances(api: Api, request: Request, url: URL, path: string[]): Promise<Response> {
  const { engine } = api.options;
  const { method } = request;
  const [instanceId, operation, eventName, ...more] = path;
  if (more.length > 0) return empty(404);
  if (instanceId === undefined) {
    if (method === "GET") return listInstances(engine, url, request);
    return method === "DELETE" ? purgeInstances(engine, url) : empty(404);
  }
  if (operation === undefined) {
    if (method === "GET") return showInstance(engine, url, instanceId);
    return method === "DELETE" ? purgeInstance(engine, instanceId) : empty(404);
  }
  if (method !== "POST") return empty(404);
  if (eventName !== undefined)
    return operation.toLowerCase() === "raiseevent"
      ? raiseEvent(engine, request, instanceId, eventName)
      : empty(404);
  if (operation.toLowerCase() === "restart") return restartInstance(engine, api.address, url, instanceId);
  return commandInstance(engine, url, instanceId, operation) ?? empty(404);
}

async function routeEntities(api: Api, request: Request, url: URL, path: string[]): Promise<Response> {
  const { engine } = api.options;
  const { method } = request;
  const [name, key, ...more] = path;
  if (more.length > 0) return empty(404);
  if (name === undefined || key === undefined)
    return method === "GET" ? listEntities(engine, request, url, name) : empty(404);
  if (method === "GET") return readEntity(engine, name, key);
  if (method !== "POST" && method !== "DELETE") return empty(404);
  return signalEntity(engine, request, url, { name, key });
}
