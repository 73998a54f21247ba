// An entity's wire shape as a table of named getters: $select computes only what is asked for, $filter reads only what
// it compares, and a list of a thousand tasks builds nothing twice. Times are numbers inside and ISO text outside.
import { BatchFault } from "../service/account/fault.ts";
import type { Call } from "./wire.ts";
import { badFilter } from "./filter-syntax.ts";
import type { FilterNode, Literal } from "./filter-syntax.ts";

export interface FieldContext {
  readonly baseUrl: string;
  readonly call: Call;
}

export interface Field<T> {
  readonly get: (entity: T, context: FieldContext) => unknown;
  readonly time?: true;
  /** Only with $expand. */
  readonly expand?: true;
}

export type FieldTable<T> = Readonly<Record<string, Field<T>>>;

export const time = <T>(get: (entity: T) => number | undefined): Field<T> => ({ get, time: true });
export const value = <T>(get: (entity: T, context: FieldContext) => unknown): Field<T> => ({ get });

/** ISO text of an epoch time in milliseconds. */
export const isoTime = (ms: number): string => new Date(ms).toISOString();
export const optionalTime = (ms: number | undefined) => (ms === undefined ? undefined : isoTime(ms));

/** The table's own entry: names that every object has, such as `constructor`, are no fields. */
const fieldOf = <T>(table: FieldTable<T>, name: string): Field<T> | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

const badQuery = (name: string, text: string, reason: string) =>
  new BatchFault(
    400,
    "InvalidQueryParameterValue",
    "Value for one of the query parameters specified in the request URI is invalid",
    [
      { key: "QueryParameterName", value: name },
      { key: "QueryParameterValue", value: text },
      { key: "Reason", value: reason },
    ],
  );

/** The names of a comma list, checked against the table. */
function names(call: Call, parameter: string, known: (name: string) => boolean): Set<string> | undefined {
  const now = (name: string) => call.spelling?.nameNow(name) ?? name;
  const text = call.request.query.get(parameter);
  if (text === undefined || text.trim() === "") return undefined;
  const list = text.split(",").map((name) => name.trim());
  const unknown = list.find((name) => !known(now(name)));
  if (unknown !== undefined)
    throw badQuery(parameter, text, `'${unknown}' is not a property of the resource`);
  return new Set(list.map(now));
}

/** A function that renders an entity as the request's $select and $expand ask. */
export function renderer<T>(call: Call, table: FieldTable<T>): (entity: T) => Record<string, unknown> {
  const select = names(call, "$select", (name) => fieldOf(table, name) !== undefined || name === "stats");
  const expand = names(call, "$expand", (name) => fieldOf(table, name)?.expand === true || name === "stats");
  const wanted = Object.entries(table).filter(([name, field]) =>
    select === undefined
      ? field.expand !== true || expand?.has(name) === true
      : select.has(name) && (field.expand !== true || expand?.has(name) === true || select.has(name)),
  );
  const context = { baseUrl: call.request.baseUrl, call };
  const { spelling } = call;
  return (entity) => {
    const shape: Record<string, unknown> = {};
    for (const [name, field] of wanted) {
      const got = field.get(entity, context);
      if (got !== undefined) shape[name] = field.time === true ? isoTime(got as number) : got;
    }
    return spelling === undefined ? shape : (spelling.toPast(shape) as Record<string, unknown>);
  };
}

/** A predicate for the request's $filter. `allowed`: the paths that may be compared; absent: every scalar. */
export function filterOf<T>(
  call: Call,
  table: FieldTable<T>,
  parse: (text: string) => FilterNode,
  allowed?: ReadonlySet<string>,
): ((entity: T) => boolean) | undefined {
  const text = call.request.query.get("$filter");
  if (text === undefined || text.trim() === "") return undefined;
  const context = { baseUrl: call.request.baseUrl, call };
  return compile(parse(text), (path) => {
    const [head = "", ...rest] = path.split("/");
    const field = fieldOf(table, head);
    if (field === undefined || (allowed !== undefined && !allowed.has(path)))
      throw badFilter(`'${path}' cannot be used in a filter here`);
    return (entity) => {
      let got = field.get(entity, context);
      for (const name of rest) got = memberOf(got, name);
      return got;
    };
  });
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;

type Read<T> = (entity: T) => unknown;

function compile<T>(node: FilterNode, reader: (path: string) => Read<T>): (entity: T) => boolean {
  switch (node.kind) {
    case "and": {
      const [left, right] = [compile(node.left, reader), compile(node.right, reader)];
      return (entity) => left(entity) && right(entity);
    }
    case "or": {
      const [left, right] = [compile(node.left, reader), compile(node.right, reader)];
      return (entity) => left(entity) || right(entity);
    }
    case "not": {
      const operand = compile(node.operand, reader);
      return (entity) => !operand(entity);
    }
    case "startswith": {
      const read = reader(node.path);
      const prefix = node.prefix.toLowerCase();
      return (entity) => {
        const got = read(entity);
        return typeof got === "string" && got.toLowerCase().startsWith(prefix);
      };
    }
    case "compare": {
      const read = reader(node.path);
      const { op, value: wanted } = node;
      return (entity) => compare(read(entity), op, wanted);
    }
  }
}

/** Values compare without case; a missing value is unequal to everything. */
function compare(got: unknown, op: string, wanted: Literal): boolean {
  if (got === undefined || got === null) return op === "ne";
  const [left, right] = comparable(got, wanted);
  if (left === undefined || right === undefined) return op === "ne";
  switch (op) {
    case "eq":
      return left === right;
    case "ne":
      return left !== right;
    case "gt":
      return left > right;
    case "ge":
      return left >= right;
    case "lt":
      return left < right;
    default:
      return left <= right;
  }
}

type Scalar = string | number | boolean;

const scalar = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);

function comparable(got: unknown, wanted: Literal): [Scalar | undefined, Scalar | undefined] {
  if (typeof wanted === "object")
    return [typeof got === "string" ? Date.parse(got) : scalar(got), wanted.timeMs];
  if (typeof wanted === "string")
    return [typeof got === "string" ? got.toLowerCase() : undefined, wanted.toLowerCase()];
  if (typeof wanted === "number") return [typeof got === "string" ? Number(got) : scalar(got), wanted];
  return [typeof got === "boolean" ? got : undefined, wanted];
}

export { badQuery };
