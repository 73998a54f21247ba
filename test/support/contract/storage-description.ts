// Requests to storage and their answers against Microsoft's descriptions of blobs, queues and tables: those from which AutoRest made Azurite's
// server, read from where they lie in its package. They are older than what the clients speak: what Azure has had since then is not in them.
import { createRequire } from "node:module";
import { join } from "node:path";
import type { SentRequest } from "./data-actions.ts";

interface Parameter {
  readonly mapper: {
    readonly serializedName: string;
    readonly required?: boolean;
    readonly isConstant?: boolean;
    readonly defaultValue?: unknown;
    readonly headerCollectionPrefix?: string;
    readonly constraints?: Readonly<Record<string, number | RegExp>>;
    readonly type: { readonly name: string; readonly allowedValues?: readonly string[] };
  };
}
interface Operation {
  readonly httpMethod: string;
  readonly path?: string;
  readonly queryParameters?: readonly Parameter[];
  readonly headerParameters?: readonly Parameter[];
  readonly requestBody?: { readonly mapper: { readonly required?: boolean } };
  readonly responses: Readonly<Record<string, unknown>>;
}
interface Described extends Operation {
  readonly name: string;
  readonly pattern: RegExp;
}

const require = createRequire(import.meta.url);
const generated = (plane: string, file: string) =>
  require(join(process.cwd(), `node_modules/azurite/dist/src/${plane}/generated/artifacts/${file}.js`)) as {
    readonly default: Readonly<Record<number, Operation>> & Readonly<Record<number, string>>;
    readonly Operation?: Readonly<Record<number, string>>;
  };

function described(plane: "blob" | "queue" | "table"): readonly Described[] {
  const { Operation: known, default: other } = generated(plane, "operation");
  const names = known ?? other;
  return Object.entries(generated(plane, "specifications").default).map(([number, operation]) => ({
    ...(operation as Operation),
    name: names[Number(number)] ?? number,
    pattern: new RegExp(
      `^${((operation as Operation).path ?? "").replaceAll(/[().$']/g, String.raw`\$&`).replaceAll(/\{\w+\}/g, (name) => (name === "{blob}" ? ".+" : "[^/()]+"))}$`,
    ),
  }));
}
const operations = { blob: described("blob"), queue: described("queue"), table: described("table") };

/** Of the clients' and of signing, in no operation's list. */
const ofEveryRequest = new Set(["x-ms-date", "x-ms-client-request-id", "x-ms-return-client-request-id"]);

export interface StorageVerdict {
  readonly operation: string;
  readonly problems: readonly string[];
}

/** @param answered status of the answer. */
export function storageVerdict(request: SentRequest, answered: number): StorageVerdict {
  if (request.plane === "vault") throw new Error("A vault is no storage.");
  const found = operations[request.plane].filter((operation) => fits(operation, request));
  const { method, path } = request;
  if (found.length === 0) return { operation: `${method} ${path}`, problems: ["there is no such operation"] };
  // What has most that must be so is what was meant: a block is a PUT of a blob, too. Two kinds of lists differ in what may be asked.
  const most = Math.max(...found.map((operation) => constantsOf(operation).length));
  const [best] = found
    .filter((operation) => constantsOf(operation).length === most)
    .map((operation) => ({ operation: operation.name, problems: problemsOf(operation, request, answered) }))
    .toSorted((one, other) => one.problems.length - other.problems.length);
  if (best === undefined) throw new Error("nothing fits");
  return best;
}

