// A request as the wire gives it, split into account, share and path: `/{account}/{share}/{path}`, or under the name that an
// account has in Azure `/{share}/{path}`. The raw path is kept, because signatures are computed over it. Invariant: nothing here
// has been authorized yet.
import type { IncomingMessage } from "node:http";
import type { Place } from "../service/model.ts";
import { FileShareError } from "../service/errors.ts";

export interface ShareRequest {
  readonly method: string;
  /** As sent, still percent-encoded, without the query. */
  readonly rawPath: string;
  readonly account: string;
  /** Whether the account is that of the Host header, and not the first part of the path. */
  readonly namedByHost: boolean;
  /** Absent for operations on the account. */
  readonly place: Place | undefined;
  /** Decoded, by lower-case name; of repeated parameters the first counts, the rest is in `allQuery`. */
  readonly query: ReadonlyMap<string, string>;
  /** Every parameter, decoded, by lower-case name, values sorted and joined by comma, as signatures want it. */
  readonly allQuery: ReadonlyMap<string, string>;
  readonly headers: IncomingMessage["headers"];
  readonly remoteAddress: string;
  readonly incoming: IncomingMessage;
}

const longestUrl = 8192;
/** Azure Files allows 250 components and 2,048 characters in a path. */
const mostSegments = 250;

export function parseRequest(incoming: IncomingMessage): ShareRequest {
  const url = incoming.url ?? "/";
  if (url.length > longestUrl || !url.startsWith("/")) throw new FileShareError("InvalidUri");
  const mark = url.indexOf("?");
  const rawPath = mark < 0 ? url : url.slice(0, mark);
  const host = accountOfHost(incoming.headers.host ?? "");
  // A slash separates wherever it stands: some clients send a path as one encoded segment (`dir%2Ffile`).
  const parts = decode(rawPath.slice(1)).split("/");
  const [account = "", share, ...rest] = host === undefined ? parts : [host, ...parts];
  while (rest.at(-1) === "") rest.pop();
  if (rest.length > mostSegments) throw new FileShareError("InvalidUri");
  const { query, allQuery } = parseQuery(mark < 0 ? "" : url.slice(mark + 1));
  return {
    method: incoming.method ?? "GET",
    rawPath,
    account,
    namedByHost: host !== undefined,
    place: share === undefined || share === "" ? undefined : { account, share, segments: rest },
    query,
    allQuery,
    headers: incoming.headers,
    remoteAddress: incoming.socket.remoteAddress ?? "",
    incoming,
  };
}

/** The account that a host name is for, as in `ACCOUNT.file.core.windows.net`. */
export function accountOfHost(host: string): string | undefined {
  return /^([a-z0-9]{3,24})\.file\.core\.windows\.net(?::\d{1,5})?$/i.exec(host)?.[1]?.toLowerCase();
}

/** The value of a header that may be sent once only. */
export function header(request: ShareRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(",") : value;
}

export function parseQuery(text: string) {
  const values = new Map<string, string[]>();
  for (const pair of text.split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = decode(equals < 0 ? pair : pair.slice(0, equals)).toLowerCase();
    const value = equals < 0 ? "" : decode(pair.slice(equals + 1));
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return {
    query: new Map([...values].map(([name, [first = ""]]) => [name, first] as const)),
    allQuery: new Map([...values].map(([name, all]) => [name, [...all].sort().join(",")] as const)),
  };
}

/** @throws FileShareError InvalidUri for a `%` that encodes nothing. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new FileShareError("InvalidUri");
  }
}
