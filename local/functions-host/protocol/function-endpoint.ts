// Serves one HTTP-triggered function: keys, body, invocation, answer. Rules of the Functions host: a throw is a 500 with an
// empty body, no value is a 204, a missing or wrong key is a 401.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { HttpRoute } from "./route-table.ts";
import type { KeyStore } from "../store/keys.ts";
import type { Logger } from "../../logger.ts";
import type { Random } from "../../random.ts";
import type { HttpResponseData } from "../programming-model/rpc.ts";
import type { InvocationOutcome } from "../programming-model/invoker.ts";
import type { RunFunction, TriggerEvent } from "../triggers/run-function.ts";
import { headersOf, toRequestData, writeResponseData, type RequestAddress } from "./http-data.ts";
import { metadataOf, payloadMembers } from "../bindings/typed-values.ts";
import { readBody } from "./request-body.ts";
import { forwardStream } from "./stream-proxy.ts";

export interface FunctionEndpointOptions {
  run: RunFunction;
  keys: KeyStore;
  requireKeys: boolean;
  bodyLimitBytes: number;
  random: Random;
  logger: Logger;
  /** The library's own server when the app streams. */
  streamUri: string | undefined;
}

export interface MatchedRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly address: RequestAddress;
  readonly route: HttpRoute;
  readonly params: Record<string, string>;
}

/** The key a caller presents: header first, then query. */
export function presentedKey(request: IncomingMessage, address: RequestAddress): string | undefined {
  const header = request.headers["x-functions-key"];
  return (typeof header === "string" ? header : undefined) ?? address.query.get("code") ?? undefined;
}

export async function serveFunction(
  options: FunctionEndpointOptions,
  matched: MatchedRequest,
): Promise<void> {
  const { request, response, address, route, params } = matched;
  if (options.requireKeys && !mayCall(options.keys, route, presentedKey(request, address)))
    return void answerEmpty(response, 401);
  if (options.streamUri !== undefined) return serveStreaming(options, options.streamUri, matched);
  if (request.headers["transfer-encoding"])
    options.logger.warn("http.chunkedBodyDropped", {
      function: route.target.name,
      reason:
        "A request without Content-Length reaches a function with an empty body unless app.setup({ enableHttpStream: true }) is called.",
    });
  const body = await readBody(request, options.bodyLimitBytes);
  if (body.kind === "aborted") return;
  if (body.kind === "tooLarge") return answerTooLarge(response, options.bodyLimitBytes);
  const http = toRequestData(request, address, params, body.bytes);
  const event = eventOf(request, address, params);
  // Members of a JSON body are parsed only when a binding could name them.
  const bound = route.target.inputs.length > 0 || route.target.outputs.length > 1;
  const payload = bound && body.bytes ? payloadMembers(body.bytes.toString("utf8")) : {};
  const bindingData = { ...payload, ...event.bindingData };
  const outcome = await options.run(route.target, { ...event, bindingData, data: { http } });
  answer(options.logger, matched, outcome);
}

function mayCall(keys: KeyStore, route: HttpRoute, key: string | undefined): boolean {
  if (route.authLevel === "anonymous") return true;
  return route.authLevel === "admin" ? keys.isMaster(key) : keys.opensFunction(route.target.name, key);
}

function eventOf(
  request: IncomingMessage,
  address: RequestAddress,
  params: Record<string, string>,
): Omit<TriggerEvent, "data"> {
  const text = (name: string) => {
    const value = request.headers[name];
    return typeof value === "string" ? value : undefined;
  };
  const query = Object.fromEntries(address.query);
  return {
    // What `{name}` in a binding may mean: the query, overruled by the route.
    bindingData: {
      ...query,
      ...params,
      Query: query,
      Headers: headersOf(request),
    },
    traceParent: text("traceparent"),
    traceState: text("tracestate"),
  };
}

function answer(logger: Logger, matched: MatchedRequest, outcome: InvocationOutcome): void {
  const { request, response, route } = matched;
  if (response.headersSent || response.destroyed) return;
  if (!outcome.ok) return void answerEmpty(response, 500);
  const http = outcome.response.returnValue?.http as HttpResponseData | undefined;
  if (!http) return void answerEmpty(response, 204);
  if (http.enableContentNegotiation) {
    logger.error("http.contentNegotiationRefused", {
      function: route.target.name,
      remedy: "This host does not negotiate content. Set the body and its content-type yourself.",
    });
    return void answerEmpty(response, 500);
  }
  try {
    writeResponseData(response, http, request.method === "HEAD");
  } catch (error) {
    logger.error("http.answerInvalid", { function: route.target.name, reason: (error as Error).message });
    answerEmpty(response, 500);
  }
}

/** The invocation waits for the forwarded request; a function that fails or returns nothing never writes to it. */
async function serveStreaming(
  options: FunctionEndpointOptions,
  uri: string,
  matched: MatchedRequest,
): Promise<void> {
  const { request, address, params, route } = matched;
  const event = eventOf(request, address, params);
  if (Number(request.headers["content-length"] ?? 0) > options.bodyLimitBytes)
    return answerTooLarge(matched.response, options.bodyLimitBytes);
  const invocationId = options.random.uuid();
  const forwarded = forwardStream(uri, invocationId, request, matched.response, address);
  // The library makes `request.params` of a streamed request of these: there the query is in them, as on Azure.
  const triggerMetadata = metadataOf(event.bindingData ?? {});
  const outcome = await options.run(route.target, { ...event, data: {}, triggerMetadata, invocationId });
  if (outcome.ok && outcome.result != null) {
    forwarded.release();
    return forwarded.done;
  }
  forwarded.abort();
  answerEmpty(matched.response, outcome.ok ? 204 : 500);
}

/** Azure says nothing but 413; here the limit is one of this host, so it says which. */
function answerTooLarge(response: ServerResponse, limitBytes: number): void {
  if (response.destroyed) return;
  const message = `The request's body has more than ${limitBytes} bytes, and is not read.`;
  const text = JSON.stringify({ error: { code: "RequestBodyTooLarge", message } });
  const headers = { "content-type": "application/json", "content-length": String(Buffer.byteLength(text)) };
  response.writeHead(413, headers).end(text);
}

export function answerEmpty(
  response: ServerResponse,
  status: number,
  headers: Record<string, string> = {},
): void {
  if (response.destroyed) return;
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, status === 204 ? headers : { "content-length": "0", ...headers });
  response.end();
}
