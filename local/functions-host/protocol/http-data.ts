// Between node's HTTP messages and the language worker's `http` data: the request as the host sends it, the answer as it
// comes back. Header names are lower case, a repeated query parameter or header keeps the host's form, hop-by-hop headers stop here.
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type {
  HttpCookie,
  HttpRequestData,
  HttpResponseData,
  NullableString,
  TypedData,
} from "../programming-model/rpc.ts";

export interface RequestAddress {
  /** Scheme and authority, as the client wrote them. */
  readonly origin: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly search: string;
}

/** Undefined for a request whose target or Host header is not usable. */
export function requestAddress(
  request: IncomingMessage,
  scheme: "http" | "https",
): RequestAddress | undefined {
  const host = request.headers.host ?? "127.0.0.1";
  const target = request.url ?? "/";
  try {
    // A target in absolute form is legal; then it names the authority itself.
    const url = new URL(target.startsWith("/") ? `${scheme}://${host}${target}` : target);
    const cut = target.startsWith("/") ? target.split(/[?#]/, 1)[0]! : url.pathname;
    return { origin: url.origin, path: cut, query: url.searchParams, search: url.search };
  } catch {
    return undefined;
  }
}

export function headersOf(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    const text = Array.isArray(value) ? value.join(",") : value;
    // The real worker advertises IgnoreEmptyValuedRpcHttpHeaders.
    if (text !== undefined && text !== "") headers[name] = text;
  }
  return headers;
}

/** Query parameters as the host sends them: a repeated one is joined with commas. */
function queryOf(query: URLSearchParams): Record<string, NullableString> {
  const joined: Record<string, NullableString> = {};
  for (const name of new Set(query.keys())) joined[name] = { value: query.getAll(name).join(",") };
  return joined;
}

export function toRequestData(
  request: IncomingMessage,
  address: RequestAddress,
  params: Record<string, string>,
  body: Buffer | undefined,
): HttpRequestData {
  const nullable = (map: Record<string, string>) =>
    Object.fromEntries(Object.entries(map).map(([name, value]) => [name, { value }]));
  return {
    method: request.method ?? "GET",
    url: `${address.origin}${address.path}${address.search}`,
    nullableHeaders: nullable(headersOf(request)),
    nullableParams: nullable(params),
    nullableQuery: queryOf(address.query),
    ...(body && body.length > 0 ? { body: { bytes: body } } : {}),
  };
}

const hopByHop = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "content-length",
]);

const smallBody = 16_384;

/** Writes the function's answer. `head` leaves the body out but keeps its length. */
export function writeResponseData(response: ServerResponse, data: HttpResponseData, head: boolean): void {
  const status = Number(data.statusCode);
  const headers: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(data.headers ?? {}))
    if (!hopByHop.has(name.toLowerCase())) headers[name] = value;
  const cookies = [...(data.cookies ?? []).map(setCookie)];
  if (cookies.length > 0) headers["set-cookie"] = cookies;
  const body = bodyBytes(data.body);
  const bodiless = status === 204 || status === 304 || (status >= 100 && status < 200);
  if (!bodiless) headers["content-length"] = body.length;
  response.writeHead(status, headers);
  if (bodiless || head) response.end();
  // Node sends head and body in one write only when both are text; the bytes are the same.
  else if (body.length <= smallBody)
    response.end(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("latin1"), "latin1");
  else response.end(body);
}

function bodyBytes(body: TypedData | null | undefined): Uint8Array {
  if (body?.bytes) return body.bytes;
  const text = body?.string ?? body?.json;
  return text === undefined ? new Uint8Array() : Buffer.from(text);
}

const sameSite = { none: undefined, lax: "Lax", strict: "Strict", explicitNone: "None" } as const;

/** RFC 6265 `Set-Cookie`. */
function setCookie(cookie: HttpCookie): string {
  const site = sameSite[cookie.sameSite ?? "none"];
  const parts = [
    `${cookie.name}=${encodeURIComponent(cookie.value)}`,
    cookie.maxAge && `Max-Age=${Math.floor(cookie.maxAge.value)}`,
    cookie.domain && `Domain=${cookie.domain.value}`,
    // The host's default; a browser's own would be the folder of the request.
    `Path=${cookie.path?.value ?? "/"}`,
    cookie.expires && `Expires=${new Date(cookie.expires.value.seconds * 1000).toUTCString()}`,
    cookie.httpOnly?.value && "HttpOnly",
    cookie.secure?.value && "Secure",
    site && `SameSite=${site}`,
  ];
  return parts.filter((part) => typeof part === "string" && part !== "").join("; ");
}
