// Routes below `instances/`: status, commands, purge.
import type {
  CommandOutcome,
  DurableEngine,
  InstanceFilter,
  InstanceStatus,
  RuntimeStatus,
} from "../engine-contract.ts";
import { isNestedTooDeep } from "../../json-depth.ts";
import type { HistoryEvent } from "../replay/history-events.ts";
import { publicHistory } from "./public-history.ts";
import { empty, failure, json } from "./responses.ts";
import { statusPayload } from "./status-payload.ts";

const statuses: readonly RuntimeStatus[] = [
  "Pending",
  "Running",
  "Suspended",
  "Completed",
  "Failed",
  "Terminated",
  "Canceled",
];
const defaultPageSize = 100;
const largestPageSize = 1000;

export const continuationHeader = "x-ms-continuation-token";

export function listInstances(engine: DurableEngine, url: URL, request: Request): Response {
  const filter = instanceFilter(url);
  if (typeof filter === "string") return failure(400, filter);
  const continuation = request.headers.get(continuationHeader) ?? "";
  const page = engine.client.list(filter, {
    top: pageSize(url),
    ...(continuation === "" ? {} : { continuation }),
  });
  const showInput = flag(url, "showInput") ?? true;
  return json(
    200,
    page.instances.map((instance) => statusPayload(instance, showInput, null)),
    { [continuationHeader]: page.continuation ?? "" },
  );
}

export function purgeInstances(engine: DurableEngine, url: URL): Response {
  if (!url.searchParams.has("createdTimeFrom"))
    return failure(400, "Please provide value for 'createdTimeFrom' parameter.");
  const filter = instanceFilter(url);
  if (typeof filter === "string") return failure(400, filter);
  const instancesDeleted = engine.client.purgeMany(filter);
  return instancesDeleted === 0 ? empty(404) : json(200, { instancesDeleted });
}

export function showInstance(engine: DurableEngine, url: URL, instanceId: string): Response {
  const status = engine.client.get(instanceId);
  if (status === undefined) return empty(404);
  return statusResponse(engine, status, url, flag(url, "returnInternalServerErrorOnFailure") ?? false);
}

export function statusResponse(
  engine: DurableEngine,
  status: InstanceStatus,
  url: URL,
  failedIs500: boolean,
): Response {
  const showInput = flag(url, "showInput") ?? true;
  const history =
    flag(url, "showHistory") === true
      ? publicHistory(engine.client.history(status.instanceId) as unknown as HistoryEvent[], {
          showOutput: flag(url, "showHistoryOutput") === true,
          showInput,
        })
      : null;
  const payload = statusPayload(status, showInput, history);
  switch (status.runtimeStatus) {
    case "Pending":
    case "Running":
    case "Suspended":
      return json(202, payload, { location: url.href, "retry-after": "5" });
    case "Failed":
      return json(failedIs500 ? 500 : 200, payload);
    default:
      return json(200, payload);
  }
}

export function purgeInstance(engine: DurableEngine, instanceId: string): Response {
  const status = engine.client.get(instanceId);
  if (status === undefined) return empty(404);
  if (engine.client.purge(instanceId)) return json(200, { instancesDeleted: 1 });
  return failure(
    412,
    `Only orchestrations in a terminal state can be purged, but the orchestration with instance ID ${instanceId} has status ${status.runtimeStatus}`,
  );
}

export function commandInstance(
  engine: DurableEngine,
  url: URL,
  instanceId: string,
  operation: string,
): Response | undefined {
  const reason = url.searchParams.get("reason") ?? "";
  switch (operation.toLowerCase()) {
    case "terminate":
      return commandResponse(engine.client.terminate(instanceId, reason));
    case "suspend":
      return stateResponse(engine, instanceId, "suspend", engine.client.suspend(instanceId, reason));
    case "resume":
      return stateResponse(engine, instanceId, "resume", engine.client.resume(instanceId, reason));
    case "rewind":
      return rewindResponse(engine, instanceId, reason);
    default:
      return undefined;
  }
}

/** The extension throws here, which its HTTP layer turns into this. */
function stateResponse(
  engine: DurableEngine,
  instanceId: string,
  verb: "suspend" | "resume",
  outcome: CommandOutcome | "wrongState",
): Response {
  if (outcome !== "wrongState") return commandResponse(outcome);
  const status = engine.client.get(instanceId)?.runtimeStatus;
  return failure(
    500,
    "Something went wrong while processing your request",
    `Cannot ${verb} the orchestration instance ${instanceId} because instance is in the ${status} state.`,
    "InvalidOperationException",
  );
}

function rewindResponse(engine: DurableEngine, instanceId: string, reason: string): Response {
  const outcome = engine.client.rewind(instanceId, reason);
  if (outcome === "notFound") return json(404, `No orchestration with instance ID "${instanceId}" found.`);
  if (outcome !== "notFailed") return commandResponse(outcome);
  const status = engine.client.get(instanceId)?.runtimeStatus;
  return json(
    412,
    `This orchestration has status ${status}, but only orchestrations in the "Failed" state can be rewound.`,
  );
}

export async function raiseEvent(
  engine: DurableEngine,
  request: Request,
  instanceId: string,
  eventName: string,
): Promise<Response> {
  const status = engine.client.get(instanceId);
  if (status === undefined) return empty(404);
  const mediaType = (request.headers.get("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase();
  if (mediaType !== "application/json")
    return failure(400, "Only application/json request content is supported");
  const text = await request.text();
  if (!isJson(text)) return failure(400, "Invalid JSON content");
  return commandResponse(engine.client.raiseEvent(instanceId, eventName, text));
}

function commandResponse(outcome: CommandOutcome): Response {
  return empty({ accepted: 202, notFound: 404, ended: 410 }[outcome]);
}

/** Also false for what nests so deep that it could be stored but never be written out again. */
export function isJson(text: string): boolean {
  if (isNestedTooDeep(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The filter of a query, or the message saying what is wrong with it. Unknown status names are ignored, as there. */
function instanceFilter(url: URL): InstanceFilter | string {
  const filter: InstanceFilter = {};
  for (const [parameter, field] of [
    ["createdTimeFrom", "createdFromMs"],
    ["createdTimeTo", "createdToMs"],
  ] as const) {
    const text = url.searchParams.get(parameter);
    if (text === null || text === "") continue;
    const ms = Date.parse(text);
    if (Number.isNaN(ms)) return `'${parameter}' is not a date: ${text}`;
    filter[field] = ms;
  }
  const names = url.searchParams.getAll("runtimeStatus").flatMap((value) => value.split(","));
  const wanted = statuses.filter((status) =>
    names.some((name) => name.toLowerCase() === status.toLowerCase()),
  );
  if (wanted.length > 0) filter.statuses = wanted;
  const prefix = url.searchParams.get("instanceIdPrefix");
  if (prefix !== null) filter.instanceIdPrefix = prefix;
  return filter;
}

export function pageSize(url: URL): number {
  const top = Number.parseInt(url.searchParams.get("top") ?? "", 10);
  return Number.isInteger(top) && top > 0 ? Math.min(top, largestPageSize) : defaultPageSize;
}

export function flag(url: URL, name: string): boolean | undefined {
  const value = url.searchParams.get(name)?.toLowerCase();
  return value === "true" ? true : value === "false" ? false : undefined;
}
