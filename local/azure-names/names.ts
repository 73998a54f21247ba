// The names that accounts have in Azure: `ACCOUNT.blob.core.windows.net` and its kin, `ACCOUNT.REGION.batch.azure.com`. Programs
// and old clients build them from the account's name alone.
import { regions } from "./regions.ts";

const storageServices = ["blob", "queue", "table", "file"] as const;
type StorageService = (typeof storageServices)[number];
export type AzureService = StorageService | "batch";

export type AzureName =
  | { readonly account: string; readonly service: StorageService }
  | { readonly account: string; readonly service: "batch"; readonly region: string };

const storageSuffix = "core.windows.net";
const batchSuffix = "batch.azure.com";

/** What hosts a certificate for all accounts is for: a star stands for one part of a name. */
export const wildcardHosts = (ownRegion: string) => [
  ...storageServices.map((service) => `*.${service}.${storageSuffix}`),
  ...[...new Set([ownRegion, ...regions])].map((region) => `*.${region}.${batchSuffix}`),
];

/** Without a port; undefined for every other host. */
export function azureName(host: string): AzureName | undefined {
  const name = host.toLowerCase();
  const storage = /^([a-z0-9]{3,24})\.(blob|queue|table|file)\.core\.windows\.net$/.exec(name);
  if (storage !== null) return { account: storage[1] ?? "", service: (storage[2] ?? "") as StorageService };
  const batch = /^([a-z0-9]{3,24})\.([a-z0-9]+)\.batch\.azure\.com$/.exec(name);
  if (batch !== null) return { account: batch[1] ?? "", service: "batch", region: batch[2] ?? "" };
  return undefined;
}
