// Options with which Azure Batch mounts a container on the nodes of a cluster.
import { blobCacheOptions, cachePathOf, cachePathOption } from "../shared/blob-cache.ts";
import type { BlobMount } from "../shared/mount-volumes.ts";

/** "Mount a virtual file system on a Batch pool". */
const usual = "-o attr_timeout=240 -o entry_timeout=240 -o negative_timeout=120";
/** Every account of the node reads and writes. */
const forAll = "-o allow_other";

export function poolBlobOptions(blob: BlobMount): string {
  const path = cachePathOf(blob);
  const words =
    blob.mountOptions === undefined
      ? [
          usual,
          ...(blob.allowOther === false ? [] : [forAll]),
          ...(path === undefined ? [] : [`${cachePathOption(blob)}=${path}`]),
          ...blobCacheOptions(blob),
        ]
      : [blob.mountOptions];
  return [...words, ...(blob.readOnly === true ? ["--read-only"] : [])].join(" ");
}
