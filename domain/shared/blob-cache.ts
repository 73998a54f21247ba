// How blobfuse2 caches a container, as fields of our own version of the API, and the words of its command line that say the
// same ("How to configure settings for BlobFuse2"). `mountOptions`, the text of 2018, says all of it at once, so that both together
// could contradict each other and are refused.
import { z } from "zod";
import { trueOrFalse, wholeNumber } from "./fields.ts";

const cachePath = () => {
  const error =
    "expected an absolute path on the node's disk such as '/mnt/cache', of letters, digits, '.', '-', '_' and '/', without '..'";
  return z
    .string({ error })
    .max(256, { error })
    .regex(/^(?:\/[\w.-]+)+$/, { error })
    .refine((path) => path.split("/").every((part) => part === "" || !/^\.+$/.test(part)), { error });
};

/** Whole files, on the node's disk. */
const FileCache = z.object({
  path: cachePath().optional(),
  sizeInMB: wholeNumber(1).optional(),
  timeoutInSeconds: wholeNumber(0).optional(),
});

const usualBlockInMB = 16;
/** blobfuse2 refuses to read ahead by fewer, unless by none. */
const leastPrefetch = 11;

/** Blocks in memory, so that reading begins at once and large files need no disk: what was called streaming. */
const BlockCache = z
  .object({
    blockSizeInMB: wholeNumber(1, 4000).optional(),
    memoryInMB: wholeNumber(1).optional(),
    prefetchBlocks: wholeNumber(0).optional(),
    path: cachePath().optional(),
    diskSizeInMB: wholeNumber(1).optional(),
    diskTimeoutInSeconds: wholeNumber(0).optional(),
  })
  .superRefine((cache, issues) => {
    const { blockSizeInMB = usualBlockInMB, prefetchBlocks, path } = cache;
    const refuse = (field: keyof typeof cache, message: string) =>
      issues.addIssue({ code: "custom", path: [field], message });
    if (prefetchBlocks !== undefined && prefetchBlocks > 0 && prefetchBlocks < leastPrefetch)
      refuse("prefetchBlocks", `expected 0, or at least ${leastPrefetch} blocks, as blobfuse2 does`);
    const ahead = (prefetchBlocks ?? leastPrefetch) * blockSizeInMB;
    for (const field of ["memoryInMB", "diskSizeInMB"] as const)
      if ((cache[field] ?? ahead) < ahead)
        refuse(
          field,
          `expected at least ${ahead}: ${prefetchBlocks ?? leastPrefetch} blocks of ${blockSizeInMB} MB are read ahead; make it larger, or lower prefetchBlocks or blockSizeInMB`,
        );
    for (const field of ["diskSizeInMB", "diskTimeoutInSeconds"] as const)
      if (cache[field] !== undefined && path === undefined)
        refuse(field, "is of blocks kept on disk: give a path, too, or leave it out");
  });

/** Members of a mounted container that 2018 did not have. */
export const blobCacheFields = {
  /** Whether accounts of the node other than root see the mount; they do unless told otherwise. */
  allowOther: trueOrFalse().optional(),
  attributeCacheInSeconds: wholeNumber(0).optional(),
  fileCache: FileCache.optional(),
  blockCache: BlockCache.optional(),
};
export type BlobCache = z.infer<z.ZodObject<typeof blobCacheFields>>;
export const blobCacheMembers = Object.keys(blobCacheFields) as readonly (keyof BlobCache)[];

export function checkBlobCache(
  mount: BlobCache & { readonly mountOptions?: string | undefined },
  issues: z.RefinementCtx,
): void {
  const refuse = (field: string, message: string) =>
    issues.addIssue({ code: "custom", path: [field], message });
  const [given] = blobCacheMembers.filter((name) => mount[name] !== undefined);
  if (given !== undefined && mount.mountOptions !== undefined)
    refuse("mountOptions", `expected nothing beside ${given}: say it all in mountOptions, or none of it`);
  if (mount.fileCache !== undefined && mount.blockCache !== undefined)
    refuse("blockCache", "expected either fileCache (whole files) or blockCache (blocks); leave one out");
}

/** The folder on the node's disk that the user named; a mount has it for itself. */
export function cachePathOf({ fileCache, blockCache }: BlobCache): string | undefined {
  return fileCache?.path ?? blockCache?.path;
}

/** The option of blobfuse2 that takes the folder. */
export function cachePathOption({ blockCache }: BlobCache): string {
  return blockCache === undefined ? "--tmp-path" : "--block-cache-path";
}

/** Words of blobfuse2's command line, but for the folder. */
export function blobCacheOptions({ attributeCacheInSeconds, fileCache, blockCache }: BlobCache): string[] {
  const option = (name: string, value: number | undefined) =>
    value === undefined ? [] : [`--${name}=${value}`];
  return [
    ...option("attr-cache-timeout", attributeCacheInSeconds),
    ...option("cache-size-mb", fileCache?.sizeInMB),
    ...option("file-cache-timeout", fileCache?.timeoutInSeconds),
    ...(blockCache === undefined ? [] : ["--block-cache"]),
    ...option("block-cache-block-size", blockCache?.blockSizeInMB),
    ...option("block-cache-pool-size", blockCache?.memoryInMB),
    ...option("block-cache-prefetch", blockCache?.prefetchBlocks),
    ...option("block-cache-disk-size", blockCache?.diskSizeInMB),
    ...option("block-cache-disk-timeout", blockCache?.diskTimeoutInSeconds),
  ];
}
