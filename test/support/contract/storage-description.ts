// Requests to storage and their answers against Microsoft's descriptions: of blobs, queues and tables those from which AutoRest made Azurite's
// server, older than what clients speak, and of these three and of file shares those from which it made Microsoft's own clients. Both are
// read from where they lie in the packages; what fits one of them is described. Five things are taken as they are on the wire, by the pages of the
// REST reference, though the descriptions do not have them; everything else is a violation:
//   1. times of files are in ISO 8601 ("Get File Properties"), where the description has the form of other headers;
//   2. properties of a directory in a listing have no length ("List Directories and Files");
//   3. names are plain text where they need no escaping;
//   4. blobs say that they are snapshots or deleted where they are ("List Blobs"), and not that they are not;
//   5. properties of shares and directories are also answered to HEAD ("Get Share Properties", "Get Directory Properties").
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { SentRequest } from "./data-actions.ts";
import { isTime, mappedProblems, textProblem } from "./mapped-values.ts";
import type { Mapper, Models } from "./mapped-values.ts";

interface Parameter {
  readonly mapper: Mapper;
}
interface Operation {
  readonly httpMethod: string;
  readonly path?: string;
  readonly queryParameters?: readonly Parameter[];
  readonly headerParameters?: readonly Parameter[];
  readonly requestBody?: { readonly mapper: Mapper };
  readonly responses: Readonly<
    Record<string, { readonly headersMapper?: Mapper; readonly bodyMapper?: Mapper }>
  >;
}
interface Described extends Operation {
  readonly name: string;
  readonly pattern: RegExp;
  readonly models: Models;
}
type Service = "blob" | "queue" | "table" | "file";
/** Shares are reached by an account's key or a link, so that no right of an identity is about them. */
export interface StorageRequest extends Omit<SentRequest, "plane"> {
  readonly plane: Service | "vault";
}

const require = createRequire(import.meta.url);
const inPackages = (path: string) => require(join(process.cwd(), "node_modules", path)) as unknown;

/** Of Azurite: a table of operations by number, and one of their names. */
function ofServer(plane: "blob" | "queue" | "table"): readonly Described[] {
  const generated = (file: string) =>
    inPackages(`azurite/dist/src/${plane}/generated/artifacts/${file}.js`) as {
      readonly default: Readonly<Record<number, Operation>> & Readonly<Record<number, string>>;
      readonly Operation?: Readonly<Record<number, string>>;
    };
  const { Operation: known, default: other } = generated("operation");
  const names = known ?? other;
  return Object.entries(generated("specifications").default).map(([number, operation]) => {
    const { path = "", ...rest } = operation as Operation;
    const name = names[Number(number)] ?? number;
    return { ...rest, name, pattern: patternOf(path), models: generated("mappers") as unknown as Models };
  });
}

