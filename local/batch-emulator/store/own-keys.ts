// The account keys of a stand-alone emulator: made once per data folder, readable by its owner only.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Random } from "../../random.ts";

export interface OwnKeys {
  /** Base64. */
  readonly batch: string;
  readonly storage: string;
}

export function ownKeys(file: string, random: Random): OwnKeys {
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as OwnKeys;
  const keys = { batch: random.bytes(64).toString("base64"), storage: random.bytes(64).toString("base64") };
  writeFileSync(file, JSON.stringify(keys), { mode: 0o600 });
  return keys;
}
