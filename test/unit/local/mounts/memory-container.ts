// A blob container in memory for tests of the sync: ETags change with every write, answers come some turns of the event
// loop later, and it can be made to fail.
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import { systemClock } from "../../../../local/clock.ts";
import type { RemoteBlob, RemoteContainer } from "../../../../local/mounts/remote-container.ts";

const clock = systemClock();

export interface MemoryContainer extends RemoteContainer {
  put(name: string, text: string): void;
  drop(name: string): void;
  /** Contents of files by name. */
  files(): Record<string, string>;
  /** Names of directory markers. */
  markers(): string[];
  readonly calls: string[];
  /** Every call fails while this is set. */
  broken: boolean;
}

export function memoryContainer(turns: () => number = () => 1): MemoryContainer {
  const blobs = new Map<string, { blob: RemoteBlob; text: string }>();
  let version = 0;
  const calls: string[] = [];
  const store = (name: string, text: string, isDirectory = false): RemoteBlob => {
    const blob: RemoteBlob = {
      name,
      etag: `"${(version += 1)}"`,
      sizeBytes: Buffer.byteLength(text),
      modifiedAtMs: Math.floor(clock.now() / 1000) * 1000,
      isDirectory,
      md5: createHash("md5").update(text).digest("base64"),
    };
    blobs.set(name, { blob, text });
    return blob;
  };
  const answer = async (call: string) => {
    calls.push(call);
    for (let turn = turns(); turn > 0; turn -= 1) await setImmediate();
    if (container.broken) throw new Error("storage does not answer");
  };
  const container: MemoryContainer = {
    broken: false,
    calls,
    put: (name, text) => void store(name, text),
    drop: (name) => void blobs.delete(name),
    files: () =>
      Object.fromEntries(
        [...blobs]
          .filter(([, { blob }]) => !blob.isDirectory)
          .sort(([one], [other]) => (one < other ? -1 : 1))
          .map(([name, { text }]) => [name, text]),
      ),
    markers: () => [...blobs].filter(([, { blob }]) => blob.isDirectory).map(([name]) => name),
    async *list() {
      const seen = [...blobs.values()].map(({ blob }) => blob);
      await answer("list");
      for (const blob of seen) yield blob;
    },
    async head(name) {
      await answer(`head ${name}`);
      return blobs.get(name)?.blob;
    },
    async download(name, file) {
      const found = blobs.get(name);
      await answer(`download ${name}`);
      if (found === undefined) return undefined;
      await writeFile(file, found.text);
      return found.blob;
    },
    async upload(name, file, sizeBytes) {
      const text = (await readFile(file)).subarray(0, sizeBytes).toString();
      await answer(`upload ${name}`);
      return store(name, text);
    },
    async makeDirectory(name) {
      await answer(`makeDirectory ${name}`);
      return store(name, "", true);
    },
    async remove(name, etag) {
      await answer(`remove ${name}`);
      const found = blobs.get(name);
      if (found !== undefined && found.blob.etag !== etag) return "changed";
      blobs.delete(name);
      return "removed";
    },
  };
  return container;
}
