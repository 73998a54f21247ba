// The folder of one container on disk: states of names, walks, and a watch per directory (Node's own recursive watch
// polls on Linux). Invariant: names are relative with `/`; nothing outside the folder is ever touched, because symbolic
// links are never followed. Links, sockets and pipes have no blob: they are reported as unsupported and left alone.
import { type BigIntStats, type FSWatcher, lstatSync, watch } from "node:fs";
import { lstat, mkdir, readdir, rename, rmdir, unlink, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { LocalState } from "./sync-decision.ts";

export interface LocalTree {
  readonly root: string;
  pathOf(name: string): string;
  /** undefined: not there. Throws when that cannot be known, e.g. because the whole folder is gone. */
  state(name: string): Promise<LocalState | "unsupported" | undefined>;
  /** Everything below a directory ("" = all), parents first. */
  walk(directory: string): AsyncIterable<{ name: string; state: LocalState | "unsupported" }>;
  /** With its parents. False when a file stands in the way. */
  makeDirectory(name: string): Promise<boolean>;
  /** Puts a finished file in place with one rename; it gets the time of the blob. */
  place(draft: string, name: string, modifiedAtMs: number): Promise<LocalState>;
  remove(name: string): Promise<void>;
  /** False when it is not empty. */
  removeDirectory(name: string): Promise<boolean>;
}

const entriesPerTurn = 200;

export function openLocalTree(root: string): LocalTree {
  const pathOf = (name: string) => (name === "" ? root : join(root, name));
  const tree: LocalTree = {
    root,
    pathOf,
    async state(name) {
      try {
        return stateOf(await lstat(pathOf(name), { bigint: true }));
      } catch (error) {
        if (!isAbsence(error)) throw error;
        if (!(await lstat(root)).isDirectory()) throw new Error(`${root} is no directory`, { cause: error });
        return undefined;
      }
    },
    async *walk(directory) {
      const entries = await readdir(pathOf(directory)).catch((error: unknown) => {
        if (directory !== "" && isAbsence(error)) return [];
        throw error;
      });
      const base = directory === "" ? "" : `${directory}/`;
      for (const [index, entry] of entries.entries()) {
        if (index % entriesPerTurn === entriesPerTurn - 1) await setImmediate();
        const name = base + entry;
        // Much faster than the asynchronous form, and short enough between two turns of the event loop.
        const info = lstatSync(pathOf(name), { bigint: true, throwIfNoEntry: false });
        if (info === undefined) continue;
        const state = stateOf(info);
        yield { name, state };
        if (state !== "unsupported" && state.kind === "directory") yield* tree.walk(name);
      }
    },
    makeDirectory: (name) => succeeds(mkdir(pathOf(name), { recursive: true }), ["EEXIST", "ENOTDIR"]),
    async place(draft, name, modifiedAtMs) {
      const time = modifiedAtMs / 1000;
      await utimes(draft, time, time);
      await rename(draft, pathOf(name));
      const state = await tree.state(name);
      if (state === undefined || state === "unsupported")
        throw new Error(`${name} vanished after it was placed`);
      return state;
    },
    remove: async (name) => unlink(pathOf(name)),
    removeDirectory: async (name) =>
      (await tree.state(name)) === undefined ||
      succeeds(rmdir(pathOf(name)), ["ENOTEMPTY", "EEXIST", "ENOTDIR"]),
  };
  return tree;
}

/** False when it fails for one of these reasons. */
function succeeds(action: Promise<unknown>, reasons: readonly string[]): Promise<boolean> {
  return action.then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (reasons.includes(error.code ?? "")) return false;
      throw error;
    },
  );
}

function stateOf(info: BigIntStats): LocalState | "unsupported" {
  if (info.isDirectory()) return { kind: "directory", sizeBytes: 0, stamp: "directory", modifiedAtMs: 0 };
  if (!info.isFile()) return "unsupported";
  return {
    kind: "file",
    sizeBytes: Number(info.size),
    stamp: `${info.ino}:${info.size}:${info.mtimeNs}`,
    modifiedAtMs: Number(info.mtimeMs),
  };
}

function isAbsence(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR";
}

export interface TreeWatch {
  /** Watches a directory; again is harmless. */
  add(directory: string): void;
  close(): void;
}

/** `changed` gets the name of whatever may have changed, or of a directory when the system does not say which entry. */
export function watchTree(
  tree: LocalTree,
  changed: (name: string) => void,
  failed: (error: Error) => void,
): TreeWatch {
  const watchers = new Map<string, FSWatcher>();
  const drop = (directory: string) => {
    watchers.get(directory)?.close();
    watchers.delete(directory);
  };
  return {
    add(directory) {
      if (watchers.has(directory)) return;
      try {
        const watcher = watch(tree.pathOf(directory), { persistent: false }, (_event, entry) => {
          if (entry === null) return changed(directory);
          // A directory reports itself by its own name when it goes; its watch must go too, or its successor has none.
          if (directory !== "" && entry === directory.slice(directory.lastIndexOf("/") + 1)) drop(directory);
          changed(directory === "" ? entry : `${directory}/${entry}`);
        });
        watcher.on("error", () => drop(directory));
        watchers.set(directory, watcher);
      } catch (error) {
        if (!isAbsence(error)) failed(error as Error);
      }
    },
    close() {
      for (const directory of [...watchers.keys()]) drop(directory);
    },
  };
}

/** `a/b/c` → `a/b`, `a`. */
export function parentsOf(name: string): string[] {
  const parents: string[] = [];
  for (let parent = dirname(name); parent !== "."; parent = dirname(parent)) parents.push(parent);
  return parents;
}
