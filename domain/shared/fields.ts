// The small vocabulary of request fields. Each carries the words "expected …", which `parse` completes with the value
// that was found, so that a message always says what is wanted and what was sent.
import { z } from "zod";
import { canonicalDuration } from "./duration.ts";
import { isEnvironmentName } from "./names.ts";

const int32Max = 2_147_483_647;

export function wholeNumber(from: number, to: number = int32Max) {
  const error = `expected a whole number from ${from}${to === int32Max ? "" : ` to ${to}`}`;
  return z.int({ error }).min(from, { error }).max(to, { error });
}

export function text(maxLength = 4096) {
  const error = `expected a text of 1 to ${maxLength} characters without a NUL character`;
  return z
    .string({ error })
    .min(1, { error })
    .max(maxLength, { error })
    .refine((value) => !value.includes("\0"), { error });
}

/** Like `text`, but may be empty: values and argument lists. */
export function anyText(maxLength = 32_768) {
  const error = `expected a text of at most ${maxLength} characters without a NUL character`;
  return z
    .string({ error })
    .max(maxLength, { error })
    .refine((value) => !value.includes("\0"), { error });
}

export function trueOrFalse() {
  return z.boolean({ error: "expected true or false" });
}

/** One of the values, in any case; the result has the spelling given here. */
export function choice<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.preprocess(
    (value) =>
      typeof value === "string"
        ? (values.find((allowed) => allowed.toLowerCase() === value.toLowerCase()) ?? value)
        : value,
    z.enum(values, { error: `expected one of ${values.map((value) => `'${value}'`).join(", ")}` }),
  );
}

/** One of the values, in any case; the result is as it was sent, because it is shown so. */
export function choiceAsSent(values: readonly [string, ...string[]]) {
  const listed = values.map((value) => `'${value}'`).join(", ");
  const error = `expected one of ${listed}`;
  const allowed = values.map((value) => value.toLowerCase());
  return z
    .string({ error })
    .refine((value) => allowed.includes(value.toLowerCase()), { error })
    .meta({ description: `One of ${listed}, in any case` });
}

/** An ISO 8601 duration; the result is canonical (`P7D`). */
export function duration() {
  const error = "expected an ISO 8601 duration such as 'PT1H' or 'P7D'";
  return z
    .string({ error })
    .refine((value) => canonicalDuration(value) !== undefined, { error })
    .transform((value) => canonicalDuration(value) ?? value);
}

/** A path below a mount root: no absolute path, no `..`, plain characters, because it becomes a folder on the node. */
export function relativePath() {
  const error = "expected a relative path of letters, digits, '.', '-', '_' and '/', without '..'";
  return z
    .string({ error })
    .max(256, { error })
    .regex(/^[\w.-]+(?:\/[\w.-]+)*\/?$/, { error })
    .refine((value) => value.split("/").every((part) => !/^\.+$/.test(part)), { error })
    .transform((value) => value.replace(/\/$/, ""));
}

/** A path on the node, in which `$NAME` expands. */
export function nodePath() {
  const error = "expected a path without control characters";
  return text().refine((path) => !hasControlCharacter(path), { error });
}

/** A place that something writes to: a relative path would mean another place for each reader. */
export function absoluteNodePath() {
  const error =
    "expected an absolute path, or one that begins with a variable such as $AZ_BATCHAI_MOUNT_ROOT";
  return nodePath().refine((path) => /^[/$]/.test(path), { error });
}

/** Also true for what no XML document can hold, because storage services answer in XML. */
export function hasControlCharacter(path: string): boolean {
  for (const character of path) {
    const point = character.codePointAt(0) ?? 0;
    if (point < 0x20 || point === 0x7f || (point & 0xfffe) === 0xfffe) return true;
  }
  return false;
}

/** A name that becomes an environment variable or part of one. */
/** A shell that is given one of these refuses to go on, or keeps its own value. */
const variablesOfShells = ["OPTIND", "PPID", "UID", "EUID", "BASHOPTS", "SHELLOPTS", "BASH_VERSINFO"];

export function environmentName() {
  const error = "expected a name of letters, digits and '_' that does not start with a digit";
  const taken = `expected a name that the shell does not keep for itself (${variablesOfShells.join(", ")}); choose another`;
  return z
    .string({ error })
    .max(256, { error })
    .refine(isEnvironmentName, { error })
    .refine((name) => !variablesOfShells.includes(name), { error: taken });
}

export const EnvironmentVariable = z.object({
  name: environmentName().refine((name) => !/^AZ_BATCH(AI)?_/.test(name), {
    error: "expected a name outside AZ_BATCH_ and AZ_BATCHAI_, which the service sets itself",
  }),
  value: anyText(),
});
export type EnvironmentVariable = z.infer<typeof EnvironmentVariable>;

export const ResourceId = z.object({ id: text(1024) });
