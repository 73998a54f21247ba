// /runtime/webhooks/blobs: where Event Grid delivers BlobCreated for blob triggers with `source: EventGrid` ("Tutorial: trigger Azure Functions
// on blob containers using an event subscription"), with the validation handshakes of both event schemas.
import { z } from "zod";
import { isNestedTooDeep } from "../../json-depth.ts";
import type { FetchHandler } from "../protocol/fetch-bridge.ts";
import type { BlobFunction } from "./blob-queue.ts";
import { unquoted } from "./blob-queue.ts";
import type { BlobVersion } from "./blob-receipts.ts";

const Event = z.object({
  /** Event Grid schema and CloudEvents name it differently. */
  eventType: z.string().optional(),
  type: z.string().optional(),
  data: z
    .object({
      validationCode: z.string().optional(),
      url: z.string().optional(),
      eTag: z.string().optional(),
    })
    .default({}),
});

export interface EventGridWebhookOptions {
  functions: readonly BlobFunction[];
  offer(version: BlobVersion): Promise<void>;
  /** Whether this key opens the blobs extension. */
  mayCall(key: string | undefined): boolean;
}

export function eventGridWebhook(options: EventGridWebhookOptions): FetchHandler {
  const refusal = (head: Request) => {
    const url = new URL(head.url);
    const key = url.searchParams.get("code") ?? head.headers.get("x-functions-key") ?? undefined;
    return options.mayCall(key) ? undefined : new Response(null, { status: 401 });
  };
  const handle = async (request: Request) => {
    const url = new URL(request.url);
    const name = (url.searchParams.get("functionName") ?? "").replace(/^Host\.Functions\./i, "");
    const found = options.functions.find(
      ({ target }) =>
        target.name.toLowerCase() === name.toLowerCase() && isEventGrid(target.trigger["source"]),
    );
    if (!found)
      return new Response(`There is no blob function '${name}' with source EventGrid.`, { status: 404 });
    if (request.method === "OPTIONS") return cloudEventsHandshake(request);
    if (request.method !== "POST") return new Response(null, { status: 405 });
    const events = parseEvents(await request.text());
    if (!events) return new Response("The body must be one event or an array of events.", { status: 400 });
    return deliver(options, found, events);
  };
  return { refusal, handle };
}

export function isEventGrid(source: unknown): boolean {
  return typeof source === "string" && source.toLowerCase() === "eventgrid";
}

function cloudEventsHandshake(request: Request): Response {
  const origin = request.headers.get("webhook-request-origin");
  return new Response(null, {
    status: 200,
    headers: origin ? { "webhook-allowed-origin": origin, "webhook-allowed-rate": "*" } : {},
  });
}

function parseEvents(text: string): z.infer<typeof Event>[] | undefined {
  if (isNestedTooDeep(text)) return undefined;
  try {
    const content: unknown = JSON.parse(text);
    return z.array(Event).parse(Array.isArray(content) ? content : [content]);
  } catch {
    return undefined;
  }
}

async function deliver(
  options: EventGridWebhookOptions,
  found: BlobFunction,
  events: z.infer<typeof Event>[],
): Promise<Response> {
  for (const { eventType, type, data } of events) {
    const kind = eventType ?? type;
    if (kind === "Microsoft.EventGrid.SubscriptionValidationEvent")
      return Response.json({ validationResponse: data.validationCode });
    if (kind !== "Microsoft.Storage.BlobCreated" || !data.url || !data.eTag) continue;
    const blobName = blobNameIn(data.url, found.pattern.container);
    if (blobName !== undefined && found.pattern.match(blobName))
      await options.offer({
        functionName: found.target.name,
        container: found.pattern.container,
        blobName,
        etag: unquoted(data.eTag),
      });
  }
  return new Response(null, { status: 202 });
}

/** Works for `https://account.blob…/container/name` and for emulator addresses with the account in the path. */
function blobNameIn(url: string, container: string): string | undefined {
  const path = URL.canParse(url) ? decoded(new URL(url).pathname) : "";
  const parts = path.split("/").slice(1);
  const at = parts.indexOf(container);
  return at === 0 || at === 1 ? parts.slice(at + 1).join("/") || undefined : undefined;
}

/** "" for a path that nobody can decode: no blob has it. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return "";
  }
}
