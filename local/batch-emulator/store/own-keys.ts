// The account keys of a stand-alone emulator: made once per data folder, readable by its owner only.
import { z } from "zod";
import { readKeptJson, writeKeptJson } from "../../kept-json.ts";
import type { Random } from "../../random.ts";

/** Base64. */
const OwnKeys = z.object({ batch: z.string(), storage: z.string() });
export type OwnKeys = z.infer<typeof OwnKeys>;

export function ownKeys(file: string, random: Random): OwnKeys {
  const kept = readKeptJson(file, "a key file of the Batch emulator", OwnKeys);
  if (kept) return kept;
  const keys = { batch: random.bytes(64).toString("base64"), storage: random.bytes(64).toString("base64") };
  writeKeptJson(file, keys);
  return keys;
}
