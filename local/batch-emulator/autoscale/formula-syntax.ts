// The syntax tree of an autoscale formula and its parser: recursive descent, one level of operators per precedence.
// Nothing is looked up here; what a name means is the evaluator's business.
import { FormulaSyntaxError, formulaTokens, type Position, type Token } from "./formula-tokens.ts";

export type BinaryOperator = "+" | "-" | "*" | "/" | "<" | "<=" | ">" | ">=" | "==" | "!=" | "&&" | "||";

export type Expression =
  | { readonly kind: "number"; readonly value: number; readonly at: Position }
  | { readonly kind: "string"; readonly value: string; readonly at: Position }
  | Variable
  | {
      readonly kind: "unary";
      readonly operator: "-" | "!";
      readonly operand: Expression;
      readonly at: Position;
    }
  | {
      readonly kind: "binary";
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
      readonly at: Position;
    }
  | {
      readonly kind: "choice";
      readonly condition: Expression;
      readonly then: Expression;
      readonly otherwise: Expression;
      readonly at: Position;
    }
  | {
      readonly kind: "call";
      readonly name: string;
      readonly args: readonly Expression[];
      readonly at: Position;
    }
  | {
      readonly kind: "member";
      readonly target: Expression;
      readonly name: string;
      /** Absent: read without parentheses. */
      readonly args?: readonly Expression[];
      readonly at: Position;
    };

/** `$x` and `x` are one variable. */
export interface Variable {
  readonly kind: "variable";
  readonly name: string;
  readonly at: Position;
}

export type Statement =
  | { readonly kind: "assign"; readonly target: Variable; readonly value: Expression }
  | { readonly kind: "expression"; readonly value: Expression };

/** Documented limits of a formula. */
export const maxFormulaLength = 8_192;
export const maxFormulaStatements = 100;

/** Throws FormulaSyntaxError. */
export function parseFormula(text: string): Statement[] {
  const start = { line: 1, column: 1 };
  if (text.length > maxFormulaLength)
    throw new FormulaSyntaxError(`The formula is longer than ${maxFormulaLength} characters`, start);
  const parser = new Parser(formulaTokens(text));
  const statements: Statement[] = [];
  while (!parser.atEnd()) {
    if (parser.accept(";")) continue;
    const at = parser.position();
    statements.push(parser.statement());
    if (statements.length > maxFormulaStatements)
      throw new FormulaSyntaxError(`The formula has more than ${maxFormulaStatements} statements`, at);
    if (!parser.atEnd()) parser.expect(";", "between two statements");
  }
  if (statements.length === 0) throw new FormulaSyntaxError("The formula is empty", start);
  return statements;
}

/** Weakest first; all associate to the left. */
const levels: readonly (readonly BinaryOperator[])[] = [
  ["||"],
  ["&&"],
  ["==", "!="],
  ["<", "<=", ">", ">="],
  ["+", "-"],
  ["*", "/"],
];
/** Deeper than any formula of the permitted length needs; keeps hostile input from exhausting the stack. */
const maxDepth = 200;

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  statement(): Statement {
    const next = this.#tokens[this.#at + 1];
    if (this.#peek().kind === "name" && next?.kind === "symbol" && next.text === "=") {
      const name = this.#take();
      this.#take();
      return {
        kind: "assign",
        target: { kind: "variable", name: name.text, at: name.at },
        value: this.#expression(),
      };
    }
    return { kind: "expression", value: this.#expression() };
  }

  atEnd(): boolean {
    return this.#peek().kind === "end";
  }

  position(): Position {
    return this.#peek().at;
  }

  accept(symbol: string): boolean {
    const token = this.#peek();
    if (token.kind !== "symbol" || token.text !== symbol) return false;
    this.#at += 1;
    return true;
  }

  expect(symbol: string, where: string): void {
    if (!this.accept(symbol)) throw unexpected(this.#peek(), `'${symbol}' ${where}`);
  }

  #expression(): Expression {
    this.#depth += 1;
    if (this.#depth > maxDepth)
      throw new FormulaSyntaxError("The expression is nested too deeply", this.position());
    const condition = this.#binary(0);
    const at = this.position();
    if (this.accept("?")) {
      const then = this.#expression();
      this.expect(":", "of the choice");
      const otherwise = this.#expression();
      this.#depth -= 1;
      return { kind: "choice", condition, then, otherwise, at };
    }
    this.#depth -= 1;
    return condition;
  }

  #binary(level: number): Expression {
    const operators = levels[level];
    if (!operators) return this.#unary();
    let left = this.#binary(level + 1);
    for (;;) {
      const token = this.#peek();
      const operator = operators.find((one) => token.kind === "symbol" && one === token.text);
      if (!operator) return left;
      this.#take();
      left = { kind: "binary", operator, left, right: this.#binary(level + 1), at: token.at };
    }
  }

  #unary(): Expression {
    const prefixes: Token[] = [];
    while (["-", "!"].includes(this.#peek().text) && this.#peek().kind === "symbol")
      prefixes.push(this.#take());
    let operand = this.#postfix();
    for (const { text, at } of prefixes.reverse())
      operand = { kind: "unary", operator: text === "-" ? "-" : "!", operand, at };
    return operand;
  }

  #postfix(): Expression {
    let target = this.#primary();
    while (this.accept(".")) {
      const name = this.#take();
      if (name.kind !== "name" || name.isService) throw unexpected(name, "the name of a method after '.'");
      const args = this.accept("(") ? this.#args() : undefined;
      target = { kind: "member", target, name: name.text, at: name.at, ...(args ? { args } : {}) };
    }
    return target;
  }

  #primary(): Expression {
    const token = this.#take();
    const { at } = token;
    if (token.kind === "number") return { kind: "number", value: Number(token.text), at };
    if (token.kind === "string") return { kind: "string", value: token.text, at };
    if (token.kind === "name") {
      if (!token.isService && this.accept("("))
        return { kind: "call", name: token.text, args: this.#args(), at };
      return { kind: "variable", name: token.text, at };
    }
    if (token.kind === "symbol" && token.text === "(") {
      const inner = this.#expression();
      this.expect(")", "to close the parenthesis");
      return inner;
    }
    throw unexpected(token, "a value");
  }

  /** After the opening parenthesis. */
  #args(): Expression[] {
    const args: Expression[] = [];
    if (this.accept(")")) return args;
    do args.push(this.#expression());
    while (this.accept(","));
    this.expect(")", "to close the arguments");
    return args;
  }

  #peek(): Token {
    const token = this.#tokens[Math.min(this.#at, this.#tokens.length - 1)];
    if (!token) throw new Error("a token list ends with an 'end' token");
    return token;
  }

  #take(): Token {
    const token = this.#peek();
    this.#at += 1;
    return token;
  }
}

function unexpected(token: Token, wanted: string): FormulaSyntaxError {
  const found = token.kind === "end" ? "the end of the formula" : `'${token.text}'`;
  return new FormulaSyntaxError(`Expected ${wanted}, found ${found}`, token.at);
}
