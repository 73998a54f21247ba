// Keeps one folder and one blob container equal, both ways, for as long as somebody has it mounted: changes on disk are
// found by watching (and by a slower rescan, should the watch miss one), changes in storage by listing and comparing
// ETags. Invariants: what to do about a name is decided by `sync-decision.ts` alone; one name is worked on once at a
// time; nothing is removed on one side before it was seen to be absent, not merely not seen, on the other.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, type Timer, delay, systemClock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import { type Failures, createFailures, firstLine, reworded } from "./failures.ts";
import { type KnownStates, openKnownStates } from "./known-states.ts";
import { type LocalTree, type TreeWatch, openLocalTree, parentsOf, watchTree } from "./local-tree.ts";
import { type RemoteBlob, type RemoteContainer, isPermanent } from "./remote-container.ts";
import { type RemoteView, createRemoteView, fitsOnDisk } from "./remote-view.ts";
import { type LocalState, decide } from "./sync-decision.ts";
import { type WorkQueue, createWorkQueue } from "./work-queue.ts";

export interface ContainerSyncOptions {
  /** The folder that stands for the container. */
  readonly folder: string;
  /** For drafts and for what is known; on the same file system, outside `folder`. */
  readonly stateFolder: string;
  readonly remote: RemoteContainer;
  readonly clock: Clock;
  readonly logger: Logger;
  /** For log lines. */
  readonly label: string;
}

export interface ContainerSync {
  /** Storage holds what the disk held when this was called. Rejects when storage does not answer for a while. */
  flush(): Promise<void>;
  /** As `flush`, and storage was asked whether the container is still there. */
  confirm(): Promise<void>;
  /** The disk holds what storage held when this was called. Rejects like `flush`. */
  pull(): Promise<void>;
  /** Stops without flushing. */
  stop(): Promise<void>;
}

const workers = 16;
/** A file just written is looked at after this pause, so that a burst of writes becomes one upload. */
const pauseMs = 40;
const uploadEveryMs = 1_000;
const retryMs = 1_000;
/** What will hardly ever succeed, as long as nobody makes the container anew. */
const permanentRetryMs = 15_000;
const pollEveryMs = 1_000;
const rescanEveryMs = 5_000;
/** Listing and scanning may take this share of the time at most. */
const idleFactor = 10;
/** Every turn that finds nothing makes the pause that much longer, so many times. */
const quietStepMs = 500;
const mostQuietTurns = 8;
const patienceMs = 30_000;
/** File times are the machine's, whatever clock drives the rest. */
const machineClock = systemClock();
/** The look settled nothing, because something moved meanwhile: look again at once. */
const again = 0;
/** File times tick this coarsely on some systems: a younger stamp does not prove that nothing was written after it. */
const stampTickMs = 20;

/** Resolves when the folder holds everything that storage holds. */
export async function startContainerSync(o: ContainerSyncOptions): Promise<ContainerSync> {
  await mkdir(o.folder, { recursive: true });
  await rm(join(o.stateFolder, "drafts"), { recursive: true, force: true });
  await mkdir(join(o.stateFolder, "drafts"), { recursive: true });
  const known = await openKnownStates(join(o.stateFolder, "known.jsonl"));
  const sync = new Sync(o, known);
  await sync.start();
  return sync;
}

class Sync implements ContainerSync {
  readonly #o: ContainerSyncOptions;
  readonly #known: KnownStates;
  readonly #tree: LocalTree;
  readonly #watch: TreeWatch;
  readonly #view: RemoteView = createRemoteView();
  readonly #queue: WorkQueue;
  /** Names whose blob this side changed since the listing under way began; that listing says nothing about them. */
  readonly #changedHere = new Set<string>();
  readonly #nextUploadAt = new Map<string, number>();
  readonly #failures: Failures;
  readonly #timers = new Map<string, Timer>();
  #pulling: Promise<void> | undefined;
  #stopped = false;
  #settledNames = 0;
  /** Differences that listings found so far. */
  #differences = 0;
  #lastFailure = "no answer";
  /** Those who wait for the queue, to be told when there is no use in waiting. */
  readonly #waiters = new Set<(error: Error) => void>();
  #drafts = 0;

