// One request as the operations see it: checked, authenticated, with lower-case query names (ARM compares them without
// case). The body is read only by those who need it, up to the configured limit.
import type { HttpRequest } from "@azure/functions";
import { AppError } from "../../../domain/shared/errors.ts";
import { parseJson } from "../../../domain/shared/parse.ts";
import type { Principal } from "../../../services/token-verifier.ts";

/** Who asks, and the `x-ms-request-id` of the answer. */
export interface Caller {
  readonly principal: Principal;
  readonly requestId: string;
}

export interface ApiRequest {
  /** The `x-ms-request-id` of the answer. */
  readonly id: string;
  readonly params: Readonly<Record<string, string>>;
  readonly principal: Principal;
  /** `https://host:port` as the client sees it; links in answers begin with it. */
  readonly origin: string;
  readonly url: URL;
  readonly method: string;
  /** Empty when the client does not say. */
  readonly userAgent: string;
  /** The Prefer header (RFC 7240); empty when there is none. */
  readonly prefer: string;
  /** The Authorization header. For passing on in the caller's name only, never for a log. */
  readonly authorization: string;
  readonly contentType: string | undefined;
  /** Value of a query parameter, by lower-case name. */
  query(name: string): string | undefined;
  /** The JSON body. Throws MalformedJson, RequestBodyTooLarge, UnsupportedMediaType. */
  json(): Promise<unknown>;
  /** The body as it came. Throws RequestBodyTooLarge. */
  bytes(): Promise<Uint8Array>;
}

export function apiRequest(request: HttpRequest, caller: Caller, bodyLimitBytes: number): ApiRequest {
  const url = new URL(request.url);
  const query = queryOf(url);
  return {
    id: caller.requestId,
    params: request.params,
    principal: caller.principal,
    origin: originOf(request, url),
    url,
    method: request.method,
    userAgent: request.headers.get("user-agent") ?? "",
    prefer: request.headers.get("prefer") ?? "",
    authorization: request.headers.get("authorization") ?? "",
    contentType: request.headers.get("content-type") ?? undefined,
    query: (name) => query.get(name),
    json: () => readJson(request, bodyLimitBytes),
    bytes: () => readBytes(request, bodyLimitBytes),
  };
}

/** First value of each parameter, by lower-case name. */
export function queryOf(url: URL): ReadonlyMap<string, string> {
  const query = new Map<string, string>();
  for (const [name, value] of url.searchParams)
    if (!query.has(name.toLowerCase())) query.set(name.toLowerCase(), value);
  return query;
}

/** A proxy that ends TLS (Azure's front end does) tells the scheme in a header. */
export function originOf(request: HttpRequest, url: URL): string {
  const scheme = request.headers.get("x-forwarded-proto")?.split(",")[0]?.trim().toLowerCase();
  return scheme === "https" || scheme === "http" ? `${scheme}://${url.host}` : url.origin;
}

export async function readJson(request: HttpRequest, limitBytes: number): Promise<unknown> {
  const type = request.headers.get("content-type");
  if (type !== null && !/^(application|text)\/([\w.+-]*\+)?json\b/i.test(type.trim()))
    throw new AppError("UnsupportedMediaType", `The body is '${type.slice(0, 60)}': send application/json.`);
  return parseJson(textOf(await readBytes(request, limitBytes)));
}

async function readBytes(request: HttpRequest, limitBytes: number): Promise<Uint8Array> {
  if (Number(request.headers.get("content-length") ?? 0) > limitBytes) throw tooLarge(limitBytes);
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.length > limitBytes) throw tooLarge(limitBytes);
  return bytes;
}

/** JSON is UTF-8 (RFC 8259, section 8.1). Other bytes are refused: replaced, they would be stored as something else. */
function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AppError(
      "MalformedJson",
      "The request body is not UTF-8: save the file as UTF-8 and send it again.",
      { cause },
    );
  }
}

function tooLarge(limitBytes: number): AppError {
  return new AppError("RequestBodyTooLarge", `The request body is larger than ${limitBytes} bytes.`);
}
