// ASP.NET Core route templates as the Functions host uses them: literals, `{p}`, `{p?}`, `{p=default}`, `{*rest}`, constraints.
// Parses a template into segments and matches a path against them; matching ignores case. Pure: no server, no order.
import { parseConstraint, type Constraint } from "./route-constraints.ts";

export interface Parameter {
  readonly kind: "parameter";
  readonly name: string;
  readonly optional: boolean;
  readonly catchAll: boolean;
  readonly defaultValue: string | undefined;
  readonly constraints: readonly Constraint[];
}
export interface Literal {
  readonly kind: "literal";
  readonly text: string;
}
/** What stands between two slashes, e.g. a literal, a parameter, or `{name}.{extension}`. */
export type Segment = readonly (Parameter | Literal)[];

export interface RouteTemplate {
  readonly text: string;
  readonly segments: readonly Segment[];
}

/** Throws an Error that says what is wrong with the template. */
export function parseRouteTemplate(text: string): RouteTemplate {
  const segments = splitSegments(text).map(parseSegment);
  const names = new Set<string>();
  segments.forEach((segment, index) => {
    const last = index === segments.length - 1;
    for (const part of segment) {
      if (part.kind === "literal") continue;
      const name = part.name.toLowerCase();
      if (names.has(name)) throw new Error(`the route parameter '${part.name}' appears twice in '${text}'`);
      names.add(name);
      if (part.catchAll && (!last || segment.length > 1))
        throw new Error(`the catch-all parameter '${part.name}' must be the last segment of '${text}'`);
      if (part.optional && segment.length > 1 && segment.indexOf(part) !== segment.length - 1)
        throw new Error(`the optional parameter '${part.name}' must end its segment in '${text}'`);
    }
  });
  return { text, segments };
}

/** The route values, or undefined when the path (as `pathSegments` splits it) does not match. */
export function matchRoute(
  template: RouteTemplate,
  parts: readonly string[],
): Record<string, string> | undefined {
  const values: Record<string, string> = {};
  for (let index = 0; index < template.segments.length; index += 1) {
    const segment = template.segments[index]!;
    const [first] = segment;
    if (segment.length === 1 && first?.kind === "parameter" && first.catchAll) {
      const rest = parts.slice(index).join("/");
      return bind(first, rest === "" ? undefined : rest, values, true) ? values : undefined;
    }
    if (!matchSegment(segment, parts[index], values)) return undefined;
  }
  return parts.length <= template.segments.length ? values : undefined;
}

