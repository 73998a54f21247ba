// Wires the local resource manager to the parts that serve what it makes. No meaning of its own.
import type { Clock } from "./clock.ts";
import type { Settings } from "./data-folder/settings.ts";
import type { FileShares } from "./file-shares/index.ts";
import type { LocalIdentity } from "./identity/index.ts";
import type { Random } from "./random.ts";
import { createResourceManager } from "./resource-manager/index.ts";
import type { Machines } from "./resource-manager/service/machines/machines.ts";
import type { ResourceRecords } from "./resource-manager/store/records.ts";
import { emptyAccount } from "./storage/empty-account.ts";
import type { Azurite } from "./storage/index.ts";

export interface LocalResourcesOptions {
  readonly settings: Settings;
  readonly records: ResourceRecords;
  readonly machines: Machines;
  readonly storage: Azurite;
  readonly shares: FileShares;
  readonly identity: LocalIdentity;
  readonly apiUrl: string;
  readonly apiAudience: string;
  readonly clock: Clock;
  readonly random: Random;
}

export function localResources(
  o: LocalResourcesOptions,
): (request: Request) => Promise<Response | undefined> {
  const { settings, storage, shares } = o;
  return createResourceManager({
    records: o.records,
    machines: o.machines,
    subscriptionId: settings.subscriptionId,
    resourceGroup: settings.resourceGroup,
    location: settings.location,
    ownAccount: settings.storageAccount,
    endpoints: {
      blob: new URL(storage.blobUrl).origin,
      queue: new URL(storage.queueUrl).origin,
      table: new URL(storage.tableUrl).origin,
      file: shares.url,
    },
    sinks: {
      // The file shares and the mounts look their accounts up with every request.
      changed: (accounts) => storage.setOtherAccounts(accounts),
      async empty({ name, key }) {
        const at = (url: string) => `${new URL(url).origin}/${name}`;
        await emptyAccount(
          `DefaultEndpointsProtocol=http;AccountName=${name};AccountKey=${key};BlobEndpoint=${at(storage.blobUrl)};QueueEndpoint=${at(storage.queueUrl)};TableEndpoint=${at(storage.tableUrl)}`,
        );
        await shares.removeShares(name);
      },
    },
    identity: o.identity,
    audience: o.apiAudience,
    api: () => o.apiUrl,
    clock: o.clock,
    random: o.random,
  });
}
