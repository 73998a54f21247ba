// Requests and answers of Azure Batch against Microsoft's descriptions of the two planes (`scripts/contract/` makes them). Only
// exchanges of the version that the descriptions are of are looked at, and what is the emulator's own is left out.
import { readDescription, violations } from "./schema.ts";
import type { Schema } from "./schema.ts";

export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
  readonly request: string;
  readonly status: number;
  /** Undefined for a file. */
  readonly answer: string | undefined;
}

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: "query" | "body";
    readonly required: boolean;
    readonly schema?: Schema;
  }[];
  readonly responses: Readonly<Record<string, { readonly schema?: Schema }>>;
}

const version = "2025-06-01";
const dataPlane = readDescription<Operation>("data-plane-2025-06-01.json");
const management = readDescription("management-2025-06-01.json");
const routes = Object.entries(dataPlane.paths).map(([path, methods]) => ({
  pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`, "i"),
  methods,
}));

export interface Verdict {
  /** The operation, as the description names it. */
  readonly operation: string;
  readonly inRequest: readonly string[];
  readonly inAnswer: readonly string[];
}

/** Undefined for what the descriptions say nothing of. */
export function verdictOn(exchange: Exchange): Verdict | undefined {
  if (exchange.query.get("api-version") !== version || exchange.path.startsWith("/_emulator/"))
    return undefined;
  return /^\/(?:subscriptions|providers)\//i.test(exchange.path)
    ? ofManagement(exchange)
    : ofDataPlane(exchange);
}

function ofDataPlane(exchange: Exchange): Verdict {
  const { method, path, query, status } = exchange;
  const operation = routes.find(({ pattern }) => pattern.test(path))?.methods[method.toLowerCase()];
  const name = operation?.operationId ?? `${method} ${path}`;
  const unknown = operation === undefined ? [`${name}: there is no such operation`] : [];
  const shape = operation?.responses[status] ?? operation?.responses["default"];
  // "Not modified" is HTTP's own, and answers a condition that the caller set.
  if (status === 304) return { operation: name, inRequest: [], inAnswer: [] };
  const described = operation?.responses[status] !== undefined || status >= 400;
  return {
    operation: name,
    inRequest: operation === undefined ? unknown : requestOf(operation, exchange),
    inAnswer: [
      ...(described ? [] : [`${status}: is no answer of ${name}`]),
      ...(method === "HEAD" ? [] : answerOf(shape?.schema, exchange, query.has("$select"))),
    ],
  };
}

function requestOf({ parameters }: Operation, { query, request }: Exchange): readonly string[] {
  const known = parameters.filter((one) => one.in === "query").map(({ name }) => name);
  const strange = [...query.keys()].filter((name) => !known.includes(name));
  const body = parameters.find((one) => one.in === "body");
  const found = strange.map((name) => `?${name}: is not in the description`);
  if (body === undefined)
    return request === "" ? found : [...found, "there is a body, and none is described"];
  if (request === "") return body.required ? [...found, "the body is missing"] : found;
  const rules = { ...dataRules, direction: "request", partial: false } as const;
  const sent = jsonOf(request);
  return [
    ...found,
    ...(sent === undefined ? ["the body is no JSON"] : violations(body.schema ?? {}, sent, rules)),
  ];
}

/** Undefined for what is none. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const dataRules = { definitions: dataPlane.definitions, anyCase: true };

function answerOf(
  schema: Schema | undefined,
  { answer, status }: Exchange,
  partial: boolean,
): readonly string[] {
  if (answer === undefined || schema?.type === "file") return [];
  const failed = status >= 400 ? { $ref: "#/definitions/BatchError" } : schema;
  if (failed === undefined) return answer === "" ? [] : [`${status}: has a body, and none is described`];
  if (answer === "") return [`${status}: has no body`];
  const told = jsonOf(answer);
  if (told === undefined) return [`${status}: the body is no JSON`];
  const { "odata.metadata": _metadata, ...rest } = told as Record<string, unknown>;
  return violations(failed, rest, { ...dataRules, direction: "answer", partial });
}

const account = String.raw`^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Batch/batchAccounts/[^/]+`;
const resources: readonly (readonly [pattern: RegExp, name: string])[] = [
  [new RegExp(`${account}/pools/[^/]+$`, "i"), "Pool"],
  [new RegExp(`${account}/pools$`, "i"), "Pool"],
  [new RegExp(`${account}$`, "i"), "BatchAccount"],
];
/** Part of every resource in the type data, and of the address or the version in a request. */
const envelope = new Set(["/apiVersion", "/id", "/name", "/type"]);

function ofManagement(exchange: Exchange): Verdict | undefined {
  const { method, path, request, status, answer = "" } = exchange;
  const name = resources.find(([pattern]) => pattern.test(path))?.[1];
  if (name === undefined) return undefined;
  const { definitions } = management;
  const check = (value: unknown, direction: "request" | "answer", partial: boolean) =>
    violations({ $ref: `#/definitions/${name}` }, value, {
      definitions,
      anyCase: false,
      direction,
      partial,
    }).filter((text) => !(text.endsWith(": is missing") && envelope.has(text.split(":")[0] ?? "")));
  const body = answer === "" ? undefined : (JSON.parse(answer) as Record<string, unknown>);
  const items = path.toLowerCase().endsWith("/pools") ? ((body?.["value"] ?? []) as unknown[]) : [body];
  return {
    operation: `${method} ${name}`,
    inRequest: request === "" ? [] : check(jsonOf(request), "request", method === "PATCH"),
    inAnswer:
      status >= 400
        ? errorOf(body)
        : items.flatMap((item) => (item === undefined ? [] : check(item, "answer", false))),
  };
}

/** The management plane tells failures as `{"error":{"code","message"}}`. */
function errorOf(body: Readonly<Record<string, unknown>> | undefined): readonly string[] {
  const { code, message } = (body?.["error"] ?? {}) as {
    readonly code?: unknown;
    readonly message?: unknown;
  };
  return typeof code === "string" && typeof message === "string" ? [] : ["/error: has no code and message"];
}
