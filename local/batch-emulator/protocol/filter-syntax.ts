// The syntax of `$filter` as the Batch service understands it: and, or, not, comparisons, startswith, strings, integers,
// booleans, DateTime'…'. Source: "List operations: filtering" of the Batch documentation; OData v3 literals.
import { BatchFault } from "../service/account/fault.ts";

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
    else if (match[3] !== undefined)
      tokens.push({ type: "string", text: match[3].replaceAll("''", "'"), at });
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
  return new FilterParser(tokenize(text)).whole();
}

class FilterParser {
  readonly #tokens: readonly Token[];
  #index = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): FilterNode {
    const tree = this.#disjunction();
    const rest = this.#next();
    if (rest.type !== "end") throw badFilter(`unexpected '${rest.text}' at position ${rest.at}`);
    return tree;
  }

  #peek(): Token {
    return this.#tokens[Math.min(this.#index, this.#tokens.length - 1)] as Token;
  }

  #next(): Token {
    const token = this.#peek();
    this.#index += 1;
    return token;
  }

  #expect(type: Token["type"]): Token {
    const token = this.#next();
    if (token.type !== type) throw badFilter(`expected ${type} at position ${token.at}`);
    return token;
  }

  #isWord(word: string): boolean {
    return this.#peek().type === "word" && this.#peek().text === word;
  }

  #disjunction(): FilterNode {
    let left = this.#conjunction();
    while (this.#isWord("or")) {
      this.#next();
      left = { kind: "or", left, right: this.#conjunction() };
    }
    return left;
  }

  #conjunction(): FilterNode {
    let left = this.#unary();
    while (this.#isWord("and")) {
      this.#next();
      left = { kind: "and", left, right: this.#unary() };
    }
    return left;
  }

  #unary(): FilterNode {
    if ((this.#depth += 1) > 100) throw badFilter("the filter is nested too deeply");
    try {
      if (this.#isWord("not")) {
        this.#next();
        return { kind: "not", operand: this.#unary() };
      }
      if (this.#peek().type !== "(") return this.#predicate();
      this.#next();
      const inside = this.#disjunction();
      this.#expect(")");
      return inside;
    } finally {
      this.#depth -= 1;
    }
  }

  #predicate(): FilterNode {
    const name = this.#expect("word");
    if (name.text === "startswith") {
      this.#expect("(");
      const path = this.#expect("word").text;
      this.#expect(",");
      const prefix = this.#expect("string").text;
      this.#expect(")");
      return { kind: "startswith", path, prefix };
    }
    const op = this.#expect("word");
    if (!comparisons.has(op.text)) throw badFilter(`unknown operator '${op.text}' at position ${op.at}`);
    return { kind: "compare", path: name.text, op: op.text as Comparison, value: literal(this.#next()) };
  }
}

function literal(token: Token): Literal {
  if (token.type === "string") return token.text;
  if (token.type === "number") return Number(token.text);
  if (token.type === "word" && (token.text === "true" || token.text === "false"))
    return token.text === "true";
  if (token.type === "time") {
    const timeMs = Date.parse(token.text.replace(/(\.\d{3})\d+/, "$1"));
    if (Number.isNaN(timeMs)) throw badFilter(`'${token.text}' is not a date and time`);
    return { timeMs };
  }
  throw badFilter(`expected a value at position ${token.at}`);
}
