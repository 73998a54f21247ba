// The one function that makes a text safe in a POSIX shell word, and templates: texts in which `$NAME` and `${NAME}`
// stand for variables and everything else for itself. Any other way for a user's text to reach a shell is a bug.

/** A single-quoted word that any POSIX shell reads back as exactly this text. NUL cannot be in one. */
export function quoteWord(text: string): string {
  if (text.includes("\0")) throw new Error("a shell word cannot hold a NUL character");
  return `'${text.replaceAll("'", "'\\''")}'`;
}

export type TemplatePart =
  { readonly kind: "literal"; readonly text: string } | { readonly kind: "variable"; readonly name: string };

const reference = /\\\$|\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))/g;

/** Splits at `$NAME` and `${NAME}`; `\$` is a plain dollar sign; nothing else is special. */
export function parseTemplate(text: string): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  let literal = "";
  let end = 0;
  for (const match of text.matchAll(reference)) {
    literal += text.slice(end, match.index);
    end = match.index + match[0].length;
    const name = match[1] ?? match[2];
    if (name === undefined) {
      literal += "$";
      continue;
    }
    if (literal !== "") parts.push({ kind: "literal", text: literal });
    literal = "";
    parts.push({ kind: "variable", name });
  }
  literal += text.slice(end);
  if (literal !== "") parts.push({ kind: "literal", text: literal });
  return parts;
}

/** Replaces variables by their values; an undefined one by nothing, as the shell does. */
export function expandTemplate(text: string, valueOf: (name: string) => string | undefined): string {
  return parseTemplate(text)
    .map((part) => (part.kind === "literal" ? part.text : (valueOf(part.name) ?? "")))
    .join("");
}

/** A shell word in which the template's variables expand without splitting; for a shell that has the job's environment. */
export function templateWord(text: string): string {
  return wordOf(text, (name) => `"\${${name}-}"`);
}

/** The same for the launcher's own shell, which keeps the user's variables under `U_` so that they cannot disturb it. */
export function launcherWord(text: string): string {
  return wordOf(text, (name) => quotedVariable(name, ""));
}

const serviceReference = /\$(?:\{(AZ_BATCH(?:AI)?_[A-Za-z0-9_]*)\}|(AZ_BATCH(?:AI)?_[A-Za-z0-9_]*))/g;

/** The value of a user's variable as a template: the service's variables expand in it, everything else is literal. */
export function valueTemplate(value: string): string {
  const literal = (text: string) => text.replaceAll("$", "\\$");
  let template = "";
  let end = 0;
  for (const match of value.matchAll(serviceReference)) {
    template += `${literal(value.slice(end, match.index))}\${${match[1] ?? match[2] ?? ""}}`;
    end = match.index + match[0].length;
  }
  return template + literal(value.slice(end));
}

/** Names that a template refers to. */
export function variablesOf(template: string): readonly string[] {
  return parseTemplate(template).flatMap((part) => (part.kind === "variable" ? [part.name] : []));
}

/**
 * A path for the launcher's shell. An undefined variable is empty, as everywhere, but at the start, where that would make a path
 * from the root of the machine: it leaves a mark there that the launcher refuses.
 */
export function launcherPath(text: string): string {
  return wordOf(text, (name, index) =>
    quotedVariable(name, index === 0 ? `<undefined variable ${name}>` : ""),
  );
}

function quotedVariable(name: string, otherwise: string): string {
  const own = `\${${name}-${otherwise}}`;
  return name.startsWith("AZ_BATCHAI_") ? `"${own}"` : `"\${U_${name}-${own}}"`;
}

function wordOf(text: string, variable: (name: string, index: number) => string): string {
  const parts = parseTemplate(text);
  if (parts.length === 0) return "''";
  return parts
    .map((part, index) => (part.kind === "literal" ? quoteWord(part.text) : variable(part.name, index)))
    .join("");
}
