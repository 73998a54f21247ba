// Blob path patterns of the blob trigger ("Azure Blob storage trigger: blob name patterns"): `container/{name}.{ext}`, `{{` and `}}` for literal
// braces, a bare container for every blob in it. Pure.
import { escapeRegExp } from "../protocol/route-template.ts";

export interface BlobPathPattern {
  readonly container: string;
  /** What every matching name begins with. */
  readonly prefix: string;
  /** The placeholders' values, or undefined when the name does not match. */
  match(blobName: string): Record<string, string> | undefined;
}

/** Throws an Error that says what is wrong. */
export function parseBlobPath(path: string): BlobPathPattern {
  const cut = path.indexOf("/");
  const container = cut < 0 ? path : path.slice(0, cut);
  if (!/^(\$root|\$web|[a-z0-9](?:[a-z0-9-]{1,61})[a-z0-9])$/.test(container))
    throw new Error(
      `'${path}' must begin with a container's name (lower case), followed by a slash and a name or pattern`,
    );
  const pattern = cut < 0 ? "{name}" : path.slice(cut + 1);
  if (pattern === "")
    throw new Error(`'${path}' has nothing after the container; write '${container}/{name}' for every blob`);
  const names: string[] = [];
  let source = "";
  let prefix: string | undefined;
  let literal = "";
  for (const token of pattern.match(/\{\{|\}\}|\{[^{}]*\}|[^{}]+|[{}]/g) ?? []) {
    if (token === "{" || token === "}")
      throw new Error(`'${path}' has a brace without its partner; double it to mean the character`);
    const placeholder = /^\{([A-Za-z_][A-Za-z0-9_-]*)\}$/.exec(token)?.[1];
    if (placeholder === undefined) {
      if (token.startsWith("{") && token !== "{{")
        throw new Error(`'${path}' has the placeholder '${token}', which is not a name`);
      const text = token === "{{" ? "{" : token === "}}" ? "}" : token;
      literal += text;
      source += escapeRegExp(text);
    } else {
      prefix ??= literal;
      if (names.includes(placeholder))
        throw new Error(`'${path}' has the placeholder '{${placeholder}}' twice`);
      names.push(placeholder);
      source += "(.+)";
    }
  }
  const expression = new RegExp(`^${source}$`, "s");
  return {
    container,
    prefix: prefix ?? literal,
    match(blobName) {
      const found = expression.exec(blobName);
      return found
        ? Object.fromEntries(names.map((name, index) => [name, found[index + 1] ?? ""]))
        : undefined;
    },
  };
}
