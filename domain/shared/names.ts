// Names of resources: what is allowed, and the message when it is not.
// Source: Microsoft.BatchAI REST specification 2018-05-01 (patterns of path parameters).
import { AppError } from "./errors.ts";

const resourceName = /^[-\w]{1,64}$/;
const groupName = /^[-\w.]{1,90}$/;
const onlyDots = /^\.+$/;
const environmentName = /^[A-Za-z_][A-Za-z0-9_]*$/;

export function isResourceName(text: string): boolean {
  return resourceName.test(text);
}

/** @throws AppError InvalidResourceName; `kind` is e.g. `cluster`. */
export function checkResourceName(kind: string, text: string): string {
  if (isResourceName(text)) return text;
  throw new AppError(
    "InvalidResourceName",
    `The ${kind} name '${shorten(text)}' is not valid: use 1 to 64 letters, digits, '-' and '_'.`,
    { target: kind },
  );
}

/** Resource groups and locations may also hold dots, but not be dots only (they become path segments). */
export function checkGroupName(kind: string, text: string): string {
  if (groupName.test(text) && !onlyDots.test(text)) return text;
  throw new AppError(
    "InvalidResourceName",
    `The ${kind} name '${shorten(text)}' is not valid: use 1 to 90 letters, digits, '-', '_' and '.'.`,
    { target: kind },
  );
}

/** Names of environment variables and of input and output directory ids (they become part of variable names). */
export function isEnvironmentName(text: string): boolean {
  return environmentName.test(text);
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
