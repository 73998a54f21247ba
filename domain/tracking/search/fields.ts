// What can be searched: a kind of thing, and a name in it.
import { refuse } from "../limits.ts";
import type { Token } from "./tokens.ts";

export interface Field {
  readonly of: "attribute" | "metric" | "param" | "tag" | "dataset";
  readonly name: string;
}

/** What is searched, seen through its fields. */
export interface Searchable {
  attribute(name: string): string | number | undefined;
  metric(name: string): number | undefined;
  param(name: string): string | undefined;
  tag(name: string): string | undefined;
  /** Of each dataset. */
  dataset(name: string): readonly string[];
}

export interface Searched {
  /** Its attributes, and the other words for them. */
  readonly attributes: Readonly<Record<string, "text" | "number">>;
  readonly aliases?: Readonly<Record<string, string>>;
  readonly has: readonly Field["of"][];
}

const prefixes: Readonly<Record<string, Field["of"]>> = {
  attribute: "attribute",
  attributes: "attribute",
  attr: "attribute",
  run: "attribute",
  metric: "metric",
  metrics: "metric",
  param: "param",
  params: "param",
  parameter: "param",
  parameters: "param",
  tag: "tag",
  tags: "tag",
  dataset: "dataset",
  datasets: "dataset",
};
const datasetFields = ["name", "digest", "context"];

/** A field at the start of these, and how many of them name it. @throws AppError InvalidRequest */
export function readField(
  what: string,
  searched: Searched,
  tokens: readonly Token[],
): readonly [Field, number] {
  const [first, dot] = tokens;
  if (first === undefined || !isName(first))
    refuse(what, `expected a field such as metrics.loss, got '${first?.text ?? "nothing"}'.`);
  const of = prefixes[first?.text.toLowerCase() ?? ""];
  if (dot?.text !== "." || dot.kind !== "sign" || of === undefined)
    return [checked(what, searched, { of: "attribute", name: first?.text ?? "" }), 1];
  // Parts joined by dots and dashes need no quotes.
  let count = 2;
  let name = "";
  for (let token = tokens[count]; token !== undefined && isName(token); token = tokens[count]) {
    name += token.text;
    const joint = tokens[count + 1];
    const next = tokens[count + 2];
    count += 1;
    if (joint?.kind !== "sign" || !".-".includes(joint.text) || next === undefined || !isName(next)) break;
    name += joint.text;
    count += 1;
  }
  return [checked(what, searched, { of, name }), count];
}

const isName = ({ kind }: Token) => kind === "name" || kind === "quoted";

function checked(what: string, searched: Searched, field: Field): Field {
  const { attributes, aliases = {}, has } = searched;
  if (!has.includes(field.of)) refuse(what, `'${field.of}' cannot be searched here.`);
  if (field.name === "") refuse(what, `expected a name after '${field.of}.'`);
  if (field.of === "dataset" && !datasetFields.includes(field.name))
    refuse(
      what,
      `'${field.name.slice(0, 40)}' is nothing of a dataset: expected ${datasetFields.join(", ")}.`,
    );
  if (field.of !== "attribute") return field;
  const name = Object.hasOwn(aliases, field.name) ? (aliases[field.name] ?? "") : field.name;
  if (Object.hasOwn(attributes, name)) return { of: "attribute", name };
  return refuse(
    what,
    `there is no attribute '${field.name.slice(0, 40)}': expected ${Object.keys(attributes).join(", ")}, or metrics.NAME, params.NAME, tags.NAME.`,
  );
}

export function isNumeric({ attributes }: Searched, { of, name }: Field): boolean {
  return of === "metric" || (of === "attribute" && attributes[name] === "number");
}

export function valueOf(item: Searchable, { of, name }: Field): string | number | undefined {
  switch (of) {
    case "attribute":
      return item.attribute(name);
    case "metric":
      return item.metric(name);
    case "param":
      return item.param(name);
    case "tag":
      return item.tag(name);
    case "dataset":
      return item.dataset(name)[0];
  }
}
