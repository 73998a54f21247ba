// What one local cloud keeps from its first start on: names, keys and ports. Ports are kept because tasks that outlive a
// crash of the local cloud hold addresses.
import { join } from "node:path";
import { z } from "zod";
import { readKeptJson, writeKeptJson } from "../kept-json.ts";
import type { Random } from "../random.ts";
import type { DataFolder } from "./data-folder.ts";

const Ports = z.object({
  api: z.number(),
  apiHttps: z.number().default(0),
  batch: z.number(),
  control: z.number(),
  authority: z.number().default(0),
  vault: z.number().default(0),
  storageNames: z.number().default(0),
  blob: z.number(),
  queue: z.number(),
  table: z.number(),
  file: z.number(),
});
export type Ports = z.infer<typeof Ports>;

const Settings = z.object({
  subscriptionId: z.string(),
  resourceGroup: z.string(),
  location: z.string(),
  storageAccount: z.object({ name: z.string(), key: z.string() }),
  batchAccount: z.object({ name: z.string(), key: z.string() }),
  /** Base64, 32 bytes: seals the secrets that the app stores. */
  secretsKey: z.string(),
  /** Base64, 32 bytes: seals the file of the local Key Vaults. */
  vaultKey: z.string(),
  /** What a person's tools log in with. */
  servicePrincipal: z.object({ clientId: z.string(), clientSecret: z.string() }),
  ports: Ports,
});
export type Settings = z.infer<typeof Settings>;

const fileOf = (data: DataFolder) => join(data.path, "settings.json");
const noPorts: Ports = {
  api: 0,
  apiHttps: 0,
  batch: 0,
  control: 0,
  authority: 0,
  vault: 0,
  storageNames: 0,
  blob: 0,
  queue: 0,
  table: 0,
  file: 0,
};

/** Reads the settings of an earlier start, or makes new ones; all keys are random. */
export function openSettings(data: DataFolder, random: Random): Settings {
  // A folder of an earlier version lacks what came later; that is made now.
  const kept = readKeptJson(fileOf(data), "a settings file of the local cloud", Settings.partial());
  const settings = Settings.parse({ ...newSettings(random), ...kept });
  saveSettings(data, settings);
  return settings;
}

export function saveSettings(data: DataFolder, settings: Settings): void {
  writeKeptJson(fileOf(data), settings);
}

function newSettings(random: Random): Settings {
  const suffix = random.bytes(3).toString("hex");
  return {
    subscriptionId: random.uuid(),
    resourceGroup: "local",
    location: "local",
    storageAccount: { name: `localstorage${suffix}`, key: random.bytes(64).toString("base64") },
    batchAccount: { name: `localbatch${suffix}`, key: random.bytes(64).toString("base64") },
    secretsKey: random.bytes(32).toString("base64"),
    vaultKey: random.bytes(32).toString("base64"),
    // Hexadecimal: what begins with a dash cannot be given to `az login -p`.
    servicePrincipal: { clientId: random.uuid(), clientSecret: random.bytes(32).toString("hex") },
    ports: noPorts,
  };
}
