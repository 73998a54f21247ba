// Turns an untrusted body into a typed value or one clear message. JSON null means "not given"; unknown members are
// dropped (recipe files carry `$schema` and comments). No field rules here, only how they are told.
import type { z } from "zod";
import { AppError } from "./errors.ts";
import type { ErrorCode } from "./errors.ts";

const maxDepth = 64;
const shownIssues = 3;

/** @throws AppError (InvalidRequest unless told otherwise) naming each field at fault, what it should be and what it was. */
export function parse<Schema extends z.ZodType>(
  schema: Schema,
  body: unknown,
  options: { readonly code?: ErrorCode; readonly what?: string } = {},
): z.output<Schema> {
  const code = options.code ?? "InvalidRequest";
  if (body === null || typeof body !== "object" || Array.isArray(body)) {
    throw new AppError(
      code,
      `${options.what ?? "The request body"}: expected a JSON object, got ${show(body)}`,
    );
  }
  const cleaned = withoutNulls(body, 0);
  const strict = schema.safeParse(cleaned);
  if (strict.success) return strict.data;
  // Forms and generators send "" for what was left out: where no empty text may stand, it means "not given".
  const dropped = dropEmptyTexts(cleaned, strict.error.issues);
  const result = dropped ? schema.safeParse(cleaned) : strict;
  if (result.success) return result.data;
  const details = result.error.issues.map((issue) => ({
    code,
    message: describe(issue, valueAt(cleaned, issue.path)),
    target: pathText(issue.path),
  }));
  const first = details.slice(0, shownIssues).map((detail) => detail.message);
  const more = details.length > shownIssues ? `; and ${details.length - shownIssues} more` : "";
  throw new AppError(code, first.join("; ") + more, {
    ...(details[0] === undefined ? {} : { target: details[0].target }),
    details: details.length > 1 ? details : [],
  });
}

/** Reads one member with a parser that says what is wrong; where, is said here. @throws AppError with the field as target. */
export function parseField<Value>(target: string, text: string, parser: (text: string) => Value): Value {
  try {
    return parser(text);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.code, `${target}: ${error.message}`, { target });
  }
}

/** JSON text → value. @throws AppError MalformedJson with the place of the fault. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch (cause) {
    // Without the piece of the text that the engine quotes: it may be from a password.
    const reason =
      cause instanceof Error
        ? cause.message.replace(/, (?:\.{3})?".*"(?:\.{3})? is not valid JSON$/s, "")
        : "unknown fault";
    throw new AppError("MalformedJson", `The request body is not valid JSON: ${reason}`, { cause });
  }
}

/** `properties.outputDirectories[0].id`; `body` for the whole. */
export function pathText(path: readonly PropertyKey[]): string {
  let out = "";
  for (const key of path)
    out += typeof key === "number" ? `[${key}]` : `${out === "" ? "" : "."}${String(key)}`;
  return out === "" ? "body" : out;
}

function withoutNulls(value: unknown, depth: number): unknown {
  if (depth > maxDepth)
    throw new AppError("InvalidRequest", `The request body is nested deeper than ${maxDepth} levels`);
  if (Array.isArray(value)) return value.map((item: unknown) => withoutNulls(item, depth + 1));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([key, member]) => [key, withoutNulls(member, depth + 1)]),
  );
}

/** Takes the empty members that the issues are about out of `root`. True when there were any. */
function dropEmptyTexts(root: unknown, issues: readonly z.core.$ZodIssue[]): boolean {
  let dropped = false;
  for (const { path } of issues) {
    const name = path.at(-1);
    const parent = valueAt(root, path.slice(0, -1));
    if (typeof name !== "string" || valueAt(root, path) !== "") continue;
    dropped = Reflect.deleteProperty(parent as object, name) || dropped;
  }
  return dropped;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

const words: Readonly<Record<string, string>> = {
  object: "a JSON object",
  array: "a list",
  string: "a text",
  number: "a number",
  boolean: "true or false",
  record: "a JSON object",
};

function describe(issue: z.core.$ZodIssue, value: unknown): string {
  const field = pathText(issue.path);
  const expected = issue.message.startsWith("expected ")
    ? issue.message
    : issue.code === "invalid_type"
      ? `expected ${words[issue.expected] ?? issue.expected}`
      : undefined;
  if (expected === undefined) return `${field}: ${issue.message}`;
  if (value === undefined) return `${field}: is required, ${expected}`;
  return `${field}: ${expected}, got ${isSecretPath(issue.path) ? "another value" : show(value)}`;
}

/** Values of credentials, passwords and secrets are never repeated in a message. */
function isSecretPath(path: readonly PropertyKey[]): boolean {
  return path.some((key) =>
    /password|accountkey|saskey|instrumentationkey|privatekey|credentials|secret/i.test(String(key)),
  );
}

function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  const shown = JSON.stringify(value) ?? typeof value;
  return shown.length > 60 ? `${shown.slice(0, 57)}...` : shown;
}
