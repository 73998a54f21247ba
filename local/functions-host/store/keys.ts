// The access keys of the host: one master key, host keys, system keys for extensions, one default key per function. Made at
// first use, kept in one file only its owner can read. Invariant: a key is never logged and never compared by content
// in a way whose time depends on it.
import { createHash, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { readKeptJson, writeKeptJson } from "../../kept-json.ts";
import type { Random } from "../../random.ts";

const Keys = z.object({
  masterKey: z.string(),
  functionKeys: z.record(z.string(), z.string()),
  systemKeys: z.record(z.string(), z.string()),
  /** Lower-case function name → key name → key. */
  functions: z.record(z.string(), z.record(z.string(), z.string())),
});
type Keys = z.infer<typeof Keys>;

export type SystemKey = "durabletask_extension" | "blobs_extension";

export interface KeyStore {
  readonly masterKey: string;
  system(name: SystemKey): string;
  hostKeys(): Readonly<Record<string, string>>;
  functionKeys(functionName: string): Readonly<Record<string, string>>;
  isMaster(key: string | undefined): boolean;
  /** Function key, host key or master key. */
  opensFunction(functionName: string, key: string | undefined): boolean;
  /** The extension's system key or the master key. */
  opensExtension(name: SystemKey, key: string | undefined): boolean;
}

/** `file` undefined keeps the keys in memory. */
export function openKeyStore(
  file: string | undefined,
  functionNames: readonly string[],
  random: Random,
): KeyStore {
  const fresh = () => random.bytes(40).toString("base64url");
  const keys: Keys = (file === undefined
    ? undefined
    : readKeptJson(file, "a key file of the Functions host", Keys)) ?? {
    masterKey: fresh(),
    functionKeys: { default: fresh() },
    systemKeys: {},
    functions: {},
  };
  for (const name of ["durabletask_extension", "blobs_extension"]) keys.systemKeys[name] ??= fresh();
  for (const name of functionNames) keys.functions[name.toLowerCase()] ??= { default: fresh() };
  if (file !== undefined) writeKeptJson(file, keys);
  return {
    masterKey: keys.masterKey,
    system: (name) => keys.systemKeys[name]!,
    hostKeys: () => keys.functionKeys,
    functionKeys: (name) => keys.functions[name.toLowerCase()] ?? {},
    isMaster: (key) => same(key, keys.masterKey),
    opensFunction: (name, key) =>
      anyOf(key, [
        keys.masterKey,
        ...Object.values(keys.functionKeys),
        ...Object.values(keys.functions[name.toLowerCase()] ?? {}),
      ]),
    opensExtension: (name, key) => anyOf(key, [keys.masterKey, keys.systemKeys[name]!]),
  };
}

function anyOf(key: string | undefined, candidates: readonly string[]): boolean {
  return candidates.reduce((found, candidate) => same(key, candidate) || found, false);
}

function same(key: string | undefined, expected: string): boolean {
  if (key === undefined) return false;
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(key), digest(expected));
}
