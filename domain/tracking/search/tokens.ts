// The words of a search: names, numbers, texts in quotes, comparisons.
import { refuse } from "../limits.ts";

export type Token =
  | { readonly kind: "name" | "number" | "text" | "quoted"; readonly text: string }
  | { readonly kind: "sign"; readonly text: string };

/** A longer one is no search that somebody wrote. */
const longest = 50_000;
// A name in back quotes or double quotes may hold anything; in double quotes it may as well be a text.
const word =
  /\s*(?:(?<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)(?![\w.])|(?<name>[A-Za-z_][\w]*)|'(?<text>[^']*)'|"(?<double>[^"]*)"|`(?<back>[^`]*)`|(?<sign>!=|<=|>=|[=<>().,-]))/iy;

/** @throws AppError InvalidRequest */
export function tokensOf(what: string, source: string): readonly Token[] {
  if (source.length > longest) refuse(what, `is longer than ${longest} characters.`);
  const tokens: Token[] = [];
  word.lastIndex = 0;
  let end = 0;
  while (source.slice(end).trim() !== "") {
    word.lastIndex = end;
    const groups = word.exec(source)?.groups;
    if (groups === undefined)
      refuse(
        what,
        `'${source.slice(end, end + 40).trim()}' at character ${end + 1} cannot be read; texts stand in single quotes, names with special characters in back quotes.`,
      );
    end = word.lastIndex;
    const { number, name, text, double, back, sign } = groups ?? {};
    if (number !== undefined) tokens.push({ kind: "number", text: number });
    else if (name !== undefined) tokens.push({ kind: "name", text: name });
    else if (text !== undefined) tokens.push({ kind: "text", text });
    else if (double !== undefined) tokens.push({ kind: "quoted", text: double });
    else if (back !== undefined) tokens.push({ kind: "name", text: back });
    else tokens.push({ kind: "sign", text: sign ?? "" });
  }
  return tokens;
}
