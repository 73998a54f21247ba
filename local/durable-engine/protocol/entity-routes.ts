// Routes below `entities/`: read, signal, list.
import type { DurableEngine } from "../engine-contract.ts";
import { continuationHeader, flag, isJson, pageSize } from "./instance-routes.ts";
import { empty, failure, json } from "./responses.ts";
import { parsed, wholeSeconds } from "./status-payload.ts";

export function readEntity(engine: DurableEngine, name: string, key: string): Response {
  const entity = engine.client.readEntity(name, key);
  return entity === undefined ? empty(404) : json(200, parsed(entity.state));
}

export async function signalEntity(
  engine: DurableEngine,
  request: Request,
  url: URL,
  entity: { name: string; key: string },
): Promise<Response> {
  const operation = request.method === "DELETE" ? "delete" : (url.searchParams.get("op") ?? "");
  const text = await request.text();
  const isJsonContent = (request.headers.get("content-type") ?? "")
    .toLowerCase()
    .startsWith("application/json");
  if (text !== "" && isJsonContent && !isJson(text)) return failure(400, "Could not parse JSON content");
  const input = text === "" ? undefined : isJsonContent ? text : JSON.stringify(text);
  engine.client.signalEntity(entity.name, entity.key, operation, input);
  return empty(202);
}

export function listEntities(
  engine: DurableEngine,
  request: Request,
  url: URL,
  name: string | undefined,
): Response {
  const continuation = request.headers.get(continuationHeader) ?? "";
  const fetchState = flag(url, "fetchState") ?? false;
  const page = engine.client.listEntities(
    { fetchState, ...(name === undefined ? {} : { name }) },
    { top: pageSize(url), ...(continuation === "" ? {} : { continuation }) },
  );
  const body = page.entities.map((entity) => ({
    entityId: { name: entity.name, key: entity.key },
    lastOperationTime: wholeSeconds(entity.lastOperationMs),
    ...(fetchState ? { state: parsed(entity.state) } : {}),
  }));
  return json(200, body, { [continuationHeader]: page.continuation ?? "" });
}
