// Lists: `{ value, nextLink }`, at most `maxresults` items a page. The link holds the whole request and an opaque token;
// clients add nothing to it and may follow it with GET or with the verb of the first call.
import { AppError } from "../../../domain/shared/errors.ts";
import type { Page, PageRequest } from "../../../services/state.ts";
import type { ApiRequest } from "./request.ts";

const largestPage = 1000;

/** @param most of a list that has larger pages in our own version. */
export function pageRequest(request: ApiRequest, most = largestPage): PageRequest {
  const token = request.query("$skiptoken");
  return {
    size: wholeParameter(request, "maxresults", { least: 1, most, otherwise: largestPage }),
    ...(token === undefined ? {} : { continuation: decode(token) }),
  };
}

export function pageBody<Item>(request: ApiRequest, page: Page<Item>, wire: (item: Item) => object): object {
  return {
    value: page.items.map(wire),
    ...(page.continuation === undefined ? {} : { nextLink: nextLink(request, page.continuation) }),
  };
}

/** The same of items that are JSON already. */
export function pageText(request: ApiRequest, { items, continuation }: Page<string>): string {
  const link =
    continuation === undefined ? "" : `,"nextLink":${JSON.stringify(nextLink(request, continuation))}`;
  return `{"value":[${items.join(",")}]${link}}`;
}

/** For lists that are read whole: the page that starts at the token. */
export function pageOf<Item>(items: readonly Item[], { size, continuation }: PageRequest): Page<Item> {
  const start = continuation === undefined ? 0 : Number(continuation);
  if (!Number.isSafeInteger(start) || start < 0) throw badToken();
  const end = start + size;
  return {
    items: items.slice(start, end),
    ...(end < items.length ? { continuation: String(end) } : {}),
  };
}

export function wholeParameter(
  request: ApiRequest,
  name: string,
  range: { readonly least: number; readonly most: number; readonly otherwise: number },
): number {
  const text = request.query(name);
  if (text === undefined || text === "") return range.otherwise;
  const value = /^-?\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= range.least && value <= range.most) return value;
  throw new AppError(
    "InvalidQueryParameter",
    `${name}: expected a whole number from ${range.least} to ${range.most}, got '${text.slice(0, 40)}'.`,
    { target: name },
  );
}

function nextLink(request: ApiRequest, continuation: string): string {
  const link = new URL(request.url.pathname + request.url.search, request.origin);
  for (const name of [...link.searchParams.keys()])
    if (name.toLowerCase() === "$skiptoken") link.searchParams.delete(name);
  link.searchParams.set("$skiptoken", Buffer.from(continuation, "utf8").toString("base64url"));
  return link.href;
}

function decode(token: string): string {
  const text = Buffer.from(token, "base64url").toString("utf8");
  if (text === "") throw badToken();
  return text;
}

function badToken(): AppError {
  return new AppError("InvalidQueryParameter", "$skiptoken: expected the token of a nextLink.", {
    target: "$skiptoken",
  });
}
