// Patterns of blob and job names with captures: `data/{dataset}/{file}.csv`. A capture matches one or more characters of one
// segment; one of them, `{path*}`, may match slashes, too. Everything else stands for itself. Matching goes through a name once,
// because whoever uploads a blob chooses its name: what comes before `{path*}` is looked for from the left, the rest from the
// right; as no other capture holds a slash, the first fit is one whenever there is one.
import type { Read } from "../shared/read.ts";

export interface PathPattern {
  readonly captures: readonly string[];
  /** What every matching name begins with. */
  readonly prefix: string;
  /** The captures of a name; undefined where it does not match. */
  match(name: string): Readonly<Record<string, string>> | undefined;
}

const mostCaptures = 10;
const part = /\{([A-Za-z_]\w{0,63})(\*?)\}|([^{}]+)/gy;

/** Captures with the literals around them: one more than there are captures. */
interface Parts {
  readonly captures: readonly { readonly name: string; readonly isWide: boolean }[];
  readonly literals: readonly string[];
}

export function readPathPattern(text: string): Read<PathPattern> {
  const captures: { name: string; isWide: boolean }[] = [];
  const literals = [""];
  let end = 0;
  for (const [whole, name, star, literal] of text.matchAll(part)) {
    end += whole.length;
    if (name === undefined) literals[literals.length - 1] = literal ?? "";
    else {
      if (captures.some((other) => other.name === name))
        return { problem: `expected each capture once, not '${name}' twice` };
      if (captures.length > 0 && literals.at(-1) === "")
        return { problem: "expected a character between two captures, which tells them apart" };
      captures.push({ name, isWide: star === "*" });
      literals.push("");
    }
  }
  if (end !== text.length || text === "")
    return { problem: "expected a path with captures such as 'data/{dataset}/{file}.csv'" };
  if (captures.length > mostCaptures) return { problem: `expected at most ${mostCaptures} captures` };
  if (captures.filter(({ isWide }) => isWide).length > 1)
    return { problem: "expected at most one capture with a star" };
  return {
    value: {
      captures: captures.map(({ name }) => name),
      prefix: literals[0] ?? "",
      match: (name) => matched({ captures, literals }, name),
    },
  };
}

/** Of a text that was checked when it was saved. */
export function pathPattern(text: string): PathPattern {
  const read = readPathPattern(text);
  if ("problem" in read) throw new Error(`'${text}' is no pattern: ${read.problem}`);
  return read.value;
}

function matched({ captures, literals }: Parts, name: string): Record<string, string> | undefined {
  const [first = "", last = ""] = [literals[0], literals.at(-1)];
  if (captures.length === 0) return name === first ? {} : undefined;
  if (!name.startsWith(first) || !name.endsWith(last)) return undefined;
  const wide = captures.findIndex(({ isWide }) => isWide);
  const rest = wide === -1 ? captures.length - 1 : wide;
  const values: string[] = [];
  let start = first.length;
  let end = name.length - last.length;
  for (let at = 0; at < rest; at += 1) {
    const literal = literals[at + 1] ?? "";
    const found = name.indexOf(literal, start + 1);
    if (found === -1) return undefined;
    values[at] = name.slice(start, found);
    start = found + literal.length;
  }
  for (let at = captures.length - 1; at > rest; at -= 1) {
    const literal = literals[at] ?? "";
    const found = end - literal.length - 1 < 0 ? -1 : name.lastIndexOf(literal, end - literal.length - 1);
    if (found === -1) return undefined;
    values[at] = name.slice(found + literal.length, end);
    end = found;
  }
  if (start >= end) return undefined;
  values[rest] = name.slice(start, end);
  if (values.some((value, at) => at !== wide && value.includes("/"))) return undefined;
  return Object.fromEntries(captures.map((capture, at) => [capture.name, values[at] ?? ""]));
}
