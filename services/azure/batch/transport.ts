// HTTP to the Batch data plane: versioned URLs, OData errors turned into values. No operation knows about tokens, no caller about
// HTTP.
import type { HttpMethods } from "@azure/core-rest-pipeline";
import type { z } from "zod";
import { AppError } from "../../../domain/shared/errors.ts";
import { readAnswer } from "../read-answer.ts";
import { restClient } from "../rest.ts";
import type { RestOptions, RestReply } from "../rest.ts";
import { WireError } from "./wire.ts";

const apiVersion = "2025-06-01";
const service = "Azure Batch";
/** As Microsoft's own clients ask for it: the audience of Batch ends with a slash. */
const batchScope = "https://batch.core.windows.net//.default";

export interface BatchRequest {
  readonly method: HttpMethods;
  /** Relative, segments already percent-encoded: see `path`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

export type BatchReply = RestReply;

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

export function batchTransport(options: RestOptions): BatchTransport {
  const endpoint = options.endpoint.replace(/\/+$/, "");
  const call = restClient(options, {
    name: service,
    scope: batchScope,
    contentType: "application/json; odata=minimalmetadata",
    readError,
  });
  return {
    follow: (url) => {
      if (new URL(url).origin !== new URL(endpoint).origin) throw foreignLink(url);
      return call({ method: "GET", url });
    },
    send: ({ method, path: relative, query, body, headers }) => {
      const url = new URL(`${endpoint}/${relative}`);
      url.searchParams.set("api-version", apiVersion);
      for (const [name, value] of Object.entries(query ?? {}))
        if (value !== undefined) url.searchParams.set(name, String(value));
      return call({ method, url: url.href, body, headers });
    },
  };
}

function readError(text: string): { code: string; message: string } {
  const { code, message, values } = WireError.parse(JSON.parse(text));
  const [first = ""] = message.split("\nRequestId:");
  const reasons = values.map(({ key, value }) => `${key}: ${value}`).join("; ");
  return { code, message: reasons === "" ? first : `${first} (${reasons})` };
}

/** @throws AppError ServiceUnavailable when it is none of Batch's. */
export function read<Schema extends z.ZodType>(schema: Schema, text: string): z.infer<Schema> {
  return readAnswer(service, schema, text);
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
