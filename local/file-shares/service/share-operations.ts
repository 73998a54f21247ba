// Operations on shares, and properties of everything: "Create Share", "List Shares", "Delete Share".
import { constants } from "node:fs";
import { FileShareError } from "./errors.ts";
import { type ShareContext, keyOf, openFile } from "./share-context.ts";
import type { Place, Properties, ShareService } from "./model.ts";

type ShareOperations = Pick<
  ShareService,
  "createShare" | "listShares" | "deleteShare" | "properties" | "change"
>;

export function shareOperations(context: ShareContext): ShareOperations {
  const rootOf = (account: string, share: string): Place => ({ account, share, segments: [] });
  return {
    async createShare(account, share, metadata) {
      if (metadata.protocol === "NFS" && !context.isFileStorage(account))
        throw new FileShareError(
          "InvalidHeaderValue",
          "Shares over NFS are in storage accounts of kind FileStorage (sku Premium_LRS or Premium_ZRS).",
        );
      if (!(await context.folders.create(account, share))) throw new FileShareError("ShareAlreadyExists");
      const place = rootOf(account, share);
      const [, info] = await context.inspect(place, "directory");
      await context.annotate(place, info, metadata);
      return context.describe(place, info);
    },
    async listShares(account) {
      const shares: (Properties & { readonly name: string })[] = [];
      for (const name of await context.folders.list(account)) {
        const found = await propertiesOf(context, rootOf(account, name), "share").catch(unlessDeleted);
        if (found !== undefined) shares.push({ name, ...found });
      }
      return shares;
    },
    async deleteShare(account, share) {
      if (!(await context.folders.remove(account, share))) throw new FileShareError("ShareNotFound");
      await context.metadataOf(rootOf(account, share)).clear();
    },
    properties: (place, kind) => propertiesOf(context, place, kind),
    async change(place, kind, { sizeBytes, ...metadata }) {
      const [path, before] = await context.inspect(place, kind === "file" ? "file" : "directory");
      if (sizeBytes !== undefined) {
        const handle = await openFile(path, constants.O_RDWR);
        await handle.truncate(sizeBytes).finally(() => handle.close());
      }
      const old = await context.metadataOf(place).read(keyOf(place), String(before.ino));
      const { inode: _, ...kept } = old ?? { inode: "" };
      await context.annotate(place, before, { ...kept, ...metadata });
      return propertiesOf(context, place, kind);
    },
  };
}

/** A share may go while the list is made. */
function unlessDeleted(error: unknown): undefined {
  if (!(error instanceof FileShareError && error.status === 404)) throw error;
}

/** Who asks whether there is a directory does not find a file, and the other way round: clients try both. */
function unlessOfTheOtherKind(error: unknown): never {
  if (error instanceof FileShareError && error.code === "ResourceTypeMismatch")
    throw new FileShareError("ResourceNotFound");
  throw error;
}

async function propertiesOf(
  context: ShareContext,
  place: Place,
  kind: "file" | "directory" | "share",
): Promise<Properties> {
  const [, info] = await context
    .inspect(place, kind === "file" ? "file" : "directory")
    .catch(unlessOfTheOtherKind);
  return context.describe(place, info);
}