  constructor(o: ContainerSyncOptions, known: KnownStates) {
    this.#o = o;
    this.#known = known;
    this.#failures = createFailures(o.logger, o.label);
    this.#tree = openLocalTree(o.folder);
    this.#watch = watchTree(
      this.#tree,
      (name) => this.#noticed(name),
      (error) => this.#failures.report("watch", "mount.watchFailed", { message: error.message }),
    );
    this.#queue = createWorkQueue({ clock: o.clock, workers, look: (name) => this.#reconcile(name) });
  }

  async start(): Promise<void> {
    await this.#listOnce();
    await this.#rescan();
    await this.#settled();
    await this.#known.save();
    this.#repeat("poll", pollEveryMs, async () => {
      const before = this.#differences;
      await this.#listOnce();
      return this.#differences > before;
    });
    this.#repeat("rescan", rescanEveryMs, async () => {
      await this.#rescan();
      await this.#known.save();
      return false;
    });
  }

  async flush(): Promise<void> {
    await this.#rescan();
    await this.#settled();
    await this.#known.save();
  }

  async confirm(): Promise<void> {
    await this.flush();
    await this.#listOnce();
  }

  async pull(): Promise<void> {
    await this.#pulling; // a listing under way may have begun before what the caller wants to see
    await this.#listOnce();
    await this.#settled();
  }

  #listOnce(): Promise<void> {
    return (this.#pulling ??= this.#list().finally(() => (this.#pulling = undefined)));
  }

  /** Waits for the queue as long as it gets on; gives up when nothing succeeds for a while, or nothing can. */
  async #settled(): Promise<void> {
    const { label } = this.#o;
    let done = false;
    let giveUp = (_error: Error) => {};
    const given = new Promise<never>((_resolve, reject) => {
      giveUp = (error) => reject(reworded(`${label}: ${firstLine(error)}`, error));
    });
    given.catch(() => {}); // told by the race below, if it is still on
    this.#waiters.add(giveUp);
    try {
      const settled = this.#queue.settle().then(() => (done = true));
      for (let before = -1; !done && before !== this.#settledNames;) {
        before = this.#settledNames;
        const patience = new AbortController();
        const pause = delay(machineClock, patienceMs, patience.signal).catch(() => {});
        await Promise.race([settled, given, pause]).finally(() => patience.abort());
      }
    } finally {
      this.#waiters.delete(giveUp);
    }
    if (!done)
      throw new Error(`${label}: storage took nothing for ${patienceMs / 1000} s: ${this.#lastFailure}`);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#watch.close();
    for (const timer of this.#timers.values()) timer.cancel();
    await this.#pulling?.catch(() => {});
    await this.#queue.stop();
    await this.#known.save();
  }

  /** Again and again, with a pause that grows with the work and while nothing is found. */
  #repeat(name: string, everyMs: number, work: () => Promise<boolean>): void {
    const { clock } = this.#o;
    let quiet = 0;
    const arm = (pauseMs: number) => {
      if (!this.#stopped)
        this.#timers.set(
          name,
          clock.at(clock.now() + pauseMs, () => void turn()),
        );
    };
    const turn = async () => {
      const began = clock.now();
      const found = await work().then(
        (result) => {
          this.#failures.over(`turn ${name}`);
          return result;
        },
        (error: unknown) => {
          this.#failures.report(`turn ${name}`, "mount.turnFailed", {
            turn: name,
            message: firstLine(error),
          });
          return false;
        },
      );
      quiet = found ? 0 : Math.min(quiet + 1, mostQuietTurns);
      arm(Math.max(everyMs + quiet * quietStepMs, (clock.now() - began) * idleFactor));
    };
    arm(everyMs);
  }

  #noticed(name: string): void {
    if (this.#stopped) return;
    const wait = (this.#nextUploadAt.get(name) ?? 0) - this.#o.clock.now();
    this.#queue.touch(name, Math.max(pauseMs, wait));
  }

  /** Compares the whole listing with what was seen before and has every difference looked at. */
  async #list(): Promise<void> {
    this.#changedHere.clear();
    const listed = new Set<string>();
    for await (const blob of this.#o.remote.list()) {
      if (!fitsOnDisk(blob.name)) {
        this.#failures.report(`skip ${blob.name}`, "mount.blobSkipped", {
          blob: blob.name,
          reason: "no file can have this name",
        });
        continue;
      }
      listed.add(blob.name);
      if (this.#view.get(blob.name)?.etag !== blob.etag) this.#seen(blob.name, blob);
    }
    this.#failures.over("container");
    const absent = (name: string) =>
      !listed.has(name) && (this.#view.get(name) ?? this.#known.get(name))?.etag !== "";
    for (const name of new Set([...this.#view.names(), ...this.#known.names()]))
      if (absent(name)) this.#seen(name, undefined);
  }

  #seen(name: string, blob: RemoteBlob | undefined): void {
    if (this.#changedHere.has(name) || this.#queue.isBusy(name)) return;
    this.#view.set(name, blob);
    if (blob !== undefined && this.#known.get(name)?.etag === blob.etag) return;
    this.#differences += 1;
    this.#queue.touch(name);
  }

  /** Finds what differs from what is known, in case the watch missed it. */
  async #rescan(): Promise<void> {
    const found = new Set<string>();
    await mkdir(this.#tree.root, { recursive: true });
    this.#watch.add("");
    for await (const { name, state } of this.#tree.walk("")) {
      found.add(name);
      if (state === "unsupported") continue;
      if (state.kind === "directory") this.#watch.add(name);
      const known = this.#known.get(name);
      if (known?.kind !== state.kind || known.stamp !== state.stamp) this.#queue.touch(name);
    }
    for (const name of this.#known.names()) if (!found.has(name)) this.#queue.touch(name);
  }

  async #reconcile(name: string): Promise<number | undefined> {
    if (name === "" || this.#stopped) return undefined;
    try {
      const result = (await this.#settleName(name)) ?? undefined;
      if (result === undefined) this.#settledNames += 1;
      this.#failures.over(name);
      return result;
    } catch (error) {
      const message = firstLine(error);
      this.#lastFailure = message;
      if (!isPermanent(error)) {
        this.#failures.report(name, "mount.syncFailed", { name, message });
        return retryMs;
      }
      this.#failures.report("container", "mount.failedPermanently", { message });
      for (const give of this.#waiters) give(error as Error);
      return permanentRetryMs;
    }
  }

  async #settleName(name: string): Promise<typeof again | void> {
    const local = await this.#tree.state(name);
    if (local === "unsupported")
      return this.#failures.report(`skip ${name}`, "mount.fileSkipped", {
        name,
        reason: "only files and directories have a blob",
      });
    if (!fitsOnDisk(name)) return;
    if (local?.kind === "directory" && this.#known.get(name)?.kind !== "directory") await this.#enter(name);
    const remote = this.#view.get(name);
    const decision = decide(local, remote, this.#known.get(name), this.#view.hasChildren(name));
    switch (decision.do) {
      case "nothing":
        return;
      case "note":
        return this.#note(name, local, remote);
      case "upload": {
        const maybeSame = local !== undefined && this.#known.get(name)?.stamp === youngStamp(local);
        return maybeSame ? this.#compare(name, local, remote) : this.#upload(name, local);
      }
      case "compare":
        return this.#compare(name, local, remote);
      case "download":
        return this.#download(name, local);
      case "removeRemote":
        return this.#removeRemote(name, remote);
      case "removeLocal":
        return this.#removeLocal(name, local);
      case "makeRemoteDirectory":
        return this.#uploaded(name, await this.#o.remote.makeDirectory(name), local);
      case "makeLocalDirectory":
        if (!(await this.#tree.makeDirectory(name))) return;
        this.#enterParents(name);
        return this.#note(name, await this.#existing(name), remote);
    }
  }

  /** A directory that was not known: watch it, and look at what it already holds. */
  async #enter(name: string): Promise<void> {
    this.#watch.add(name);
    for await (const entry of this.#tree.walk(name)) {
      if (entry.state !== "unsupported" && entry.state.kind === "directory") this.#watch.add(entry.name);
      this.#queue.touch(entry.name);
    }
  }

  #enterParents(name: string): void {
    for (const parent of parentsOf(name)) {
      if (this.#known.get(parent)?.kind === "directory") continue;
      this.#known.set(parent, { kind: "directory", stamp: "directory", etag: "" });
      this.#watch.add(parent);
    }
  }

  #note(name: string, local: LocalState | undefined, remote: RemoteBlob | undefined): void {
    if (local === undefined) this.#known.delete(name);
    else this.#known.set(name, { kind: local.kind, stamp: local.stamp, etag: remote?.etag ?? "" });
    if (local?.kind === "directory") this.#watch.add(name);
  }

  async #existing(name: string): Promise<LocalState | undefined> {
    const state = await this.#tree.state(name);
    return state === "unsupported" ? undefined : state;
  }

  async #upload(name: string, local: LocalState | undefined): Promise<typeof again | void> {
    if (local === undefined) return;
    const began = this.#o.clock.now();
    this.#nextUploadAt.set(name, began + uploadEveryMs);
    const ageMs = machineClock.now() - local.modifiedAtMs;
    const blob = await this.#o.remote.upload(name, this.#tree.pathOf(name), local.sizeBytes);
    const took = this.#o.clock.now() - began;
    this.#nextUploadAt.set(name, this.#o.clock.now() + Math.max(uploadEveryMs, took * 3));
    // A stamp this young may also be that of a later write, which the upload did not have: marked for another look.
    const young = Math.abs(ageMs) < stampTickMs;
    this.#uploaded(name, blob, young ? { ...local, stamp: youngStamp(local) } : local);
    const now = await this.#existing(name);
    if (young || now?.stamp !== local.stamp) this.#noticed(name);
  }

  #uploaded(name: string, blob: RemoteBlob, local: LocalState | undefined): void {
    this.#changedHere.add(name);
    this.#view.set(name, blob);
    this.#note(name, local, blob);
  }

  async #compare(
    name: string,
    local: LocalState | undefined,
    remote: RemoteBlob | undefined,
  ): Promise<typeof again | void> {
    const same =
      remote?.md5 !== undefined &&
      remote.sizeBytes === local?.sizeBytes &&
      remote.md5 === (await md5Of(this.#tree.pathOf(name)));
    if (!same && remote !== undefined && local !== undefined && isNewer(remote, local))
      return this.#download(name, local);
    if (!same) return this.#upload(name, local);
    if ((await this.#existing(name))?.stamp === local.stamp) this.#note(name, local, remote);
    else return again;
  }

  async #download(name: string, before: LocalState | undefined): Promise<typeof again | void> {
    const draft = join(this.#o.stateFolder, "drafts", String(this.#drafts++));
    try {
      const blob = await this.#o.remote.download(name, draft);
      if (blob === undefined) return this.#lookedAgain(name, undefined);
      const parent = parentsOf(name)[0];
      if (parent !== undefined && !(await this.#tree.makeDirectory(parent)))
        return this.#failures.report(`skip ${name}`, "mount.blobSkipped", {
          name,
          reason: "a file stands where it needs a directory",
        });
      this.#enterParents(name);
      const now = await this.#existing(name);
      if (now?.stamp !== before?.stamp) return again;
      const placed = await this.#tree.place(draft, name, blob.modifiedAtMs);
      this.#changedHere.add(name);
      this.#view.set(name, blob);
      this.#note(name, placed, blob);
    } finally {
      await rm(draft, { force: true });
    }
  }

  async #removeRemote(name: string, remote: RemoteBlob | undefined): Promise<typeof again | void> {
    if (remote === undefined) return;
    const result = await this.#o.remote.remove(name, remote.etag);
    if (result === "changed") return this.#lookedAgain(name, await this.#o.remote.head(name));
    this.#changedHere.add(name);
    this.#view.set(name, undefined);
    this.#known.delete(name);
    this.#nextUploadAt.delete(name);
  }

  #lookedAgain(name: string, blob: RemoteBlob | undefined): typeof again {
    this.#changedHere.add(name);
    this.#view.set(name, blob);
    return again;
  }

  async #removeLocal(name: string, local: LocalState | undefined): Promise<typeof again | void> {
    const blob = await this.#o.remote.head(name);
    if (blob !== undefined) return this.#lookedAgain(name, blob);
    if (local?.kind === "directory") {
      if (!this.#view.hasChildren(name) && (await this.#tree.removeDirectory(name))) this.#known.delete(name);
      else this.#known.set(name, { kind: "directory", stamp: "directory", etag: "" });
      return;
    }
    if ((await this.#existing(name))?.stamp !== local?.stamp) return again;
    await this.#tree.remove(name);
    this.#known.delete(name);
    await this.#removeEmptyParents(name);
  }

  /** Directories that only existed because blobs lay below them go with the last of these. */
  async #removeEmptyParents(name: string): Promise<void> {
    for (const parent of parentsOf(name)) {
      const implied = this.#known.get(parent)?.etag === "" && !this.#view.hasChildren(parent);
      if (!implied || !(await this.#tree.removeDirectory(parent))) return;
      this.#known.delete(parent);
    }
  }
}

/** Storage tells whole seconds, and a downloaded file has the time of its blob, so at equal times the blob is the newer:
 *  the file came from its predecessor within the same second. */
function isNewer(remote: RemoteBlob, local: LocalState): boolean {
  return remote.modifiedAtMs >= local.modifiedAtMs;
}

function youngStamp(local: LocalState): string {
  return `${local.stamp}:young`;
}

async function md5Of(file: string): Promise<string> {
  const hash = createHash("md5");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("base64");
}
