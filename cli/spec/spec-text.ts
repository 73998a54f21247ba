// The text of a spec, JSON or YAML: its value, and where in the file a member of it stands. What is wrong with a text is told as
// `file:line:column`.
import { usageError } from "../failure.ts";

type Path = readonly (string | number)[];

export interface SpecText {
  readonly value: unknown;
  /** `file:7:14` of the member, or of the nearest around it that is there. */
  placeOf(path: Path): Promise<string>;
}

export async function readSpecText(withMark: string, file: string): Promise<SpecText> {
  const text = withMark.replace(/^\uFEFF/, "");
  const isJson = /^\s*[[{]/.test(text);
  return {
    value: isJson ? parsedJson(text, file) : await parsedYaml(text, file),
    placeOf: async (path) => `${file}${await placeIn(text, path)}`,
  };
}

function parsedJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const { message } = error as Error;
    throw usageError(`${file}${placeOf(message, text)}: this is not JSON. ${message}`);
  }
}

/** `:7:14`, where the engine says at which character it stopped. */
function placeOf(message: string, text: string): string {
  const position = /at position (\d+)/.exec(message)?.[1];
  const end =
    position === undefined ? (/end of JSON/.test(message) ? text.length : undefined) : Number(position);
  if (end === undefined) return "";
  const before = text.slice(0, end).split("\n");
  return `:${before.length}:${(before.at(-1) ?? "").length + 1}`;
}

async function parsedYaml(text: string, file: string): Promise<unknown> {
  const { parseDocument } = await import("../yaml.ts");
  // `yes` and `012` are texts, as in JSON: one and the same file means the same in both.
  const document = parseDocument(text, { version: "1.2", prettyErrors: false });
  const [error] = document.errors;
  if (error === undefined) return document.toJS({ maxAliasCount: 100 });
  const before = text.slice(0, error.pos[0]).split("\n");
  const place = `:${before.length}:${(before.at(-1) ?? "").length + 1}`;
  throw usageError(`${file}${place}: this is not YAML. ${error.message}`);
}

/** JSON is YAML, too: one reader that keeps places serves both. */
async function placeIn(text: string, path: Path): Promise<string> {
  const { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } = await import("../yaml.ts");
  const lineCounter = new LineCounter();
  let node: unknown = parseDocument(text, { lineCounter }).contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const step of path) {
    const pair = isMap(node)
      ? node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
      : undefined;
    const next: unknown =
      pair === undefined ? (isSeq(node) ? node.items[Number(step)] : undefined) : pair.value;
    const shown: unknown = pair?.key ?? next;
    if (!isNode(shown)) break;
    offset = shown.range?.[0] ?? offset;
    node = next;
  }
  const { line, col } = lineCounter.linePos(offset);
  return `:${line}:${col}`;
}
