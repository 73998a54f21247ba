// The folders of a node, behind an interface so that simulations need none. Only paths below a node's root are touched.
import { access, chmod, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { unmountBelow } from "../../../unmount-below.ts";

export interface NodeDisk {
  /** Creates the standard folders of a fresh node; empties the root first when `wipe`. */
  prepareNode(root: string, wipe: boolean): Promise<void>;
  /** Removes what an earlier attempt left in the working directory; the executor creates it anew. */
  clearTask(taskDirectory: string): Promise<void>;
  exists(path: string): Promise<boolean>;
  remove(path: string): Promise<void>;
  /** Removes the roots below `directory` that belong to no node any more: a kill came between a node's end and theirs. */
  keepOnly(directory: string, roots: ReadonlySet<string>): Promise<void>;
}

/** "Files and directories in Azure Batch": the folders below AZ_BATCH_NODE_ROOT_DIR. */
export const nodeFolders: readonly string[] = [
  "applications",
  "fsmounts",
  "shared",
  "startup",
  "volatile",
  "workitems",
];

export function realDisk(): NodeDisk {
  return {
    async prepareNode(root, wipe) {
      if (wipe) await removeTree(root);
      await mkdir(root, { recursive: true, mode: 0o700 });
      await Promise.all(nodeFolders.map((name) => mkdir(join(root, name), { recursive: true })));
    },
    clearTask: (taskDirectory) => removeTree(join(taskDirectory, "wd")),
    exists: (path) =>
      access(path).then(
        () => true,
        () => false,
      ),
    remove: removeTree,
    async keepOnly(directory, roots) {
      const found = await readdir(directory).catch(() => []);
      const stale = found.map((name) => join(directory, name)).filter((path) => !roots.has(path));
      await Promise.all(stale.map(removeTree));
    },
  };
}

/** For simulations. */
export function noDisk(): NodeDisk {
  const nothing = () => Promise.resolve();
  return {
    prepareNode: nothing,
    clearTask: nothing,
    exists: () => Promise.resolve(false),
    remove: nothing,
    keepOnly: nothing,
  };
}

/** A process that is just ending may still write into what is removed: a few more tries see the end of that. */
const removal = { recursive: true, force: true, maxRetries: 5 } as const;

async function removeTree(path: string): Promise<void> {
  // What a task mounted there is not the node's to delete.
  unmountBelow(path);
  try {
    await rm(path, removal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EACCES") throw error;
    await openUp(path);
    await rm(path, removal);
  }
}

/** A task may have closed its folders to everybody, the owner included. */
async function openUp(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await openUp(join(folder, entry.name));
}
