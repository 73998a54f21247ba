// Orchestration versioning: the version a new instance gets, and which instances this app may run ("Orchestration versioning" of
// Durable Functions). An instance keeps its version for life; what does not match waits for an app that fits, or fails.

export interface Versioning {
  /** host.json's `defaultVersion`; null is the version before any. */
  readonly defaultVersion: string | null;
  readonly matchStrategy: "None" | "Strict" | "CurrentOrOlder";
  readonly failureStrategy: "Reject" | "Fail";
}

/** What the extension does when host.json says nothing. */
export const defaultVersioning: Versioning = {
  defaultVersion: null,
  matchStrategy: "CurrentOrOlder",
  failureStrategy: "Reject",
};

/** Why an instance of this version must not run here; undefined when it may. */
export function versionMismatch(versioning: Versioning, version: string | null): string | undefined {
  const { defaultVersion, matchStrategy } = versioning;
  if (matchStrategy === "None") return undefined;
  const order = compareVersions(version, defaultVersion);
  const named = (text: string | null) => `'${text ?? ""}'`;
  if (matchStrategy === "Strict")
    return order === 0
      ? undefined
      : `The version of the orchestration ${named(version)} does not match the worker version ${named(defaultVersion)}.`;
  return order <= 0
    ? undefined
    : `The version of the orchestration ${named(version)} is greater than the worker version ${named(defaultVersion)}.`;
}

/** No version comes first; numbers with dots compare part by part, anything else as text without case. */
export function compareVersions(left: string | null, right: string | null): number {
  if (!left || !right) return Number(Boolean(left)) - Number(Boolean(right));
  const [leftParts, rightParts] = [dottedNumbers(left), dottedNumbers(right)];
  if (leftParts === undefined || rightParts === undefined) {
    const [a, b] = [left.toUpperCase(), right.toUpperCase()];
    return a < b ? -1 : Number(a > b);
  }
  for (let at = 0; at < 4; at += 1) {
    // A part that is not there is less than 0: 1.0 comes before 1.0.0.
    const difference = (leftParts[at] ?? -1) - (rightParts[at] ?? -1);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

/** As .NET's System.Version: two to four whole numbers. */
function dottedNumbers(text: string): number[] | undefined {
  if (!/^\d+(\.\d+){1,3}$/.test(text.trim())) return undefined;
  const parts = text.trim().split(".").map(Number);
  return parts.every((part) => part <= 0x7fff_ffff) ? parts : undefined;
}
