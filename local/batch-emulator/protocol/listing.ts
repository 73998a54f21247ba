// Lists and their pages. Invariant: a page goes on strictly after the row in its token, so that inserting or deleting
// while a client pages neither repeats nor skips anything that lived all the time.
import { BatchFault } from "../service/account/fault.ts";
import { badQuery, filterOf, renderer } from "./fields.ts";
import type { FieldTable } from "./fields.ts";
import { parseFilter } from "./filter-syntax.ts";
import { json } from "./wire.ts";
import type { Call, WireReply } from "./wire.ts";

const largestPage = 1000;

/** The request's page size, 1 to 1000. */
export function pageSize(call: Call): number {
  const text = call.request.query.get("maxresults");
  if (text === undefined) return largestPage;
  const size = Number(text);
  if (!/^-?\d+$/.test(text)) throw badQuery("maxresults", text, "is not a whole number");
  if (size < 1 || size > largestPage)
    throw new BatchFault(
      400,
      "OutOfRangeQueryParameterValue",
      "A query parameter specified in the request URI is outside the permissible range.",
      [
        { key: "QueryParameterName", value: "maxresults" },
        { key: "QueryParameterValue", value: text },
        { key: "MinimumAllowed", value: "1" },
        { key: "MaximumAllowed", value: String(largestPage) },
      ],
    );
  return size;
}

/** The row after which the page starts. */
export function pageStart(call: Call): number {
  const token = call.request.query.get("$skiptoken");
  if (token === undefined) return 0;
  if (!/^\d{1,15}$/.test(token)) throw badQuery("$skiptoken", token, "is not a token of this service");
  return Number(token);
}

/** The absolute address of the next page: this request with another token. */
export function nextLink(call: Call, token: string): string {
  const query = [...call.request.query].filter(([name]) => name !== "$skiptoken");
  const text = [...query, ["$skiptoken", token] as const]
    .map(([name, text]) => `${encodeURIComponent(name).replace("%24", "$")}=${encodeURIComponent(text)}`)
    .join("&");
  return `${call.request.baseUrl}${call.request.rawPath}?${text}`;
}

interface Listed {
  readonly row: number;
}

/** Answers one page of `entities`, which come in order of their rows and start after the request's token. */
export function listReply<T extends Listed>(
  call: Call,
  set: string,
  entities: Iterable<T>,
  table: FieldTable<T>,
  filterable?: ReadonlySet<string>,
): WireReply {
  const size = pageSize(call);
  const accept = filterOf(call, table, parseFilter, filterable);
  const render = renderer(call, table);
  const page: Record<string, unknown>[] = [];
  let last = 0;
  let more = false;
  for (const entity of entities) {
    if (accept !== undefined && !accept(entity)) continue;
    if (page.length === size) {
      more = true;
      break;
    }
    page.push(render(entity));
    last = entity.row;
  }
  return json(200, {
    "odata.metadata": `${call.request.baseUrl}/$metadata#${set}`,
    value: page,
    ...(more ? { "odata.nextLink": nextLink(call, String(last)) } : {}),
  });
}
