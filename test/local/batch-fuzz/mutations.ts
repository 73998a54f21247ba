// What goes wrong with a request: each mutation spoils one aspect of a valid one. Everything is drawn from the given
// random source, so that a seed names the whole run.
import type { Random } from "../../../local/random.ts";
import type { FuzzRequest, Pick } from "./valid-requests.ts";

export function picker(random: Random): Pick {
  return <T>(items: readonly T[]): T => items[Math.floor(random.next() * items.length)] as T;
}

type Mutation = (request: FuzzRequest, pick: Pick) => void;

const oddTexts = [
  ...[
    "",
    " ",
    ".",
    "..",
    "%00",
    "%2F",
    "%2e%2e%2f",
    "%zz",
    "%",
    "a%20b",
    "*",
    "null",
    "__proto__",
    "constructor",
  ],
  ...[
    "toString",
    "ünï",
    "%F0%9F%92%A9",
    "%ff%fe",
    "a".repeat(300),
    "P0",
    "-1",
    "1e999",
    "~",
    "a:b:c",
    "job-1:2",
  ],
  ...["%0d%0aX: y", "$metadata", "{poolId}", "hasOwnProperty", "stats", "'", "''", "\\", "%5c..%5c"],
];
const oddValues: readonly unknown[] = [
  ...[
    null,
    true,
    false,
    0,
    -1,
    1.5,
    1e21,
    2 ** 53,
    -(2 ** 31),
    "",
    " ",
    "x",
    "\0",
    "a\u0000b",
    "é".repeat(40),
  ],
  ...["x".repeat(5000), "PT0S", "P10675199DT2H48M5.4775807S", "PT-1S", "P99999999Y", "9999-12-31T23:59:59Z"],
  ...[
    "+275760-09-13T00:00:00.000Z",
    "-271821-04-20T00:00:00Z",
    "../..",
    "/etc/passwd",
    "__proto__",
    [],
    [[]],
    {},
  ],
  ...[
    [null],
    { __proto__: null },
    { constructor: 1 },
    { a: { b: {} } },
    [1, "2", {}],
    "\ud800",
    "Infinity",
    "NaN",
  ],
];
const propertyNames = [
  "id",
  "__proto__",
  "constructor",
  "surprise",
  "value",
  "toString",
  "odata.metadata",
  "length",
];
const filters = [
  ...[
    "id eq 't0'",
    "state eq 'active' or state eq 'running'",
    "startswith(id,'t') and not (id eq 't1')",
    "id eq",
  ],
  ...[
    "executionInfo/exitCode gt 0",
    "stateTransitionTime ge DateTime'2026-01-01T00:00:00Z'",
    "constructor eq 1",
  ],
  ...[
    "__proto__ ne 'x'",
    "id/length eq 2",
    "startswith(constructor,'a')",
    "((((id eq 'x'))))",
    "a/b/c lt 1.5",
  ],
  ...[
    "creationTime lt DateTime'yesterday'",
    "id eq 'it''s'",
    "toString/call eq true",
    "poolId eq 'p0'",
    "(",
    "and",
  ],
  ...[
    "virtualMachineConfiguration/imageReference eq DateTime'2026-01-01T00:00:00Z'",
    "startswith(name,'std')",
  ],
  ...[
    "metadata eq 'a'",
    "constraints/maxTaskRetryCount ge -1",
    "not not not id eq 'a'",
    "'id' eq id",
    "\ud83d",
  ],
];
const selects = [
  "id",
  "id,state",
  " id , state ",
  "constructor",
  "__proto__",
  ",",
  "stats",
  "nothing",
  "url,eTag,id",
];
const ranges = [
  "bytes=0-2",
  "bytes=-5",
  "bytes=3-",
  "bytes=9-1",
  "bytes=",
  "items=0-1",
  "bytes=0-99999999999",
  "bytes=1e3-",
];
const dates = ["Mon, 01 Jan 2035 00:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "soon", "2026-01-01", ""];
const tags = ["*", "0x8D890AA7A5303E1", '"0x1"', 'W/"x"', "a,b,*", ""];

const queryMutations: readonly Mutation[] = [
  (request) => void (request.query = request.query.filter(([name]) => name !== "api-version")),
  (request, pick) =>
    void (request.query = [
      ["api-version", pick(["2017-01-01.4.0", "", "2099-99-99", "x", "2024-07-01.20.0"])],
    ]),
  (request, pick) => void request.query.push(["$filter", pick(filters)]),
  (request, pick) =>
    void request.query.push(["$filter", `${pick(filters)} ${pick(["and", "or", "xor"])} ${pick(filters)}`]),
  (request, pick) => void request.query.push(["$select", pick(selects)]),
  (request, pick) => void request.query.push(["$expand", pick(["stats", ...selects])]),
  (request, pick) =>
    void request.query.push(["maxresults", pick(["1", "2", "0", "-5", "1001", "1e2", "x", ""])]),
  (request, pick) =>
    void request.query.push(["$skiptoken", pick(["1", "999999999999999", "x", "-1", "1e5"])]),
  (request, pick) => void request.query.push(["timeout", pick(["30", "0", "-1", "x"])]),
  (request, pick) => void request.query.push(["recursive", pick(["true", "TRUE", "yes"])]),
  (request, pick) => void request.query.push([pick(["starttime", "endtime"]), pick(dates)]),
  (request, pick) => void request.query.push([pick(oddTexts), pick(oddTexts)]),
];

const headerMutations: readonly Mutation[] = [
  (request, pick) => void (request.headers[pick(["if-match", "if-none-match"])] = pick(tags)),
  (request, pick) => void (request.headers[pick(["if-modified-since", "if-unmodified-since"])] = pick(dates)),
  (request, pick) => void (request.headers["ocp-range"] = pick(ranges)),
  (request, pick) => void (request.headers["ocp-date"] = pick(dates)),
  (request, pick) => {
    request.headers["client-request-id"] = pick(["mine", "é", "a,b", " ", "x".repeat(2000)]);
    request.headers["return-client-request-id"] = pick(["true", "false", "True", "1"]);
  },
  (request, pick) =>
    void (request.headers["authorization"] = pick([
      ...[
        "",
        "SharedKey",
        "SharedKey x",
        "SharedKey devbatch:",
        "SharedKey devbatch:AAAA",
        "SharedKey :x",
        "Bearer",
      ],
      ...["Bearer ", "Bearer bad", "Basic eDp5", "sharedkey a:b:c", "Bearer good", "é"],
    ])),
  (request, pick) =>
    void (request.headers["content-type"] = pick([
      "text/plain",
      "application/xml",
      "",
      "application/json; charset=utf-16",
    ])),
  (request, pick) =>
    void (request.headers[pick(["content-encoding", "accept", "prefer", "range"])] = pick([
      "gzip",
      "*/*",
      "x",
    ])),
];

const pathMutations: readonly Mutation[] = [
  (request, pick) => void (request.segments[index(request.segments, pick)] = pick(oddTexts)),
  (request, pick) => void request.segments.splice(index(request.segments, pick), 1),
  (request, pick) => void request.segments.splice(index(request.segments, pick), 0, pick(oddTexts)),
  (request, pick) => void request.segments.push(pick([...oddTexts, "files", "tasks", "nodes"])),
  (request, pick) => {
    const at = index(request.segments, pick);
    request.segments[at] = (request.segments[at] ?? "").toUpperCase();
  },
  (request, pick) =>
    void (request.method = pick(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])),
];

