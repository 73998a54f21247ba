// `metrics.loss < 0.5 and params.lr = '0.1'`: comparisons joined by `and`, as MLflow's clients write them.
import { refuse } from "../limits.ts";
import { isNumeric, readField, valueOf } from "./fields.ts";
import type { Field, Searchable, Searched } from "./fields.ts";
import { like } from "./like.ts";
import { tokensOf } from "./tokens.ts";
import type { Token } from "./tokens.ts";

export type Matches = (item: Searchable) => boolean;

/** Comparisons in one search. */
const most = 100;
const numeric = ["=", "!=", "<", "<=", ">", ">="];
const textual = ["=", "!=", "LIKE", "ILIKE", "IN", "NOT IN", "IS NULL", "IS NOT NULL"];

/** @throws AppError InvalidRequest */
export function filterOf(source: string | undefined, searched: Searched): Matches {
  let left = tokensOf("filter", source ?? "");
  const all: Matches[] = [];
  while (left.length > 0) {
    if (all.length > 0) {
      if (!isWord(left[0], "AND"))
        refuse("filter", `expected 'and' before '${left[0]?.text ?? ""}'; nothing else joins comparisons.`);
      left = left.slice(1);
    }
    if (all.length === most) refuse("filter", `holds at most ${most} comparisons.`);
    const [matches, count] = readComparison(left, searched);
    all.push(matches);
    left = left.slice(count);
  }
  return (item) => all.every((matches) => matches(item));
}

const isWord = (token: Token | undefined, word: string) =>
  token?.kind === "name" && token.text.toUpperCase() === word;

function readComparison(tokens: readonly Token[], searched: Searched): readonly [Matches, number] {
  const [field, start] = readField("filter", searched, tokens);
  const [sign, words] = readSign(tokens.slice(start));
  const allowed = isNumeric(searched, field) ? numeric : textual;
  if (!allowed.includes(sign))
    refuse(
      "filter",
      `'${sign}' cannot compare ${field.of} '${field.name.slice(0, 60)}': expected ${allowed.join(" ")}.`,
    );
  const at = start + words;
  if (sign === "IS NULL") return [(item) => valueOf(item, field) === undefined, at];
  if (sign === "IS NOT NULL") return [(item) => valueOf(item, field) !== undefined, at];
  const rest = tokens.slice(at);
  if (sign === "IN" || sign === "NOT IN") {
    const [values, count] = readList(rest);
    const wanted = sign === "IN";
    return [someText(field, (text) => values.has(text) === wanted), at + count];
  }
  const [value] = rest;
  if (isNumeric(searched, field)) return [comparison(field, sign, numberIn(field, value)), at + 1];
  if (value?.kind !== "text" && value?.kind !== "quoted")
    refuse(
      "filter",
      `the value of ${field.of} '${field.name.slice(0, 60)}' is a text: expected it in single quotes, got '${value?.text ?? "nothing"}'.`,
    );
  return [textMatches(field, sign, value?.text ?? ""), at + 1];
}

function readSign(tokens: readonly Token[]): readonly [string, number] {
  const words = tokens
    .slice(0, 3)
    .map(({ kind, text }) => (kind === "name" || kind === "sign" ? text.toUpperCase() : ""));
  const [one = "", two = "", three = ""] = words;
  if (one === "IS" && two === "NOT" && three === "NULL") return ["IS NOT NULL", 3];
  if (one === "IS" && two === "NULL") return ["IS NULL", 2];
  if (one === "NOT" && two === "IN") return ["NOT IN", 2];
  return [one, 1];
}

function readList(tokens: readonly Token[]): readonly [ReadonlySet<string>, number] {
  const end = tokens.findIndex(({ kind, text }) => kind === "sign" && text === ")");
  const inner = tokens.slice(1, Math.max(end, 1));
  const isList =
    tokens[0]?.text === "(" &&
    end > 1 &&
    inner.every(({ kind, text }, at) =>
      at % 2 === 1 ? kind === "sign" && text === "," : kind === "text" || kind === "quoted",
    );
  if (!isList) refuse("filter", "expected a list such as ('a', 'b') after IN.");
  return [new Set(inner.filter((_, at) => at % 2 === 0).map(({ text }) => text)), end + 1];
}

function numberIn(field: Field, token: Token | undefined): number {
  if (token?.kind === "number") return Number(token.text);
  return refuse(
    "filter",
    `${field.of} '${field.name.slice(0, 60)}' is compared with a number, got '${token?.text ?? "nothing"}'.`,
  );
}

function comparison(field: Field, sign: string, wanted: number): Matches {
  return (item) => {
    const value = valueOf(item, field);
    if (typeof value !== "number") return false;
    switch (sign) {
      case "=":
        return value === wanted;
      case "!=":
        return value !== wanted;
      case "<":
        return value < wanted;
      case "<=":
        return value <= wanted;
      case ">":
        return value > wanted;
      default:
        return value >= wanted;
    }
  };
}

function textMatches(field: Field, sign: string, wanted: string): Matches {
  switch (sign) {
    case "=":
      return someText(field, (text) => text === wanted);
    case "!=":
      return someText(field, (text) => text !== wanted);
    case "LIKE":
      return someText(field, (text) => like(text, wanted));
    default: {
      const lower = wanted.toLowerCase();
      return someText(field, (text) => like(text.toLowerCase(), lower));
    }
  }
}

/** What has no such field matches nothing; of several datasets one is enough. */
function someText(field: Field, matches: (text: string) => boolean): Matches {
  if (field.of === "dataset") return (item) => item.dataset(field.name).some(matches);
  return (item) => {
    const value = valueOf(item, field);
    return typeof value === "string" && matches(value);
  };
}
