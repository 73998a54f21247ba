// Expressions that find metrics in a program's output: literal text with `{value}`, `{step}` and `{*}` in it, found anywhere
// in a line. Not regular expressions: those that users write can take the service hours on one line, these cannot.
import { parseReported } from "./reported-number.ts";

type Part =
  { readonly kind: "text"; readonly text: string } | { readonly kind: "value" | "step" | "anything" };

export interface Found {
  readonly value: number;
  readonly step?: number;
}

/** Longer lines are data, not reports. */
const longestLine = 4096;
/** Of one line: where nothing was found so often, nothing will be, and a hostile line costs no more than others. */
const mostPlaces = 200;
const placeholder = /\{([^{}]*)\}/g;
const kinds: Readonly<Record<string, "value" | "step" | "anything">> = {
  value: "value",
  step: "step",
  "*": "anything",
};

/** What is wrong with an expression, as the end of a sentence that begins with its name. */
export function patternProblem(expression: string): string | undefined {
  const names = [...expression.matchAll(placeholder)].map(([, name = ""]) => name);
  const unknown = names.find((name) => kinds[name] === undefined);
  if (unknown !== undefined) return `has {${unknown}}; only {value}, {step} and {*} are known`;
  if (names.filter((name) => name === "value").length !== 1)
    return "must have {value} once, as in 'accuracy = {value}'";
  if (names.filter((name) => name === "step").length > 1) return "has {step} more than once; keep one";
  const parts = partsOf(expression);
  if (
    parts.some(
      (part, at) => part.kind !== "text" && parts[at + 1] !== undefined && parts[at + 1]?.kind !== "text",
    )
  )
    return "has two placeholders without text between them";
  if (!parts.some((part) => part.kind === "text" && part.text.trim() !== ""))
    return "must have some text beside {value}, or every number in the output would be a metric";
  return undefined;
}

export function linePattern(expression: string): (line: string) => Found | undefined {
  const parts = partsOf(expression);
  return (line) => {
    if (line.length > longestLine) return undefined;
    const text = line.replaceAll(/\s+/g, " ");
    const [first] = parts;
    let tried = 0;
    for (let start = 0; start <= text.length && tried < mostPlaces; start += 1) {
      if (first?.kind === "text" && !text.startsWith(first.text, start)) continue;
      tried += 1;
      const found = matchAt(parts, text, start);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

function partsOf(expression: string): readonly Part[] {
  const parts: Part[] = [];
  let end = 0;
  const addText = (text: string) => {
    if (text !== "") parts.push({ kind: "text", text: text.replaceAll(/\s+/g, " ") });
  };
  for (const match of expression.matchAll(placeholder)) {
    addText(expression.slice(end, match.index));
    parts.push({ kind: kinds[match[1] ?? ""] ?? "anything" });
    end = match.index + match[0].length;
  }
  addText(expression.slice(end));
  return parts;
}

function matchAt(parts: readonly Part[], text: string, start: number): Found | undefined {
  let at = start;
  let value: number | undefined;
  let step: number | undefined;
  for (const [place, part] of parts.entries()) {
    if (part.kind === "text") {
      if (!text.startsWith(part.text, at)) return undefined;
      at += part.text.length;
    } else if (part.kind === "anything") {
      // As little as possible, and no second thought.
      const next = parts[place + 1];
      at = next?.kind === "text" ? text.indexOf(next.text, at) : text.length;
      if (at < 0) return undefined;
    } else {
      const read = place === 0 && isInsideWord(text, at) ? undefined : readNumber(text, at);
      if (read === undefined) return undefined;
      at = read.end;
      if (part.kind === "value") value = read.number;
      else step = read.number;
    }
  }
  if (value === undefined) return undefined;
  return { value, ...(step === undefined ? {} : { step }) };
}

function isInsideWord(text: string, at: number): boolean {
  return at > 0 && /[\w.+-]/.test(text[at - 1] ?? "");
}

const numeral = /[-+]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?|inf(?:inity)?|nan)/iy;

function readNumber(text: string, at: number): { number: number; end: number } | undefined {
  numeral.lastIndex = at;
  const [found] = numeral.exec(text) ?? [];
  const number = found === undefined ? undefined : parseReported(found);
  return found === undefined || number === undefined ? undefined : { number, end: at + found.length };
}