/** Segments decoded, except that an encoded slash stays encoded, as in ASP.NET Core. `path` has no query. */
export function pathSegments(path: string): string[] {
  const trimmed = path.replace(/^\//, "").replace(/\/$/, "");
  return trimmed === "" ? [] : trimmed.split("/").map(decodeSegment);
}

function decodeSegment(segment: string): string {
  if (!segment.includes("%")) return segment;
  try {
    return segment
      .split(/(%2f)/i)
      .map((piece, index) => (index % 2 === 1 ? piece : decodeURIComponent(piece)))
      .join("");
  } catch {
    return segment;
  }
}

function matchSegment(segment: Segment, part: string | undefined, values: Record<string, string>): boolean {
  const [only] = segment;
  if (segment.length === 1 && only?.kind === "literal")
    return part?.toLowerCase() === only.text.toLowerCase();
  if (segment.length === 1 && only?.kind === "parameter")
    return bind(only, part === "" ? undefined : part, values, false);
  return part !== undefined && matchComplex(segment, part, values);
}

/** `{a}.{b?}`: greedy from the left as ASP.NET does from the right; the dot before a missing optional part may be missing too. */
function matchComplex(segment: Segment, part: string, values: Record<string, string>): boolean {
  const parameters: Parameter[] = [];
  let source = "";
  segment.forEach((piece, index) => {
    const next = segment[index + 1];
    const optionalNext = next?.kind === "parameter" && next.optional;
    if (piece.kind === "literal") {
      const text = escapeRegExp(piece.text);
      source += optionalNext && index === segment.length - 2 ? `(?:${text}` : text;
    } else {
      parameters.push(piece);
      const opened = piece.optional && segment[index - 1]?.kind === "literal";
      source += piece.optional ? (opened ? "(.+?))?" : "(.*)") : "(.+)";
    }
  });
  const match = new RegExp(`^${source}$`, "i").exec(part);
  return (
    match !== null && parameters.every((parameter, index) => bind(parameter, match[index + 1], values, false))
  );
}

function bind(
  parameter: Parameter,
  value: string | undefined,
  values: Record<string, string>,
  catchAll: boolean,
): boolean {
  const actual = value ?? parameter.defaultValue;
  if (actual === undefined) return parameter.optional || catchAll;
  if (!parameter.constraints.every((constraint) => constraint.accepts(actual))) return false;
  values[parameter.name] = actual;
  return true;
}

export function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** Splits at slashes outside braces (a regex constraint may contain slashes). */
function splitSegments(text: string): string[] {
  const trimmed = text.replace(/^~?\//, "").replace(/\/$/, "");
  if (trimmed === "") return [];
  const segments = [""];
  for (const { text: piece, literal } of tokens(trimmed)) {
    if (!literal) segments[segments.length - 1] += piece;
    else
      piece.split("/").forEach((part, index) => {
        if (index > 0) segments.push("");
        segments[segments.length - 1] += part;
      });
  }
  if (segments.includes("")) throw new Error(`the route '${text}' has an empty segment`);
  return segments;
}

/** Literal text and `{…}` groups, with doubled braces kept as written. */
function* tokens(text: string): Generator<{ text: string; literal: boolean }> {
  let literal = "";
  for (let index = 0; index < text.length; index += 1) {
    const pair = text.slice(index, index + 2);
    if (pair === "{{" || pair === "}}") {
      literal += pair;
      index += 1;
    } else if (text[index] === "{") {
      const end = closingBrace(text, index);
      if (literal !== "") yield { text: literal, literal: true };
      literal = "";
      yield { text: text.slice(index, end + 1), literal: false };
      index = end;
    } else if (text[index] === "}") throw new Error(`the route '${text}' has a '}' without its '{'`);
    else literal += text[index];
  }
  if (literal !== "") yield { text: literal, literal: true };
}

function closingBrace(text: string, open: number): number {
  for (let index = open + 1; index < text.length; index += 1) {
    const pair = text.slice(index, index + 2);
    if (pair === "{{" || pair === "}}") index += 1;
    else if (text[index] === "{") break;
    else if (text[index] === "}") return index;
  }
  throw new Error(`the route '${text}' has a '{' without its '}'`);
}

function parseSegment(text: string): Segment {
  const parts = [...tokens(text)].map(({ text: piece, literal }) =>
    literal
      ? ({ kind: "literal", text: piece.replaceAll("{{", "{").replaceAll("}}", "}") } as const)
      : parseParameter(piece.slice(1, -1)),
  );
  parts.forEach((part, index) => {
    if (part.kind === "parameter" && parts[index + 1]?.kind === "parameter")
      throw new Error(`the segment '${text}' has two parameters with nothing between them`);
  });
  return parts;
}

function parseParameter(text: string): Parameter {
  const match = /^(\*{0,2})([^:=?{}/*]+)((?::.*?)?)(\?|=[^]*)?$/.exec(text);
  if (!match) throw new Error(`'{${text}}' is not a route parameter`);
  const [, stars = "", name = "", constraints = "", ending = ""] = match;
  if (stars !== "" && ending === "?") throw new Error(`the catch-all parameter '${name}' cannot be optional`);
  return {
    kind: "parameter",
    name: name.trim(),
    optional: ending === "?",
    catchAll: stars !== "",
    defaultValue: ending.startsWith("=") ? ending.slice(1) : undefined,
    constraints: splitConstraints(constraints).map(parseConstraint),
  };
}

/** `:int:min(1)`; a colon inside parentheses belongs to the argument. */
function splitConstraints(text: string): string[] {
  const constraints: string[] = [];
  let depth = 0;
  for (const character of text) {
    if (character === "(") depth += 1;
    if (character === ")") depth -= 1;
    if (character === ":" && depth === 0) constraints.push("");
    else constraints[constraints.length - 1] += character;
  }
  return constraints;
}
