// The names that storage accounts have in Azure: `ACCOUNT.blob.core.windows.net` and its kin. Programs and old clients build
// them from the account's name alone.
export const storageServices = ["blob", "queue", "table", "file"] as const;
export type StorageService = (typeof storageServices)[number];

export interface StorageName {
  readonly account: string;
  readonly service: StorageService;
}

const suffix = "core.windows.net";

/** What hosts a certificate for all accounts is for. */
export const wildcardHosts = storageServices.map((service) => `*.${service}.${suffix}`);

/** Without a port; undefined for every other host. */
export function storageName(host: string): StorageName | undefined {
  const match = /^([a-z0-9]{3,24})\.(blob|queue|table|file)\.core\.windows\.net$/i.exec(host);
  if (match === null) return undefined;
  return {
    account: (match[1] ?? "").toLowerCase(),
    service: (match[2] ?? "").toLowerCase() as StorageService,
  };
}
