// Operations on shares, and properties of everything: "Create Share", "List Shares", "Delete Share".
import { constants } from "node:fs";
import { FileShareError } from "./errors.ts";
import { type Ground, keyOf, openFile } from "./ground.ts";
import type { Place, Properties, ShareService } from "./model.ts";

type ShareOperations = Pick<
  ShareService,
  "createShare" | "listShares" | "deleteShare" | "properties" | "change"
>;

export function shareOperations(ground: Ground): ShareOperations {
  const rootOf = (account: string, share: string): Place => ({ account, share, segments: [] });
  return {
    async createShare(account, share, note) {
      if (!(await ground.folders.create(account, share))) throw new FileShareError("ShareAlreadyExists");
      const place = rootOf(account, share);
      const [, info] = await ground.inspect(place, "directory");
      await ground.annotate(place, info, note);
      return ground.describe(place, info);
    },
    async listShares(account) {
      const shares: (Properties & { readonly name: string })[] = [];
      for (const name of await ground.folders.list(account)) {
        const found = await propertiesOf(ground, rootOf(account, name), "share").catch(unlessDeleted);
        if (found !== undefined) shares.push({ name, ...found });
      }
      return shares;
    },
    async deleteShare(account, share) {
      if (!(await ground.folders.remove(account, share))) throw new FileShareError("ShareNotFound");
      await ground.notesOf(rootOf(account, share)).clear();
    },
    properties: (place, kind) => propertiesOf(ground, place, kind),
    async change(place, kind, { sizeBytes, ...note }) {
      const [path, before] = await ground.inspect(place, kind === "file" ? "file" : "directory");
      if (sizeBytes !== undefined) {
        const handle = await openFile(path, constants.O_RDWR);
        await handle.truncate(sizeBytes).finally(() => handle.close());
      }
      const old = await ground.notesOf(place).read(keyOf(place), String(before.ino));
      const { inode: _, ...kept } = old ?? { inode: "" };
      await ground.annotate(place, before, { ...kept, ...note });
      return propertiesOf(ground, place, kind);
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
  ground: Ground,
  place: Place,
  kind: "file" | "directory" | "share",
): Promise<Properties> {
  const [, info] = await ground
    .inspect(place, kind === "file" ? "file" : "directory")
    .catch(unlessOfTheOtherKind);
  return ground.describe(place, info);
}
