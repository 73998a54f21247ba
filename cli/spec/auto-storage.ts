// `--use-auto-storage`: a share and a container with the names that `az batchai` gives them, made where they are missing, and mounted on
// every node. In the account that the command knows: unlike `az`, nothing here makes accounts.
import type { StorageAccount } from "../service.ts";
import { isObject } from "./read-spec.ts";
import type { Spec } from "./read-spec.ts";
import { namedAccount, withStorage } from "./storage-options.ts";

const share = "batchaishare";
const container = "batchaicontainer";

export async function makeAutoStorage(given: StorageAccount | undefined): Promise<StorageAccount> {
  const account = namedAccount(given);
  const { name, key, fileUrl, blobUrl } = account;
  const [files, blobs] = await Promise.all([
    import("@azure/storage-file-share"),
    import("@azure/storage-blob"),
  ]);
  await Promise.all([
    new files.ShareServiceClient(fileUrl, new files.StorageSharedKeyCredential(name, key))
      .getShareClient(share)
      .createIfNotExists(),
    new blobs.BlobServiceClient(blobUrl, new blobs.StorageSharedKeyCredential(name, key))
      .getContainerClient(container)
      .createIfNotExists(),
  ]);
  return account;
}

export function withAutoStorage({ properties }: Spec, account: StorageAccount): Spec {
  const setup = properties["nodeSetup"];
  const nodeSetup = isObject(setup) ? setup : {};
  const known = nodeSetup["mountVolumes"];
  const mountVolumes = withStorage(
    isObject(known) ? known : undefined,
    { fileShare: share, fileShareMount: "autoafs", container, containerMount: "autobfs" },
    account,
  );
  return { properties: { ...properties, nodeSetup: { ...nodeSetup, mountVolumes } } };
}