const bodyMutations: readonly Mutation[] = [
  (request, pick) => void (request.body = changeOne(request.body, pick, () => pick(oddValues))),
  (request, pick) => void (request.body = changeOne(request.body, pick, () => pick(oddValues))),
  (request, pick) => void (request.body = changeOne(request.body, pick, (old) => old, "drop")),
  (request, pick) => void (request.body = changeOne(request.body, pick, () => pick(oddValues), "add")),
  (request, pick) => void (request.body = changeOne(request.body, pick, (old) => [old, old])),
  (request, pick) => void (request.body = pick(oddValues)),
  (request, pick) => {
    const text = JSON.stringify(request.body ?? {});
    request.body = new Raw(
      pick([
        text.slice(0, Math.floor(text.length / 2)),
        `${text}x`,
        `\uFEFF${text}`,
        "\u0000\u0001",
        "[".repeat(5000),
        `${'{"a":'.repeat(200)}1${"}".repeat(200)}`,
        '{"id":"a","id":"b"}',
        '{"__proto__":{"id":"x"}}',
        "1e999",
        "",
      ]),
    );
  },
];

/** A body that is sent as it is. */
export class Raw {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const index = (items: readonly unknown[], pick: Pick): number => pick([...items.keys(), 0]);

/** Changes one randomly chosen place of a JSON value. */
function changeOne(
  value: unknown,
  pick: Pick,
  change: (old: unknown) => unknown,
  how: "replace" | "drop" | "add" = "replace",
): unknown {
  if (typeof value !== "object" || value === null) return how === "replace" ? change(value) : value;
  const copy = structuredClone(value) as Record<string, unknown>;
  const names = Object.keys(copy);
  if (how === "add" && pick([true, false, false]))
    return { ...copy, [pick(propertyNames)]: change(undefined) };
  if (names.length === 0) return how === "replace" ? change(value) : value;
  const name = pick(names);
  const inner = copy[name];
  const deeper = typeof inner === "object" && inner !== null && pick([true, true, false]);
  if (deeper) copy[name] = changeOne(inner, pick, change, how);
  else if (how === "drop") Reflect.deleteProperty(copy, name);
  else copy[name] = change(inner);
  return copy;
}

const mutations: readonly (readonly Mutation[])[] = [
  queryMutations,
  headerMutations,
  pathMutations,
  bodyMutations,
  bodyMutations,
];

/** Spoils a request up to three times; one in three is left alone, so that the account keeps moving. */
export function mutate(request: FuzzRequest, pick: Pick): FuzzRequest {
  for (let times = pick([0, 0, 1, 1, 2, 3]); times > 0; times -= 1) pick(pick(mutations))(request, pick);
  return request;
}