/** Of a client: each method hands the description of its operation to whoever sends it. */
function ofClient(generated: string): readonly Described[] {
  const folder = `@azure/${generated}`;
  const models = inPackages(`${folder}/models/mappers.js`) as Models;
  const files = readdirSync(join(process.cwd(), "node_modules", folder, "operations"));
  return files
    .filter((file) => file.endsWith(".js") && file !== "index.js")
    .flatMap((file) => {
      const classes = inPackages(`${folder}/operations/${file}`) as Readonly<
        Record<string, new (client: object) => Readonly<Record<string, () => Operation>>>
      >;
      return Object.entries(classes).flatMap(([group, Group]) => {
        const own = new Group({ sendOperationRequest: (_values: object, operation: Operation) => operation });
        return Object.getOwnPropertyNames(Group.prototype)
          .filter((method) => method !== "constructor")
          .map((method) => {
            const { path = "", ...rest } = own[method]?.() ?? { httpMethod: "", responses: {} };
            const name = `${group.replace(/Impl$/, "")}_${method.charAt(0).toUpperCase()}${method.slice(1)}`;
            return { ...rest, name, pattern: patternOf(path.replace(/^\//, "")), models };
          });
      });
    });
}

/** Blobs and files lie at any depth, files also in no directory at all. */
function patternOf(path: string): RegExp {
  const text = path
    .replace("{directory}/{fileName}", "{fileName}")
    .replaceAll(/[().$']/g, String.raw`\$&`)
    .replace("/{directory}", "(?:/.*)?")
    .replaceAll(/\{\w+\}/g, (name) => (/blob|fileName/.test(name) ? ".+" : "[^/()]+"));
  return new RegExp(`^${text}$`);
}

const operations: Readonly<Record<Service, readonly Described[]>> = {
  blob: [...ofServer("blob"), ...ofClient("storage-blob/dist/commonjs/generated/src")],
  queue: [...ofServer("queue"), ...ofClient("storage-queue/dist/commonjs/generated/src")],
  table: [...ofServer("table"), ...ofClient("data-tables/dist/commonjs/generated")],
  file: ofClient("storage-file-share/dist/commonjs/generated/src"),
};

/** Of the clients' and of signing, in no operation's list. */
const ofEveryRequest = new Set([
  ...["x-ms-date", "x-ms-client-request-id", "x-ms-return-client-request-id", "x-ms-version"],
  // Of a link that names a user's token beside its signature, and of the clients' telemetry.
  "x-ms-useragent",
]);
/** In every answer, as "Common REST API headers" has it; the last two in errors. */
const ofEveryAnswer = new Set([
  ...["x-ms-request-id", "x-ms-client-request-id", "x-ms-version", "x-ms-error-code"],
]);

export interface StorageVerdict {
  readonly operation: string;
  readonly problems: readonly string[];
  /** Of the answer, where one was given. */
  readonly inAnswer: readonly string[];
}

export interface StorageAnswer {
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  /** Of XML or JSON, as it was read; undefined for what is not looked into. */
  readonly body?: unknown;
}

/** @param answered status of the answer. */
export function storageVerdict(
  request: StorageRequest,
  answered: number,
  answer?: StorageAnswer,
): StorageVerdict {
  if (request.plane === "vault") throw new Error("A vault is no storage.");
  const found = operations[request.plane].filter((operation) => fits(operation, request));
  const { method, path } = request;
  if (found.length === 0)
    return { operation: `${method} ${path}`, problems: ["there is no such operation"], inAnswer: [] };
  // Of each description: what is otherwise in least was meant, and of those what has most that must be so: a block is a PUT of a blob, too.
  const best = [...new Set(found.map(({ models }) => models))].flatMap((models) =>
    found
      .filter((operation) => operation.models === models)
      .map((operation) => ({
        constants: constantsOf(operation).length,
        operation: operation.name,
        problems: problemsOf(operation, request, answered),
        inAnswer: answer === undefined ? [] : answerProblems(operation, answered, answer),
      }))
      .toSorted(
        (one, other) =>
          one.problems.length - other.problems.length ||
          other.constants - one.constants ||
          one.inAnswer.length - other.inAnswer.length,
      )
      .slice(0, 1),
  );
  const wrongIn = (one: StorageVerdict) => one.problems.length + one.inAnswer.length;
  const [least] = best.toSorted((one, other) => wrongIn(one) - wrongIn(other));
  if (least === undefined) throw new Error("nothing fits");
  const { operation, problems, inAnswer } = least;
  return { operation, problems, inAnswer };
}

function problemsOf(operation: Described, request: StorageRequest, answered: number): readonly string[] {
  const { query } = request;
  const constants = constantsOf(operation);
  const queryNames = namesOf(operation.queryParameters);
  const headerNames = namesOf(operation.headerParameters);
  return [
    ...[...query.keys()]
      .filter((name) => !queryNames.has(name) && !isOfLink(name, query))
      .map((name) => `?${name}: is not described`),
    ...[...request.headers.keys()]
      .filter((name) => name.startsWith("x-ms-") && !ofEveryRequest.has(name) && !isNamed(headerNames, name))
      .map((name) => `${name}: is not described`),
    ...(operation.queryParameters ?? [])
      .filter((one) => !constants.includes(one))
      .flatMap((one) => wrong(one, query.get(one.mapper.serializedName) ?? undefined)),
    ...(operation.headerParameters ?? [])
      .filter((one) => !constants.includes(one))
      .filter(({ mapper }) => !(query.has("sig") && mapper.serializedName === "x-ms-version"))
      .flatMap((one) => wrong(one, request.headers.get(one.mapper.serializedName.toLowerCase()))),
    ...(operation.requestBody?.mapper.required === true &&
    operation.requestBody.mapper.type.name !== "Stream" &&
    request.body === ""
      ? ["the body is missing"]
      : []),
    ...(answered >= 400 || answered === 304 || operation.responses[answered] !== undefined
      ? []
      : [`${answered}: is no answer of it`]),
  ];
}

const ofFiles = /^x-ms-file-(?:creation|change|last-write)-time$/;

/** Parameters of a signed link, which may stand in every address. */
const isOfLink = (name: string, query: URLSearchParams) =>
  query.has("sig") && /^(?:s[a-z]{1,3}|sig|spr|tn|[se][pr]k|ses|rs[a-z]{2})$/.test(name);

function answerProblems(
  { responses, models }: Described,
  status: number,
  { headers, body }: StorageAnswer,
): readonly string[] {
  // "Not modified" is HTTP's own.
  if (status === 304) return [];
  const { headersMapper, bodyMapper } = responses[status] ?? responses["default"] ?? {};
  const described = Object.values(modelOf(headersMapper, models));
  const names = new Set(described.map((one) => one.headerCollectionPrefix ?? one.serializedName));
  return [
    ...[...headers.keys()]
      .filter((name) => name.startsWith("x-ms-") && !ofEveryAnswer.has(name) && !isNamed(names, name))
      .filter((name) => status < 400 || !name.startsWith("x-ms-copy-source"))
      .map((name) => `${name}: is no header of the answer`),
    ...described.flatMap((one) => {
      const text = headers.get(one.serializedName.toLowerCase());
      if (text === undefined || (ofFiles.test(one.serializedName) && isTime(text))) return [];
      const problem = textProblem(one, text);
      return problem === undefined ? [] : [`${one.serializedName}: ${problem}`];
    }),
    ...(bodyMapper === undefined || body === undefined
      ? []
      : mappedProblems(bodyMapper, body, {
          models,
          isXml: !/\bjson\b/.test(headers.get("content-type") ?? ""),
        })),
  ];
}

const modelOf = (mapper: Mapper | undefined, models: Models): Readonly<Record<string, Mapper>> =>
  mapper?.type.modelProperties ?? models[mapper?.type.className ?? ""]?.type.modelProperties ?? {};

/** What a batch of tables does, one by one; anything else is itself. */
export function partsOf(request: StorageRequest): readonly StorageRequest[] {
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

function fits(operation: Described, { method, path, query, headers }: StorageRequest): boolean {
  const isTold = method === "HEAD" && /^(?:Share|Directory)_GetProperties$/.test(operation.name);
  if ((operation.httpMethod !== method && !isTold) || !operation.pattern.test(path)) return false;
  const constants = constantsOf(operation);
  return constants.every((one) => {
    const { serializedName, defaultValue } = one.mapper;
    const isQuery = operation.queryParameters?.includes(one) === true;
    const sent = isQuery ? query.get(serializedName) : headers.get(serializedName.toLowerCase());
    return sent === String(defaultValue);
  });
}

/** The clients' own version and what they accept are no mark of an operation. */
const constantsOf = ({ queryParameters = [], headerParameters = [] }: Operation): readonly Parameter[] =>
  [...queryParameters, ...headerParameters].filter(
    ({ mapper: { isConstant, required, serializedName } }) =>
      isConstant === true &&
      required !== false &&
      !/^(?:x-ms-version|accept|content-type|dataserviceversion)$/i.test(serializedName),
  );

const namesOf = (parameters: readonly Parameter[] = []) =>
  new Set(parameters.map(({ mapper }) => mapper.headerCollectionPrefix ?? mapper.serializedName));

const isNamed = (names: ReadonlySet<string>, name: string) =>
  [...names].some((known) => known.toLowerCase() === name || (known.endsWith("-") && name.startsWith(known)));

function wrong({ mapper }: Parameter, sent: string | undefined): readonly string[] {
  const { serializedName: name, required, isConstant, constraints = {} } = mapper;
  if (isConstant === true && required !== true) return [];
  if (sent === undefined) return required === true ? [`${name}: is missing`] : [];
  const problem = textProblem(mapper, sent);
  const problems = problem === undefined ? [] : [`${name}: ${problem}`];
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
