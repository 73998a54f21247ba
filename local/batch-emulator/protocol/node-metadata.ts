// The metadata service of the nodes: what a machine of Azure asks at 169.254.169.254, here below a path of its node. As
// there, nobody authenticates: a request needs the header `Metadata: true`, must not have come through a proxy, and knows
// the node's random id. Sources: "Azure Instance Metadata Service for virtual machines", "Scheduled Events for Linux VMs".
// Why it is so: docs/adr/0009-nodes-in-azures-own-terms.md
import { z } from "zod";
import type { Evictions } from "../service/evictions/evictions.ts";
import { metadataPath } from "../service/launches/launch-context.ts";
import type { Node } from "../service/entities/model.ts";
import type { AccountState } from "../service/account/account-state.ts";
import type { Gateway } from "./gateway.ts";
import { identityToken } from "./node-identity-token.ts";
import { instanceDocument, partOf } from "./node-instance.ts";
import { empty, json } from "./wire.ts";
import type { WireReply, ArrivingRequest } from "./wire.ts";

/** Newest first; each added members to the event ("Version and region availability"). */
const eventVersions = ["2020-07-01", "2019-08-01", "2019-04-01", "2019-01-01", "2017-11-01", "2017-08-01"];
const instanceVersions = ["2021-12-13", "2021-02-01", "2020-09-01", "2020-06-01", "2019-08-01", "2018-10-01"];

const Approval = z.object({
  StartRequests: z.array(z.object({ EventId: z.string() })).min(1),
  DocumentIncarnation: z.number().optional(),
});

/** Serves the nodes' metadata and hands every other request on. */
export function withNodeMetadata(account: AccountState, evictions: Evictions, next: Gateway): Gateway {
  return async (request) => {
    if (!request.rawPath.startsWith(`${metadataPath}/`)) return next(request);
    const refusal = refusalOf(request);
    if (refusal !== undefined) return refusal;
    const [nodeId = "", root, ...path] = request.rawPath.slice(metadataPath.length + 1).split("/");
    const node = findNode(account, nodeId);
    if (node === undefined || root !== "metadata") return problem(404, "Not found");
    return answer(account, evictions, node, path.filter(Boolean), request);
  };
}

function refusalOf({ headers, remote }: ArrivingRequest): WireReply | undefined {
  if (remote === true) return problem(403, "Forbidden. Only the nodes of this machine are served");
  if (headers["x-forwarded-for"] !== undefined)
    return problem(400, "Bad request. The request must not have an X-Forwarded-For header");
  if (String(headers["metadata"] ?? "").toLowerCase() !== "true")
    return problem(400, "Bad request. Required metadata header not specified");
  return undefined;
}

function findNode(account: AccountState, id: string): Node | undefined {
  for (const pool of account.pools) {
    const node = pool.nodes.get(id.toLowerCase());
    if (node !== undefined) return node;
  }
  return undefined;
}

async function answer(
  account: AccountState,
  evictions: Evictions,
  node: Node,
  [service = "", ...path]: string[],
  request: ArrivingRequest,
): Promise<WireReply> {
  const version = request.query.get("api-version") ?? "";
  if (service === "versions") return json(200, { apiVersions: instanceVersions.toReversed() });
  if (service === "scheduledevents" && path.length === 0) {
    if (!eventVersions.includes(version)) return badVersion(eventVersions);
    if (request.method === "POST") return approve(account, evictions, node, request);
    if (request.method === "GET") return plain(200, eventsDocument(node, version));
  }
  if (service === "instance" && request.method === "GET") {
    if (!instanceVersions.includes(version)) return badVersion(instanceVersions);
    const format = request.query.get("format") ?? "json";
    const found = partOf(instanceDocument(account, node), path, format);
    if (found === undefined) return problem(404, "Not found");
    return typeof found === "string" ? text(found) : plain(200, found);
  }
  if (service === "identity" && path.join("/") === "oauth2/token" && request.method === "GET")
    return identityToken(account, node, request.query);
  return problem(404, "Not found");
}

/** The events of the whole pool: in Azure a scale set's machines all see the same document. */
function eventsDocument(node: Node, version: string) {
  const events = [...node.pool.nodes].flatMap((one) => (one.eviction === undefined ? [] : [one]));
  return {
    DocumentIncarnation: node.pool.eventsIncarnation,
    Events: events.map(({ id, eviction }) => ({
      EventId: eviction?.eventId,
      EventStatus: eviction?.started === true ? "Started" : "Scheduled",
      EventType: "Preempt",
      ResourceType: "VirtualMachine",
      Resources: [id],
      NotBefore: eviction?.started === true ? "" : new Date(eviction?.notBefore ?? 0).toUTCString(),
      ...(version >= "2019-04-01" ? { Description: "" } : {}),
      ...(version >= "2019-08-01" ? { EventSource: "Platform" } : {}),
      ...(version >= "2020-07-01" ? { DurationInSeconds: -1 } : {}),
    })),
  };
}

async function approve(
  account: AccountState,
  evictions: Evictions,
  node: Node,
  request: ArrivingRequest,
): Promise<WireReply> {
  const body = parseApproval(await request.receive());
  if (body === undefined) return problem(400, "Bad request. The body must have StartRequests with EventId");
  const ids = body.StartRequests.map((one) => one.EventId);
  if (!evictions.announced.approve(node.pool, ids)) return problem(400, "Bad request. Unknown EventId");
  await account.commit();
  return empty(200);
}

function parseApproval(body: Buffer | undefined): z.infer<typeof Approval> | undefined {
  try {
    return Approval.safeParse(JSON.parse(body?.toString("utf8") ?? "")).data;
  } catch {
    return undefined;
  }
}

const plain = (status: number, value: unknown) =>
  json(status, value, { "content-type": "application/json; charset=utf-8" });
const text = (body: string): WireReply => ({
  status: 200,
  headers: { "content-type": "text/plain; charset=utf-8" },
  body,
});
const problem = (status: number, error: string) => plain(status, { error });
const badVersion = (known: readonly string[]) =>
  plain(400, {
    error: "Bad request. api-version is invalid or was not specified in the request.",
    "newest-versions": known.slice(0, 3),
  });
