// Whether a value is as a description says, in the part of OpenAPI that Microsoft's descriptions of Azure Batch use. Three things are taken
// as they are on the wire, though the descriptions do not have them; everything else is a violation:
//   1. answers of the data plane carry `odata.metadata`;
//   2. with `$select` an answer has only what was asked for, also of members that are otherwise always there;
//   3. values of choices are compared without case in the data plane: the service answers `userError` where its description says
//      `usererror`, and the other way round.
import { readFileSync } from "node:fs";

export interface Schema {
  readonly $ref?: string;
  readonly type?: "string" | "integer" | "number" | "boolean" | "array" | "object" | "file";
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly readOnly?: true;
  readonly "x-writeOnly"?: true;
}

export interface Description<Path = unknown> {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Path>>>>;
  readonly definitions: Readonly<Record<string, Schema>>;
}

export function readDescription<Path>(name: string): Description<Path> {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8")) as Description<Path>;
}

export interface Rules {
  readonly definitions: Readonly<Record<string, Schema>>;
  readonly direction: "request" | "answer";
  /** Members that are otherwise always there may be missing. */
  readonly partial: boolean;
  readonly anyCase: boolean;
}

/** What is not as described, each with its place. */
export function violations(schema: Schema, value: unknown, rules: Rules, place = ""): readonly string[] {
  const meant = schema.$ref === undefined ? schema : rules.definitions[schema.$ref.split("/").at(-1) ?? ""];
  if (meant === undefined) return [`${place}: the description lacks ${schema.$ref}`];
  if (meant.$ref !== undefined) return violations(meant, value, rules, place);
  if (meant.anyOf !== undefined) return ofAny(meant.anyOf, value, rules, place);
  if (meant.type === undefined || meant.type === "file") return [];
  if (!isOf(meant.type, value)) return [`${place}: ${told(value)} is no ${meant.type}`];
  if (typeof value === "string") return ofChoice(meant, value, rules, place);
  if (Array.isArray(value))
    return value.flatMap((item: unknown) => violations(meant.items ?? {}, item, rules, `${place}[]`));
  return meant.type === "object" ? ofMembers(meant, value as Record<string, unknown>, rules, place) : [];
}

/** Never what is in a value: it may nest deeper than it can be told. */
function told(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value).slice(0, 60);
  return Array.isArray(value) ? "a list" : "an object";
}

function isOf(type: Exclude<Schema["type"], undefined | "file">, value: unknown): boolean {
  switch (type) {
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    case "string":
    case "number":
    case "boolean":
      return typeof value === type;
  }
}

function ofAny(choices: readonly Schema[], value: unknown, rules: Rules, place: string): readonly string[] {
  const found = choices.map((one) => violations(one, value, rules, place));
  return found.some((list) => list.length === 0) ? [] : (found[0] ?? []);
}

function ofChoice(schema: Schema, value: string, { anyCase }: Rules, place: string): readonly string[] {
  if (schema.enum === undefined) return [];
  const same = (one: string) => (anyCase ? one.toLowerCase() === value.toLowerCase() : one === value);
  return schema.enum.some(same) ? [] : [`${place}: '${value}' is none of ${schema.enum.join(", ")}`];
}

function ofMembers(
  { properties = {}, required = [], additionalProperties = true }: Schema,
  value: Readonly<Record<string, unknown>>,
  rules: Rules,
  place: string,
): readonly string[] {
  const { direction, partial } = rules;
  const missing = required.filter((name) => {
    const member = properties[name];
    const elsewhere = direction === "request" ? member?.readOnly : member?.["x-writeOnly"];
    return !partial && elsewhere !== true && value[name] === undefined;
  });
  const members = Object.entries(value).flatMap(([name, member]) => {
    const at = `${place}/${name}`;
    const described = properties[name];
    if (described === undefined) {
      if (additionalProperties === false) return [`${at}: is not in the description`];
      return typeof additionalProperties === "object"
        ? violations(additionalProperties, member, rules, at)
        : [];
    }
    if (direction === "request" && described.readOnly === true) return [`${at}: is the service's to say`];
    if (direction === "answer" && described["x-writeOnly"] === true) return [`${at}: is never answered`];
    // An answer may say of what is not set that it is null.
    return direction === "answer" && member === null ? [] : violations(described, member, rules, at);
  });
  return [...missing.map((name) => `${place}/${name}: is missing`), ...members];
}
