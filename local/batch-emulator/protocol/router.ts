// Finds the route of a request on the raw, still-encoded path: names in paths may hold encoded slashes and colons.
// Literals compare exactly in the data plane and without case in the management plane.
import { BatchFault, notFound } from "../service/account/fault.ts";
import { decodeSegment } from "./wire.ts";
import type { Route } from "./wire.ts";

/** A literal, one parameter, or parameters between literal text: `name(a={a},b={b})`. */
type Part = string | { readonly pattern: RegExp; readonly names: readonly string[] };

interface Compiled {
  readonly route: Route;
  readonly parts: readonly Part[];
  readonly rest: boolean;
}

export interface Match {
  readonly route: Route;
  readonly params: Record<string, string>;
}

export class Router {
  readonly #compiled: readonly Compiled[];
  readonly #caseless: boolean;

  constructor(routes: readonly Route[], caseless: boolean) {
    this.#caseless = caseless;
    this.#compiled = routes.map((route) => {
      const parts = route.path.split("/").filter(Boolean);
      return { route, parts: parts.map(compilePart), rest: parts.at(-1)?.startsWith("{*") === true };
    });
  }

  /** Throws 404 for an unknown path and 405 for a known path with another method. */
  match(method: string, rawPath: string): Match {
    const segments = rawPath.split("/").filter((segment) => segment !== "");
    let known = false;
    for (const compiled of this.#compiled) {
      const params = this.#params(compiled, segments);
      if (params === undefined) continue;
      if (compiled.route.method === method) return { route: compiled.route, params };
      known = true;
    }
    throw known
      ? new BatchFault(405, "UnsupportedHttpVerb", "The resource does not support the specified HTTP verb.")
      : notFound("Resource");
  }

  #params({ parts, rest }: Compiled, segments: readonly string[]): Record<string, string> | undefined {
    if (rest ? segments.length < parts.length : segments.length !== parts.length) return undefined;
    const params: Record<string, string> = {};
    for (const [index, part] of parts.entries()) {
      const segment = segments[index] ?? "";
      if (typeof part !== "string") {
        const found = part.pattern.exec(segment);
        if (found === null) return undefined;
        part.names.forEach((name, at) => (params[name] = decodeSegment(found[at + 1] ?? "")));
      } else if (part.startsWith("{*")) {
        params[part.slice(2, -1)] = segments.slice(index).map(decodeSegment).join("/");
        return params;
      } else if (part.startsWith("{")) params[part.slice(1, -1)] = decodeSegment(segment);
      else if (this.#caseless ? part.toLowerCase() !== segment.toLowerCase() : part !== segment)
        return undefined;
    }
    return params;
  }
}

function compilePart(part: string): Part {
  if (part.startsWith("{") || !part.includes("{")) return part;
  const names: string[] = [];
  const pattern = part.replaceAll(/\{(\w+)\}|[^\w{}]/g, (text, name: string | undefined) => {
    if (name === undefined) return `\\${text}`;
    names.push(name);
    return "([^,)]+)";
  });
  return { pattern: new RegExp(`^${pattern}$`), names };
}
