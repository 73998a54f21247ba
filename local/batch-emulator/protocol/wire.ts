// Requests and replies as plain values, so that routes can be tested without a socket. Invariant: `segments` are the
// still percent-encoded parts of the path; a name in the path is decoded exactly once, after routing.
import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import { BatchFault } from "../service/account/fault.ts";
import type { AccountDirectory } from "../service/account/account-directory.ts";
import type { AccountState } from "../service/account/account-state.ts";
import type { Spelling } from "./api-versions.ts";

/** What is known before the body is read: enough to tell who asks. */
export interface RequestHead {
  readonly method: string;
  /** Still percent-encoded, without the query. */
  readonly rawPath: string;
  readonly query: ReadonlyMap<string, string>;
  readonly headers: IncomingHttpHeaders;
  /** `http://127.0.0.1:1234`, from the Host header; links in answers start with it. */
  readonly baseUrl: string;
  /** Came from another machine. */
  readonly remote?: boolean;
}

/** A request whose body still waits in the connection. */
export interface ArrivingRequest extends RequestHead {
  /** The whole body; undefined when it is larger than allowed. */
  receive(): Promise<Buffer | undefined>;
}

export interface WireRequest extends RequestHead {
  readonly body: Buffer;
}

export interface WireReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | Readable;
}

/** What a route handler gets. */
export interface Call {
  /** The account that is asked. */
  readonly account: AccountState;
  /** All accounts of the emulator. */
  readonly accounts: AccountDirectory;
  readonly request: WireRequest;
  /** Decoded path parameters. */
  readonly params: Readonly<Record<string, string>>;
  /** Signed with an account key: says nothing about who asks, so that rights of persons cannot be used. */
  readonly sharedKey?: boolean;
  /** Of the plane, as the request names it. */
  readonly version: string;
  /** Set where that version names members otherwise than today's. */
  readonly spelling?: Spelling;
}

/** Whether a path is one of Azure Resource Manager's. */
export const isManagement = (path: string) => /^\/+(subscriptions|tenants|providers)(\/|$)/i.test(path);

export type Handler = (call: Call) => WireReply | Promise<WireReply>;

export interface Route {
  /** Id in the operations table. */
  readonly operation: string;
  readonly method: string;
  /** `/pools/{poolId}/nodes`; a last `{*name}` takes the rest of the path. */
  readonly path: string;
  readonly handle: Handler;
}

export function param(call: Call, name: string): string {
  const value = call.params[name];
  if (value === undefined) throw new Error(`route without parameter ${name}`);
  return value;
}

export const json = (status: number, value: unknown, headers: Record<string, string> = {}): WireReply => ({
  status,
  headers: { "content-type": "application/json;odata=minimalmetadata", ...headers },
  body: JSON.stringify(value),
});

export const empty = (status: number, headers: Record<string, string> = {}): WireReply => ({
  status,
  headers,
});

/** Decodes one path segment; a malformed escape is the caller's fault. */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new BatchFault(400, "InvalidUri", "The requested URI has a malformed percent-encoding.");
  }
}
