// How parameters reach a trial: each value is the environment variable `PARAM_NAME`, and `$PARAM_NAME` in any text of the
// template stands for it. A value that a shell might take for more than a word is left to the shell, which expands the
// variable and nothing in it: file names come from storage, and must not become commands.
import type { Scalar } from "./search/parameter.ts";

/** Nothing here means anything to a shell. */
const plain = /^[\w.+\-/:@%,=]*$/;
const placeholder = /\$\{PARAM_(\w+)\}|\$PARAM_(\w+)/g;

interface EnvironmentVariable {
  readonly name: string;
  readonly value: string;
}

/** @param values flattened: dict members as `NAME__key`. */
export function jobBodyOf(
  template: { readonly properties: Readonly<Record<string, unknown>> },
  values: Readonly<Record<string, Scalar>>,
  known: ReadonlySet<string>,
  trialTimeout: string | undefined,
): { readonly properties: Readonly<Record<string, unknown>> } {
  const properties = substituted(template.properties, values, known) as Readonly<Record<string, unknown>>;
  const given = Array.isArray(properties["environmentVariables"])
    ? (properties["environmentVariables"] as readonly EnvironmentVariable[])
    : [];
  const own = Object.entries(values).map(([name, value]) => ({
    name: `PARAM_${name}`,
    value: String(value),
  }));
  const names = new Set(own.map(({ name }) => name));
  const constraints = properties["constraints"] as object | undefined;
  return {
    properties: {
      ...properties,
      environmentVariables: [...given.filter(({ name }) => !names.has(name)), ...own],
      ...(trialTimeout === undefined
        ? {}
        : { constraints: { ...constraints, maxWallClockTime: trialTimeout } }),
    },
  };
}

function substituted(
  value: unknown,
  values: Readonly<Record<string, Scalar>>,
  known: ReadonlySet<string>,
): unknown {
  if (typeof value === "string") return inText(value, values, known);
  if (Array.isArray(value)) return value.map((item) => substituted(item, values, known));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, substituted(member, values, known)]),
  );
}

/** A parameter that this trial does not have is empty text, as an unset variable is. */
function inText(text: string, values: Readonly<Record<string, Scalar>>, known: ReadonlySet<string>): string {
  return text.replaceAll(placeholder, (found, braced: string | undefined, bare: string | undefined) => {
    const name = braced ?? bare ?? "";
    const value = values[name];
    if (value === undefined) return known.has(name) ? "" : found;
    return plain.test(String(value)) ? String(value) : found;
  });
}

/** Placeholders that name no parameter, which are typing errors. */
export function unknownPlaceholders(template: unknown, known: ReadonlySet<string>): readonly string[] {
  const names = [...JSON.stringify(template).matchAll(placeholder)].map(
    ([, braced, bare]) => braced ?? bare ?? "",
  );
  return [...new Set(names.filter((name) => !known.has(name)))].map((name) => `$PARAM_${name}`);
}
