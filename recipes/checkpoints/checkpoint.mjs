// Checkpoints that are complete or absent, for programs of Node; nothing but Node is needed. The folders are those of checkpoint.py.
//
// One rule: a checkpoint is a folder `step-…` whose `manifest.json` names every file with its SHA-256. It is written into a folder of
// another name, every file flushed to the disk, the manifest last, and renamed. A folder without a manifest, or with a file that is
// not as its manifest says, is no checkpoint. One process of a job writes.
import { createHash } from "node:crypto";
import fs from "node:fs";
import { basename, join } from "node:path";

export class Checkpoints {
  stopAsked = false;

  constructor(folder = process.env.AZ_BATCHAI_CHECKPOINT_DIR, keep = 3) {
    this.folder = folder;
    this.keep = Math.max(1, keep);
    fs.mkdirSync(folder, { recursive: true });
  }

  /** Before an eviction comes SIGTERM: `stopAsked` is true from then on. Save once more and exit. */
  stopOnSigterm() {
    process.on("SIGTERM", () => {
      this.stopAsked = true;
    });
  }

  /** @param files names → text or bytes, or functions that write the file whose path they are given. Returns the checkpoint's folder. */
  save(step, files) {
    const done = join(this.folder, `step-${String(step).padStart(12, "0")}`);
    if (isComplete(done)) return done;
    // Of an attempt that was killed while it wrote.
    for (const name of fs.readdirSync(this.folder))
      if (name.startsWith(".") || name === basename(done)) remove(join(this.folder, name));
    const part = join(this.folder, `.writing-${step}-${process.pid}`);
    fs.mkdirSync(part);
    const manifest = { step, files: {} };
    for (const [name, content] of Object.entries(files)) {
      const path = join(part, name);
      if (typeof content === "function") content(path);
      else fs.writeFileSync(path, content);
      flush(path);
      manifest.files[name] = { sha256: hashOf(path), bytes: fs.statSync(path).size };
    }
    fs.writeFileSync(join(part, "manifest.json"), JSON.stringify(manifest));
    flush(join(part, "manifest.json"));
    flush(part);
    fs.renameSync(part, done);
    flush(this.folder);
    this.#removeOld();
    return done;
  }

  /** `{ step, folder }` of the newest complete checkpoint; undefined where there is none. */
  latest() {
    const name = this.#names()
      .reverse()
      .find((one) => isComplete(join(this.folder, one)));
    return name === undefined ? undefined : { step: Number(name.slice(5)), folder: join(this.folder, name) };
  }

  #names() {
    return fs
      .readdirSync(this.folder)
      .filter((name) => name.startsWith("step-"))
      .sort();
  }

  /** Renamed first: what is half removed must not look like a checkpoint. */
  #removeOld() {
    for (const name of this.#names().slice(0, -this.keep)) {
      const gone = join(this.folder, `.removing-${name}`);
      fs.renameSync(join(this.folder, name), gone);
      remove(gone);
    }
  }
}

function isComplete(folder) {
  try {
    const { files } = JSON.parse(fs.readFileSync(join(folder, "manifest.json"), "utf8"));
    return Object.entries(files).every(([name, { sha256 }]) => hashOf(join(folder, name)) === sha256);
  } catch {
    return false;
  }
}

const remove = (path) => fs.rmSync(path, { recursive: true, force: true });
const hashOf = (path) => createHash("sha256").update(fs.readFileSync(path)).digest("hex");

/** Mounts of storage containers have no folders to flush. */
function flush(path) {
  const isFolder = fs.statSync(path).isDirectory();
  const handle = fs.openSync(path, isFolder ? "r" : "r+");
  try {
    fs.fsyncSync(handle);
  } catch (error) {
    if (!isFolder) throw error;
  } finally {
    fs.closeSync(handle);
  }
}
