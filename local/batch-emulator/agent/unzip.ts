// Unpacks a zip file from whomever into a folder. Invariants: nothing is written outside the folder, whatever the names
// and links in the archive say; no more is written than was allowed; permissions of Unix archives are kept.
import { createWriteStream } from "node:fs";
import { mkdir, symlink } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve, sep } from "node:path";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { openPromise } from "yauzl";
import type { Entry, ZipFile } from "yauzl";

export interface UnzipLimits {
  readonly bytes: number;
  readonly entries: number;
}

export class UnzipError extends Error {}

/** Rejects with UnzipError for an archive that is broken, too big, or wants to write elsewhere; the folder is then in any state. */
export async function unzip(archive: string, folder: string, limits: UnzipLimits): Promise<void> {
  let zip: ZipFile;
  try {
    // Sizes and names (no `..`, no absolute path, no backslash) are checked by the library.
    zip = await openPromise(archive, { strictFileNames: true, validateEntrySizes: true });
  } catch (error) {
    throw asUnzipError(error);
  }
  try {
    if (zip.entryCount > limits.entries)
      throw new UnzipError(`the archive has more than ${limits.entries} entries`);
    await extractAll(zip, folder, limits);
  } finally {
    zip.close();
  }
}

async function extractAll(zip: ZipFile, folder: string, limits: UnzipLimits): Promise<void> {
  const links: { path: string; target: string }[] = [];
  let bytes = 0;
  await mkdir(folder, { recursive: true });
  for await (const entry of entriesOf(zip)) {
    bytes += entry.uncompressedSize;
    if (bytes > limits.bytes) throw new UnzipError(`the archive unpacks to more than ${limits.bytes} bytes`);
    const path = join(folder, entry.fileName);
    if (entry.fileName.endsWith("/")) await mkdir(path, { recursive: true });
    else if (isLink(entry)) links.push({ path, target: await linkTarget(zip, entry, folder, path) });
    else await extract(zip, entry, path);
  }
  // Last, so that no file can be written through a link.
  for (const { path, target } of links) {
    await mkdir(dirname(path), { recursive: true });
    await symlink(target, path).catch((error: unknown) => {
      throw asUnzipError(error);
    });
  }
}

async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry> {
  try {
    yield* zip.eachEntry();
  } catch (error) {
    throw asUnzipError(error);
  }
}

async function extract(zip: ZipFile, entry: Entry, path: string): Promise<void> {
  if (entry.isEncrypted()) throw new UnzipError(`'${entry.fileName}' is encrypted`);
  await mkdir(dirname(path), { recursive: true });
  try {
    const content = await zip.openReadStreamPromise(entry);
    await pipeline(content, createWriteStream(path, { flags: "wx", mode: modeOf(entry) }));
  } catch (error) {
    throw asUnzipError(error);
  }
}

const longestLink = 4096;

async function linkTarget(zip: ZipFile, entry: Entry, folder: string, path: string): Promise<string> {
  const refused = new UnzipError(`the link '${entry.fileName}' leads out of the archive`);
  if (entry.uncompressedSize > longestLink) throw refused;
  const target = await text(await zip.openReadStreamPromise(entry));
  const isInside = `${resolve(dirname(path), target)}${sep}`.startsWith(`${resolve(folder)}${sep}`);
  if (isAbsolute(target) || !isInside) throw refused;
  return target;
}

// APPNOTE 4.4.2: the upper byte tells the system that wrote the attributes, 3 is Unix; their upper half is st_mode.
const madeByUnix = (entry: Entry) => entry.versionMadeBy >> 8 === 3;
const unixMode = (entry: Entry) => entry.externalFileAttributes >>> 16;
const isLink = (entry: Entry) => madeByUnix(entry) && (unixMode(entry) & 0o170000) === 0o120000;

/** Others cannot say what is a program, so all of it may be. */
function modeOf(entry: Entry): number {
  const mode = unixMode(entry) & 0o777;
  return madeByUnix(entry) && mode !== 0 ? mode | 0o400 : 0o755;
}

function asUnzipError(error: unknown): UnzipError {
  if (error instanceof UnzipError) return error;
  return new UnzipError(error instanceof Error ? error.message : String(error));
}