function problemsOf(operation: Described, request: SentRequest, answered: number): readonly string[] {
  const { query } = request;
  const constants = constantsOf(operation);
  const queryNames = namesOf(operation.queryParameters);
  const headerNames = namesOf(operation.headerParameters);
  return [
    ...[...query.keys()].filter((name) => !queryNames.has(name)).map((name) => `?${name}: is not described`),
    ...[...request.headers.keys()]
      .filter((name) => name.startsWith("x-ms-") && !ofEveryRequest.has(name) && !isNamed(headerNames, name))
      .map((name) => `${name}: is not described`),
    ...(operation.queryParameters ?? [])
      .filter((one) => !constants.includes(one))
      .flatMap((one) => wrong(one, query.get(one.mapper.serializedName) ?? undefined)),
    ...(operation.headerParameters ?? []).flatMap((one) =>
      wrong(one, request.headers.get(one.mapper.serializedName.toLowerCase())),
    ),
    ...(operation.requestBody?.mapper.required === true && request.body === ""
      ? ["the body is missing"]
      : []),
    ...(answered >= 400 || answered === 304 || operation.responses[answered] !== undefined
      ? []
      : [`${answered}: is no answer of it`]),
  ];
}

/** What a batch of tables does, one by one; anything else is itself. */
export function partsOf(request: SentRequest): readonly SentRequest[] {
  if (request.plane !== "table" || request.path !== "$batch") return [request];
  const each = /^([A-Z]+) (https?:\S+) HTTP\/1\.1\r?\n((?:[^\r\n]+\r?\n)*)\r?\n([^\r\n]*)/gm;
  return [...request.body.matchAll(each)].map(([, method = "", address = "", lines = "", body = ""]) => {
    const { pathname, searchParams: query } = new URL(address);
    const headers = lines
      .split(/\r?\n/)
      .filter((line) => line.includes(":"))
      .map((line): [string, string] => {
        const [name = "", ...value] = line.split(":");
        return [name.toLowerCase(), value.join(":").trim()];
      });
    const path = decodeURIComponent(pathname).replace(/^\/[^/]+\//, "");
    return { plane: "table", method, path, query, headers: new Map(headers), body };
  });
}

function fits(operation: Described, { method, path, query, headers }: SentRequest): boolean {
  if (operation.httpMethod !== method || !operation.pattern.test(path)) return false;
  return constantsOf(operation).every(({ mapper: { serializedName, defaultValue } }) => {
    const sent = serializedName.startsWith("x-ms-")
      ? headers.get(serializedName.toLowerCase())
      : query.get(serializedName);
    return sent === String(defaultValue);
  });
}

const constantsOf = ({ queryParameters = [], headerParameters = [] }: Operation): readonly Parameter[] =>
  [...queryParameters, ...headerParameters].filter(
    ({ mapper }) => mapper.isConstant === true && mapper.required === true,
  );

const namesOf = (parameters: readonly Parameter[] = []) =>
  new Set(parameters.map(({ mapper }) => mapper.headerCollectionPrefix ?? mapper.serializedName));

const isNamed = (names: ReadonlySet<string>, name: string) =>
  [...names].some((known) => known.toLowerCase() === name || (known.endsWith("-") && name.startsWith(known)));

function wrong({ mapper }: Parameter, sent: string | undefined): readonly string[] {
  const { serializedName: name, required, type, constraints = {} } = mapper;
  if (sent === undefined) return required === true ? [`${name}: is missing`] : [];
  const problems: string[] = [];
  if (type.name === "Number" && !/^-?\d+$/.test(sent)) problems.push(`${name}: '${sent}' is no number`);
  if (type.allowedValues !== undefined && !type.allowedValues.includes(sent))
    problems.push(`${name}: '${sent}' is none of ${type.allowedValues.join(", ")}`);
  const {
    InclusiveMinimum: least,
    InclusiveMaximum: most,
    MaxLength: longest,
    Pattern: pattern,
  } = constraints;
  if (typeof least === "number" && Number(sent) < least) problems.push(`${name}: ${sent} is below ${least}`);
  if (typeof most === "number" && Number(sent) > most) problems.push(`${name}: ${sent} is above ${most}`);
  if (typeof longest === "number" && sent.length > longest)
    problems.push(`${name}: is longer than ${longest}`);
  if (pattern instanceof RegExp && !pattern.test(sent)) problems.push(`${name}: '${sent}' has another form`);
  return problems;
}
