// The folder in which one local cloud keeps everything. Invariants: only a folder that is empty or carries our marker is
// ever written to; at most one running process holds it; the folder is open to its owner alone.
import { chmod, mkdir, mkdtemp, open, readFile, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { writeKeptJson } from "../kept-json.ts";
import { StartError } from "../start-error.ts";
import { unmountBelow } from "../unmount-below.ts";
import { processIdentity } from "./process-identity.ts";

const marker = "openbatchai.json";
const lockFile = "lock.json";

export interface DataFolder {
  readonly path: string;
  /** Writes a JSON file of ours, whole or not at all, readable by the owner alone. */
  writeSecret(name: string, content: unknown): void;
  /** Releases the lock; a temporary folder is removed. Idempotent. */
  release(): Promise<void>;
}

interface Holder {
  readonly pid: number;
  readonly identity: string;
}

/** Opens (creating it when needed) and locks the folder. Rejects with StartError when it is not ours or is held. */
export async function openDataFolder(path: string, options: { fresh?: boolean } = {}): Promise<DataFolder> {
  const folder = resolve(path);
  await refuseForeign(folder);
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw new StartError(`The data folder ${folder} cannot be created: ${(cause as Error).message}`, cause);
  });
  await closeToOthers(folder);
  await takeLock(folder);
  if (options.fresh) await empty(folder);
  const data = dataFolder(folder, () => rm(join(folder, lockFile), { force: true }));
  data.writeSecret(marker, { kind: "openbatchai-data", version: 1 });
  return data;
}

/** A folder in the system's temporary directory that disappears with `release`. */
export async function openTemporaryFolder(): Promise<DataFolder> {
  const folder = await mkdtemp(join(tmpdir(), "openbatchai-"));
  await takeLock(folder);
  return dataFolder(folder, () => {
    unmountBelow(folder);
    return rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });
}

function dataFolder(folder: string, onRelease: () => Promise<void>): DataFolder {
  let released: Promise<void> | undefined;
  return {
    path: folder,
    writeSecret: (name, content) => writeKeptJson(join(folder, name), content),
    release: () => (released ??= onRelease()),
  };
}

async function refuseForeign(folder: string): Promise<void> {
  const entries = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return [] as string[];
    throw new StartError(`The data folder ${folder} cannot be read: ${cause.message}`, cause);
  });
  if (entries.length === 0 || entries.includes(marker) || entries.every((entry) => entry === lockFile))
    return;
  throw new StartError(
    `${folder} is not a data folder of OpenBatchAI (it holds ${entries[0]} but no ${marker}). Name an empty or a new folder with --data.`,
  );
}

/** A folder that was there before may be open to others; histories, logs and models are its owner's alone. */
async function closeToOthers(folder: string): Promise<void> {
  if (((await stat(folder)).mode & 0o077) === 0) return;
  await chmod(folder, 0o700).catch((cause: unknown) => {
    throw new StartError(
      `The data folder ${folder} can be read by other users, and that cannot be changed: ${(cause as Error).message}. Name a folder of your own with --data.`,
      cause,
    );
  });
}

async function takeLock(folder: string): Promise<void> {
  const path = join(folder, lockFile);
  const self: Holder = { pid: process.pid, identity: (await processIdentity(process.pid)) ?? "" };
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const file = await open(path, "wx", 0o600).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === "EEXIST") return undefined;
      throw new StartError(`The data folder ${folder} cannot be written: ${cause.message}`, cause);
    });
    if (file) {
      await file.writeFile(JSON.stringify(self));
      return file.close();
    }
    const holder = await holderOf(folder);
    if (holder !== undefined) {
      throw new StartError(
        `The data folder ${folder} is in use by process ${holder}. Stop that one (Ctrl-C there, \`batchai down\`, or kill ${holder}), or name another folder with --data.`,
      );
    }
    await rm(path, { force: true });
  }
  throw new StartError(
    `The data folder ${folder} could not be locked; another process is starting on it. Try again.`,
  );
}

/** The process that holds the folder now; a number that another process got since is not it. */
export async function holderOf(folder: string): Promise<number | undefined> {
  const holder = await readHolder(join(folder, lockFile));
  if (holder === undefined || holder.identity === "") return undefined;
  return (await processIdentity(holder.pid)) === holder.identity ? holder.pid : undefined;
}

async function readHolder(path: string): Promise<Holder | undefined> {
  const text = await readFile(path, "utf8").catch(() => "");
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return undefined;
  }
}

async function empty(folder: string): Promise<void> {
  unmountBelow(folder);
  const entries = (await readdir(folder)).filter((entry) => entry !== lockFile);
  await Promise.all(entries.map((entry) => rm(join(folder, entry), { recursive: true, force: true })));
}
