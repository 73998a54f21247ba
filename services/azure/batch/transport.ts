// HTTP to the Batch data plane: versioned URLs, bearer token, OData errors turned into values. Retries are the
// pipeline's; every request we make is idempotent by its ids, so that repeating one is safe. No operation knows about
// tokens, no caller about HTTP.
import {
  createDefaultHttpClient,
  createEmptyPipeline,
  createHttpHeaders,
  createPipelineRequest,
  defaultRetryPolicy,
} from "@azure/core-rest-pipeline";
import type { HttpClient, HttpMethods, Pipeline, PipelineResponse } from "@azure/core-rest-pipeline";
import { AppError } from "../../../domain/shared/errors.ts";
import { bearerPolicy } from "../bearer-policy.ts";
import type { TokenSource } from "../bearer-policy.ts";
import { isLoopbackHttp } from "../endpoints.ts";
import { WireError } from "./wire.ts";

const apiVersion = "2025-06-01";
/** As Microsoft's own clients ask for it: the audience of Batch ends with a slash. */
const batchScope = "https://batch.core.windows.net//.default";
const requestTimeoutMs = 30_000;
const firstRetryDelayMs = 500;

export interface BatchRequest {
  readonly method: HttpMethods;
  /** Relative, segments already percent-encoded: see `path`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

export type BatchReply =
  | { readonly ok: true; readonly status: number; readonly text: string }
  | { readonly ok: false; readonly status: number; readonly code: string; readonly message: string };

export interface BatchTransport {
  /** Answers of 2xx and 4xx; anything that may pass by itself (429, 5xx, network) throws a retryable AppError. */
  send(request: BatchRequest): Promise<BatchReply>;
  /** GET of an absolute link that the service gave us. */
  follow(url: string): Promise<BatchReply>;
}

/** `path\`jobs/${id}/tasks\`` with every value as one encoded segment. */
export function path(literals: TemplateStringsArray, ...values: readonly string[]): string {
  return String.raw({ raw: literals }, ...values.map(encodeURIComponent));
}

export function batchTransport(options: {
  readonly endpoint: string;
  readonly tokens: TokenSource;
  readonly httpClient?: HttpClient;
  /** Pause before the first retry. */
  readonly retryDelayMs?: number;
}): BatchTransport {
  const endpoint = options.endpoint.replace(/\/+$/, "");
  const allowInsecureConnection = isLoopbackHttp(endpoint);
  const client = options.httpClient ?? createDefaultHttpClient();
  const pipeline = createEmptyPipeline();
  pipeline.addPolicy(
    defaultRetryPolicy({
      maxRetries: 3,
      retryDelayInMs: options.retryDelayMs ?? firstRetryDelayMs,
      maxRetryDelayInMs: 8_000,
    }),
  );
  pipeline.addPolicy(bearerPolicy(options.tokens, batchScope));

  const call = (
    method: HttpMethods,
    url: string,
    body?: object,
    headers?: Readonly<Record<string, string>>,
  ) => exchange(pipeline, client, { method, url, body, headers, allowInsecureConnection });
  return {
    follow: (url) => {
      if (new URL(url).origin !== new URL(endpoint).origin) throw foreignLink(url);
      return call("GET", url);
    },
    send: ({ method, path: relative, query, body, headers }) => {
      const url = new URL(`${endpoint}/${relative}`);
      url.searchParams.set("api-version", apiVersion);
      for (const [name, value] of Object.entries(query ?? {}))
        if (value !== undefined) url.searchParams.set(name, String(value));
      return call(method, url.href, body, headers);
    },
  };
}

interface Exchange {
  readonly method: HttpMethods;
  readonly url: string;
  readonly body: object | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly allowInsecureConnection: boolean;
}

async function exchange(pipeline: Pipeline, client: HttpClient, exchange: Exchange): Promise<BatchReply> {
  const { method, url, body, headers, allowInsecureConnection } = exchange;
  const request = createPipelineRequest({
    method,
    url,
    allowInsecureConnection,
    timeout: requestTimeoutMs,
    headers: createHttpHeaders({
      accept: "application/json",
      ...(body === undefined ? {} : { "content-type": "application/json; odata=minimalmetadata" }),
      ...headers,
    }),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  let response: PipelineResponse;
  try {
    response = await pipeline.sendRequest(client, request);
  } catch (cause) {
    throw new AppError("ServiceUnavailable", "Azure Batch could not be reached.", { cause });
  }
  const text = response.bodyAsText ?? "";
  if (response.status < 300) return { ok: true, status: response.status, text };
  const { code, message } = readError(text, response.status);
  if (response.status === 429 || response.status >= 500)
    throw new AppError("ServiceUnavailable", `Azure Batch answered ${response.status} ${code}: ${message}`);
  return { ok: false, status: response.status, code, message };
}

function readError(text: string, status: number): { code: string; message: string } {
  try {
    const { code, message, values } = WireError.parse(JSON.parse(text));
    const [first = ""] = message.split("\nRequestId:");
    const reasons = values.map(({ key, value }) => `${key}: ${value}`).join("; ");
    return { code, message: reasons === "" ? first : `${first} (${reasons})` };
  } catch {
    return { code: `Http${status}`, message: text.slice(0, 200) };
  }
}

function foreignLink(url: string): Error {
  return new Error(`Refusing to follow a link to another origin: ${new URL(url).origin}`);
}

/** A 4xx that the operation did not expect: our request was wrong, repeating it will not help. */
export function unexpected(operation: string, reply: BatchReply): AppError {
  const reason = reply.ok ? `status ${reply.status}` : `${reply.status} ${reply.code}: ${reply.message}`;
  const cause = reply.ok ? undefined : { statusCode: reply.status, code: reply.code, message: reply.message };
  return new AppError("InternalError", `Azure Batch refused to ${operation}: ${reason}`, { cause });
}
