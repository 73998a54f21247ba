// Templates: JSON whose texts hold `{name}` for what an event brings. Names are checked when the trigger is saved. Texts are
// often programs of a shell, in which `${NAME}` and other braces are common: only braces around a plain name that no `$`
// precedes are expressions, and `{{name}}` is the text `{name}`.
// Invariant: whoever uploads a blob or sends a message must not be able to run what they like. A shell reads most texts of a job:
// a value that it could take for more than a word goes into the values of environment variables only.
import type { Scalar } from "./event.ts";

const expression = /\{\{([A-Za-z_][\w.]*)\}\}|(?<!\$)\{([A-Za-z_][\w.]*)\}/g;
const plain = /^[\p{L}\p{N}._/:=@%+,-]*$/u;

/** Names of expressions, with the path of the text each is in. */
export function expressionsIn(
  template: unknown,
): readonly { readonly name: string; readonly path: string }[] {
  const found: { name: string; path: string }[] = [];
  walk(template, [], (text, path) => {
    for (const [, , name] of text.matchAll(expression))
      if (name !== undefined) found.push({ name, path: pathText(path) });
    return text;
  });
  return found;
}

export type Rendered =
  | { readonly kind: "rendered"; readonly value: unknown }
  | { readonly kind: "refused"; readonly problem: string };

/** The template with the values in their places. A text that is one expression alone takes numbers and booleans as they are. */
export function render(template: unknown, values: Readonly<Record<string, Scalar>>): Rendered {
  const problems: string[] = [];
  const value = walk(template, [], (text, path) => {
    const whole = /^\{([A-Za-z_][\w.]*)\}$/.exec(text)?.[1];
    const alone = whole === undefined ? undefined : values[whole];
    if (typeof alone === "number" || typeof alone === "boolean") return alone;
    return text.replaceAll(expression, (all, quoted: string | undefined, name: string | undefined) => {
      if (quoted !== undefined) return `{${quoted}}`;
      const given = values[name ?? ""];
      if (given === undefined) {
        problems.push(`${pathText(path)}: there is no value for ${all}`);
        return "";
      }
      const shown = String(given);
      if (!plain.test(shown) && !isVariableValue(path))
        problems.push(
          `${pathText(path)}: the value of ${all} has characters that a shell reads; pass it through environmentVariables`,
        );
      return shown;
    });
  });
  const [first] = problems;
  return first === undefined ? { kind: "rendered", value } : { kind: "refused", problem: first };
}

type Path = readonly (string | number)[];

const isVariableValue = (path: Path) => path.includes("environmentVariables") && path.at(-1) === "value";

/** In what finds the metrics of a sweep or a job in its output, `{value}` and `{step}` are words of their own. */
const isMetricExpression = ([root, member, ...below]: Path) =>
  root === "properties" &&
  ((member === "metrics" && below[1] === "expression") ||
    (member === "outputMetrics" && below[0] === "metrics" && below[2] === "expression"));

function walk(value: unknown, path: Path, change: (text: string, path: Path) => Scalar): unknown {
  if (typeof value === "string") return isMetricExpression(path) ? value : change(value, path);
  if (Array.isArray(value)) return value.map((item: unknown, at) => walk(item, [...path, at], change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]: [string, unknown]) => [
      key,
      walk(member, [...path, key], change),
    ]),
  );
}

function pathText(path: Path): string {
  return path.map((key, at) => (typeof key === "number" ? `[${key}]` : at === 0 ? key : `.${key}`)).join("");
}
