// Calls of the API as the signed-in person. The token is in a cookie that no script sees; the header says that a page of the portal asks.
import { t } from "../texts/texts.ts";

export const ownApiVersion = "2026-11-01";
const apiVersion = "2018-05-01";
const prefix = "/portal/api";
const asPortal = { "x-batchai-portal": "1" };

/** How a call ended badly: refused, in the service's words, or never answered (status 0). */
export class CallError extends Error {
  readonly status: number;
  readonly code: string;
  readonly target: string | undefined;
  readonly requestId: string | undefined;

  constructor(
    message: string,
    told: { status: number; code: string; target?: string | undefined; requestId?: string | undefined },
  ) {
    super(message);
    this.name = "CallError";
    this.status = told.status;
    this.code = told.code;
    this.target = told.target;
    this.requestId = told.requestId;
  }
}

export interface Call {
  readonly method?: "GET" | "PUT" | "PATCH" | "POST" | "DELETE";
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly version?: string;
  readonly signal?: AbortSignal;
}

/** The answer's body; undefined where it has none. @throws CallError */
export async function call<Body>(path: string, given: Call = {}): Promise<Body> {
  const url = urlOf(path, given);
  if ((given.method ?? "GET") !== "GET") return (await bodyOf(await send(url, given))) as Body;
  const before = known.get(url.href);
  const response = await send(url, given, before === undefined ? {} : { "if-none-match": before.etag });
  if (response.status === 304 && before !== undefined) return before.body as Body;
  const body = await bodyOf(response);
  const etag = response.headers.get("etag");
  if (etag !== null) remember(url.href, { etag, body });
  return body as Body;
}

/** What was answered last, by address: what is unchanged is neither sent again nor drawn again. */
const known = new Map<string, { readonly etag: string; readonly body: unknown }>();
const mostKnown = 64;

function remember(address: string, answer: { readonly etag: string; readonly body: unknown }): void {
  known.delete(address);
  known.set(address, answer);
  const [oldest] = known.keys();
  if (known.size > mostKnown && oldest !== undefined) known.delete(oldest);
}

/** Saves an answer as a file. @throws CallError */
export async function download(path: string, given: Call, name: string): Promise<void> {
  const response = await send(urlOf(path, given), given);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

function urlOf(path: string, { query = {}, version = apiVersion }: Call): URL {
  const url = new URL(`${prefix}${path}`, location.origin);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  if (!url.searchParams.has("api-version")) url.searchParams.set("api-version", version);
  return url;
}

interface ListPage<Item> {
  readonly value: readonly Item[];
  readonly nextLink?: string;
}

/** One page of a list. @param link what the page before named as the next; empty: the first. */
export function listPage<Item>(path: string, given: Call, link: string): Promise<ListPage<Item>> {
  if (link === "") return call<ListPage<Item>>(path, given);
  const { pathname, search } = new URL(link);
  return call<ListPage<Item>>(pathname + search, { ...given, query: {} });
}

/** All pages of a list. @param onPage sees each as it comes. */
export async function list<Item>(
  path: string,
  given: Call = {},
  onPage?: (items: readonly Item[]) => void,
): Promise<readonly Item[]> {
  const all: Item[] = [];
  let link = "";
  for (;;) {
    const page = await listPage<Item>(path, given, link);
    all.push(...page.value);
    onPage?.(page.value);
    if (page.nextLink === undefined) return all;
    link = page.nextLink;
  }
}

/** Part of a file of a job: `bytes=0-` or `bytes=-65536`. Undefined when there is nothing there. */
export async function outputPart(
  jobPath: string,
  query: Readonly<Record<string, string>>,
  range: string,
): Promise<{ readonly bytes: Uint8Array; readonly start: number; readonly size: number }> {
  const url = new URL(`/portal/output${jobPath}`, location.origin);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const response = await send(url, {}, { range });
  const [, start = "0", size = "0"] =
    /^bytes (?:(\d+)-\d+|\*)\/(\d+)$/.exec(response.headers.get("content-range") ?? "") ?? [];
  const bytes = response.status === 206 ? new Uint8Array(await response.arrayBuffer()) : new Uint8Array();
  return { bytes, start: Number(start), size: Number(size) };
}

export interface Session {
  readonly subject: string;
  readonly roles: readonly string[];
  readonly subscriptionId: string;
  readonly location: string;
  /** One-time links sign in here. */
  readonly hasLinks: boolean;
}

const sessionUrl = () => new URL("/portal/session", location.origin);

export async function readSession(): Promise<Session> {
  return (await bodyOf(await send(sessionUrl(), {}))) as Session;
}

/** Where people sign in by a page of the issuer. */
export interface Authority {
  readonly issuer: string;
  readonly clientId: string;
}

export async function readAuthority(): Promise<Authority> {
  return (await bodyOf(await send(new URL("/portal/authority", location.origin), {}))) as Authority;
}

export async function signIn(by: { readonly code: string } | { readonly token: string }): Promise<Session> {
  return (await bodyOf(await send(sessionUrl(), { method: "POST", body: by }))) as Session;
}

export async function signOut(): Promise<void> {
  known.clear();
  await send(sessionUrl(), { method: "DELETE" });
}

async function send(url: URL, { method = "GET", body, signal }: Call, more: Record<string, string> = {}) {
  const headers = {
    ...asPortal,
    ...more,
    ...(body === undefined ? {} : { "content-type": "application/json" }),
  };
  const init = {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  };
  const response = await fetch(url, init).catch((cause: unknown) => {
    if (signal?.aborted === true) throw cause;
    throw new CallError(t.common.calls.noAnswer, {
      status: 0,
      code: "Unreachable",
    });
  });
  if (response.ok || response.status === 304 || response.status === 416) return response;
  throw await refusal(response);
}

/** In the API's shape, or in that of MLflow's protocol. */
interface Refused {
  readonly error?: { readonly code?: string; readonly message?: string; readonly target?: string };
  readonly error_code?: string;
  readonly message?: string;
}

async function refusal(response: Response): Promise<CallError> {
  const body = (await bodyOf(response)) as Refused | undefined;
  const { code, message, target } = body?.error ?? { code: body?.error_code, message: body?.message };
  return new CallError(message ?? t.common.calls.answered(response.status), {
    status: response.status,
    code: code ?? `Http${response.status}`,
    target,
    requestId: response.headers.get("x-ms-request-id") ?? undefined,
  });
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return text === "" ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}
