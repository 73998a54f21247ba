// Blob containers of the service's own storage account: opened once, created when a first write finds them missing, and
// links by account key or, without one, by a user delegation key. Which container holds what is decided elsewhere.
import type { TokenCredential } from "@azure/core-auth";
import type {
  BlobClient,
  BlobRequestConditions,
  BlobServiceClient,
  ContainerClient,
  StorageSharedKeyCredential,
  UserDelegationKey,
} from "@azure/storage-blob";
import type { Clock } from "../clock.ts";
import { inLanes } from "../in-lanes.ts";
import { delegationKeys, skewMs } from "./delegation-keys.ts";
import { endpointOf, isLoopbackHttp } from "./endpoints.ts";

export interface StorageAccount {
  readonly name: string;
  /** Absent = the app's identity. */
  readonly key?: string | undefined;
}

export interface BlobAccess {
  container(account: StorageAccount, name: string): Promise<ContainerClient>;
  /** A read-only link to one blob. */
  readLink: BlobLink;
  /** A link that takes one blob, whole or in blocks; with it nothing is read. */
  writeLink: BlobLink;
}

type BlobLink = (
  account: StorageAccount,
  container: ContainerClient,
  blob: string,
  lifetimeMs: number,
) => Promise<string>;

export function blobAccess(options: {
  readonly endpointTemplate: string;
  readonly credential: TokenCredential;
  readonly clock: Clock;
}): BlobAccess {
  const services = new Map<string, Promise<BlobServiceClient>>();
  const service = (account: StorageAccount): Promise<BlobServiceClient> => {
    const id = `${account.name}\0${account.key ?? ""}`;
    const known = services.get(id) ?? open(account, options.endpointTemplate, options.credential);
    services.set(id, known);
    return known;
  };
  const keys = new Map<string, (linkLifetimeMs: number) => Promise<UserDelegationKey>>();
  const delegationKey = (account: StorageAccount, lifetimeMs: number) => {
    const ofAccount =
      keys.get(account.name) ??
      delegationKeys(options.clock, async (startsOn, expiresOn) =>
        (await service(account)).getUserDelegationKey(startsOn, expiresOn),
      );
    keys.set(account.name, ofAccount);
    return ofAccount(lifetimeMs);
  };
  const linkFor =
    (permissions: "r" | "w"): BlobLink =>
    async (account, container, blob, lifetimeMs) => {
      const storage = await import("@azure/storage-blob");
      const now = options.clock.now();
      const startsOn = new Date(now - skewMs);
      const expiresOn = new Date(now + lifetimeMs);
      const values = {
        containerName: container.containerName,
        blobName: blob,
        permissions: storage.BlobSASPermissions.parse(permissions),
        startsOn,
        expiresOn,
      };
      const sas =
        account.key === undefined
          ? storage.generateBlobSASQueryParameters(
              values,
              await delegationKey(account, lifetimeMs),
              account.name,
            )
          : storage.generateBlobSASQueryParameters(
              values,
              new storage.StorageSharedKeyCredential(account.name, account.key),
            );
      return `${addressIn(container.url, blob)}?${sas.toString()}`;
    };
  return {
    container: async (account, name) => containerOf(await service(account), name),
    readLink: linkFor("r"),
    writeLink: linkFor("w"),
  };
}

/** To make a client costs more than to use one. */
const containers = new WeakMap<BlobServiceClient, Map<string, ContainerClient>>();

function containerOf(service: BlobServiceClient, name: string): ContainerClient {
  const known = containers.get(service) ?? new Map<string, ContainerClient>();
  containers.set(service, known);
  const client = known.get(name) ?? service.getContainerClient(name);
  known.set(name, client);
  return client;
}

/** Where something in a container or share is, as the clients of the SDK spell it: to make one of them per link costs more than the link. */
export function addressIn(containerUrl: string, path: string): string {
  return `${containerUrl.replace(/\/$/, "")}/${path.split("/").map(encodeURIComponent).join("/")}`;
}

async function open(
  account: StorageAccount,
  template: string,
  identity: TokenCredential,
): Promise<BlobServiceClient> {
  const storage = await import("@azure/storage-blob");
  const endpoint = endpointOf(template, account.name);
  isLoopbackHttp(endpoint);
  const credential: StorageSharedKeyCredential | TokenCredential =
    account.key === undefined ? identity : new storage.StorageSharedKeyCredential(account.name, account.key);
  return new storage.BlobServiceClient(endpoint, credential, { retryOptions: { maxTries: 4 } });
}

/** Runs `write`, creating the container when that is what was missing. */
export async function intoContainer<Result>(
  container: ContainerClient,
  write: () => Promise<Result>,
): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    if (storageCode(error) !== "ContainerNotFound") throw error;
    await container.createIfNotExists();
    return await write();
  }
}

/** Names and times of the blobs below a prefix; a container that was never made is empty. */
export async function blobsBelow(
  container: ContainerClient,
  prefix: string,
): Promise<readonly { readonly name: string; readonly modifiedAt: string }[]> {
  const found: { name: string; modifiedAt: string }[] = [];
  try {
    for await (const { name, properties } of container.listBlobsFlat({ prefix }))
      found.push({ name, modifiedAt: properties.lastModified.toISOString() });
  } catch (error) {
    if (storageStatus(error) !== 404) throw error;
  }
  return found;
}

/** What is absent is removed. */
export async function removeBlobs(container: ContainerClient, names: readonly string[]): Promise<void> {
  await inLanes(names, (name) => container.getBlobClient(name).deleteIfExists());
}

/** Names of the folders at the top of a container; of one that was never made, none. */
export async function foldersIn(container: ContainerClient): Promise<readonly string[]> {
  const found: string[] = [];
  try {
    for await (const item of container.listBlobsByHierarchy("/"))
      if (item.kind === "prefix") found.push(item.name.slice(0, -1));
  } catch (error) {
    if (storageStatus(error) !== 404) throw error;
  }
  return found;
}

export function storageCode(error: unknown): string | undefined {
  const { code, details } = error as { code?: string; details?: { errorCode?: string } };
  return code ?? details?.errorCode;
}

export function storageStatus(error: unknown): number | undefined {
  return (error as { statusCode?: number }).statusCode;
}

/** The whole of a blob by one request: `downloadToBuffer` makes one more, to ask how long it is. */
export async function contentOf(
  blob: BlobClient,
  conditions: BlobRequestConditions = {},
): Promise<{ readonly bytes: Buffer; readonly etag: string }> {
  const { readableStreamBody, etag = "" } = await blob.download(0, undefined, { conditions });
  const parts: Buffer[] = [];
  for await (const part of readableStreamBody ?? []) parts.push(Buffer.from(part));
  return { bytes: Buffer.concat(parts), etag };
}
