// What lets the node agent at storage without a SAS from the caller: in the name of a pool's identity, or as the account's
// auto-storage. Here an identity is trusted with the storage beside the emulator, whose key is known, and with nothing else.
// Invariant: a signature is made when it is used and lives for an hour; none is written to disk.
import type { Clock } from "../../clock.ts";

export interface StorageAccess {
  readonly accountName: string;
  /** Where an account that is known here is reached, for a URL with the name that it has in Azure; any other URL as it is. */
  local(url: string): string;
  /** The URL with a signature; undefined when it lies in no account that is known here. */
  authorise(url: string, access: "read" | "write"): Promise<string | undefined>;
  /** The URL of a container of auto-storage, readable. */
  container(name: string): Promise<string>;
}

export interface StorageAccount {
  readonly name: string;
  /** Base64. */
  readonly key: string;
  /** `http://127.0.0.1:<port>/<account>`, without trailing slash. */
  readonly blobUrl: string;
}

const blobName = /^https:\/\/([a-z0-9]{3,24})\.blob\.core\.windows\.net(?::443)?\/?(.*)$/is;
const lifetimeMs = 3_600_000;
const permissions = { read: "rl", write: "racwl" } as const;

/** `isKnown`: further accounts of the same storage. */
export function createStorageAccess(
  account: StorageAccount,
  clock: Clock,
  isKnown: (name: string) => boolean = () => false,
): StorageAccess {
  const sign = async (container: string, access: keyof typeof permissions) => {
    const blob = await import("@azure/storage-blob");
    const parameters = {
      containerName: container,
      permissions: blob.ContainerSASPermissions.parse(permissions[access]),
      startsOn: new Date(clock.now() - lifetimeMs),
      expiresOn: new Date(clock.now() + lifetimeMs),
    };
    const credential = new blob.StorageSharedKeyCredential(account.name, account.key);
    return blob.generateBlobSASQueryParameters(parameters, credential).toString();
  };
  return {
    accountName: account.name,
    local(url) {
      const [, name = "", rest = ""] = blobName.exec(url) ?? [];
      const isOurs = name === account.name || (name !== "" && isKnown(name));
      return isOurs ? `${new URL(account.blobUrl).origin}/${name}/${rest}` : url;
    },
    async authorise(url, access) {
      const bare = url.split("?")[0] ?? "";
      if (!bare.startsWith(`${account.blobUrl}/`)) return undefined;
      const container = bare.slice(account.blobUrl.length + 1).split("/")[0] ?? "";
      return container === "" ? undefined : `${bare}?${await sign(decodeURIComponent(container), access)}`;
    },
    async container(name) {
      return `${account.blobUrl}/${encodeURIComponent(name)}?${await sign(name, "read")}`;
    },
  };
}

/** The URL under which something is reached on this machine: as it is, or signed when an identity is named for it. */
export async function urlFor(
  { identity }: { readonly identity?: string },
  url: string,
  access: "read" | "write",
  storage: StorageAccess | undefined,
): Promise<string> {
  const reached = storage?.local(url) ?? url;
  return identity === undefined ? reached : ((await storage?.authorise(reached, access)) ?? reached);
}
