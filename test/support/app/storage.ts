// Azurite on free ports, in memory, for tests of what speaks to storage.
import { fileURLToPath } from "node:url";
import { silentLogger } from "../../../local/logger.ts";
import { startAzurite } from "../../../local/storage/index.ts";
import type { Azurite } from "../../../local/storage/index.ts";
import { blobAccess } from "../../../services/azure/blob-containers.ts";

export const storageAccount = {
  name: "teststore",
  key: Buffer.from("a key for tests, nothing else, long enough to sign with it").toString("base64"),
};

export function startStorage(): Promise<Azurite> {
  return startAzurite({
    dataDirectory: "memory",
    account: storageAccount,
    logger: silentLogger,
    childFile: fileURLToPath(new URL("../../../dist/local/azurite.mjs", import.meta.url)),
  });
}

/** As the app reaches its blobs: by the account's key, since there is nobody who gives tokens. */
export function blobsOf({ blobUrl }: Azurite) {
  return blobAccess({
    endpointTemplate: blobUrl.replace(storageAccount.name, "{account}"),
    credential: { getToken: async () => null },
    clock: { now: () => Date.now(), sleep: async () => undefined },
  });
}
