// Words of the autoscale formula language (Azure Batch documentation, "Create a formula to automatically scale compute
// nodes"). Every token knows its line and column, because that is what a user of a formula needs from an error.

/** 1-based. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export class FormulaError extends Error {
  readonly at: Position;
  constructor(message: string, at: Position) {
    super(`${message} (line ${at.line}, column ${at.column})`);
    this.at = at;
  }
}

/** The formula cannot be read: it is refused when it is set. */
export class FormulaSyntaxError extends FormulaError {}

export interface Token {
  readonly kind: "number" | "string" | "name" | "symbol" | "end";
  /** A name without its `$`, a string without its quotes. */
  readonly text: string;
  readonly isService: boolean;
  readonly at: Position;
}

const pattern =
  /(?<blank>[ \t\r\n\f\v]+|\/\/[^\n]*)|(?<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)|(?<name>\$?[A-Za-z_][A-Za-z0-9_]*)|"(?<string>[^"\n]*)"|(?<symbol>==|!=|<=|>=|&&|\|\||[-+*/<>!?:=(),.;])/y;

export function formulaTokens(text: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let lineStart = 0;
  let offset = 0;
  const at = (): Position => ({ line, column: offset - lineStart + 1 });
  while (offset < text.length) {
    pattern.lastIndex = offset;
    const match = pattern.exec(text);
    if (!match) throw unreadable(text.charAt(offset), at());
    const token = tokenOf(match.groups ?? {}, at());
    if (token) tokens.push(token);
    for (const breakAt of lineBreaks(match[0])) {
      line += 1;
      lineStart = offset + breakAt + 1;
    }
    offset += match[0].length;
  }
  tokens.push({ kind: "end", text: "", isService: false, at: at() });
  return tokens;
}

function tokenOf(groups: Record<string, string | undefined>, at: Position): Token | undefined {
  const { number, name, string, symbol } = groups;
  const token = (kind: Token["kind"], text: string, isService = false): Token => ({
    kind,
    text,
    isService,
    at,
  });
  if (number !== undefined) return token("number", number);
  if (name !== undefined) return token("name", name.replace("$", ""), name.startsWith("$"));
  if (string !== undefined) return token("string", string);
  if (symbol !== undefined) return token("symbol", symbol);
  return undefined;
}

function unreadable(char: string, at: Position): FormulaSyntaxError {
  if (char === '"') return new FormulaSyntaxError("The string is not closed", at);
  return new FormulaSyntaxError(`Unexpected character '${char}'`, at);
}

function lineBreaks(text: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) found.push(at);
  return found;
}
