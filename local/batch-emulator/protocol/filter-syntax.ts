// The syntax of `$filter` as the Batch service understands it: and, or, not, comparisons, startswith, strings, integers,
// booleans, DateTime'…'. Source: "List operations: filtering" of the Batch documentation; OData v3 literals.
import { BatchFault } from "../service/fault.ts";

export type Literal = string | number | boolean | { readonly timeMs: number };
export type Comparison = "eq" | "ne" | "gt" | "ge" | "lt" | "le";
export type FilterNode =
  | { readonly kind: "and" | "or"; readonly left: FilterNode; readonly right: FilterNode }
  | { readonly kind: "not"; readonly operand: FilterNode }
  | { readonly kind: "compare"; readonly path: string; readonly op: Comparison; readonly value: Literal }
  | { readonly kind: "startswith"; readonly path: string; readonly prefix: string };

export const badFilter = (reason: string) =>
  new BatchFault(
    400,
    "InvalidQueryParameterValue",
    "Value for one of the query parameters specified in the request URI is invalid",
    [
      { key: "QueryParameterName", value: "$filter" },
      { key: "Reason", value: reason },
    ],
  );

interface Token {
  readonly type: "word" | "string" | "number" | "time" | "(" | ")" | "," | "end";
  readonly text: string;
  readonly at: number;
}

const tokenPattern =
  /\s*(?:(datetime(?:offset)?\s*'((?:[^']|'')*)')|'((?:[^']|'')*)'|(-?\d+(?:\.\d+)?)(?![\w/])|([A-Za-z_][\w/.]*)|([(),]))/iy;

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (text.slice(at).trim() !== "") {
    tokenPattern.lastIndex = at;
    const match = tokenPattern.exec(text);
    if (match === null) throw badFilter(`unexpected character at position ${at}`);
    if (match[1] !== undefined) tokens.push({ type: "time", text: match[2] ?? "", at });
    else if (match[3] !== undefined) tokens.push({ type: "string", text: match[3].replaceAll("''", "'"), at });
    else if (match[4] !== undefined) tokens.push({ type: "number", text: match[4], at });
    else if (match[5] !== undefined) tokens.push({ type: "word", text: match[5], at });
    else tokens.push({ type: match[6] as "(" | ")" | ",", text: match[6] ?? "", at });
    at = tokenPattern.lastIndex;
  }
  tokens.push({ type: "end", text: "", at: text.length });
  return tokens;
}

const comparisons: ReadonlySet<string> = new Set(["eq", "ne", "gt", "ge", "lt", "le"]);

/** Parses a filter; throws the service's 400 when it is malformed. */
export function parseFilter(text: string): FilterNode {
  if (text.length > 8192) throw badFilter("the filter is longer than 8192 characters");
  const tokens = tokenize(text);
  let index = 0;
  let depth = 0;
  const peek = () => tokens[index] ?? { type: "end" as const, text: "", at: text.length };
  const next = () => {
    const token = peek();
    index += 1;
    return token;
  };
  const expect = (type: Token["type"]) => {
    const token = next();
    if (token.type !== type) throw badFilter(`expected ${type} at position ${token.at}`);
    return token;
  };
  const isWord = (word: string) => peek().type === "word" && peek().text === word;

  function disjunction(): FilterNode {
    let left = conjunction();
    while (isWord("or")) {
      next();
      left = { kind: "or", left, right: conjunction() };
    }
    return left;
  }
  function conjunction(): FilterNode {
    let left = unary();
    while (isWord("and")) {
      next();
      left = { kind: "and", left, right: unary() };
    }
    return left;
  }
  function unary(): FilterNode {
    if ((depth += 1) > 100) throw badFilter("the filter is nested too deeply");
    try {
      if (isWord("not")) {
        next();
        return { kind: "not", operand: unary() };
      }
      if (peek().type === "(") {
        next();
        const inside = disjunction();
        expect(")");
        return inside;
      }
      return predicate();
    } finally {
      depth -= 1;
    }
  }
  function predicate(): FilterNode {
    const name = expect("word");
    if (name.text === "startswith") {
      expect("(");
      const path = expect("word").text;
      expect(",");
      const prefix = expect("string").text;
      expect(")");
      return { kind: "startswith", path, prefix };
    }
    const op = expect("word");
    if (!comparisons.has(op.text)) throw badFilter(`unknown operator '${op.text}' at position ${op.at}`);
    return { kind: "compare", path: name.text, op: op.text as Comparison, value: literal(next()) };
  }

  const tree = disjunction();
  const rest = next();
  if (rest.type !== "end") throw badFilter(`unexpected '${rest.text}' at position ${rest.at}`);
  return tree;
}

function literal(token: Token): Literal {
  if (token.type === "string") return token.text;
  if (token.type === "number") return Number(token.text);
  if (token.type === "word" && (token.text === "true" || token.text === "false")) return token.text === "true";
  if (token.type === "time") {
    const timeMs = Date.parse(token.text.replace(/(\.\d{3})\d+/, "$1"));
    if (Number.isNaN(timeMs)) throw badFilter(`'${token.text}' is not a date and time`);
    return { timeMs };
  }
  throw badFilter(`expected a value at position ${token.at}`);
}
