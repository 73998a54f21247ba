// The mounts of the emulated nodes. A blob container is a folder of the host that all nodes share and that is kept equal
// to the container in both directions; a file share is the share's own folder. A node sees a symbolic link. Invariant:
// who cannot prove access to the storage account gets no link, and `detach` removes nothing but the link.
import { lstat, mkdir, readlink, rmdir, stat, symlink, unlink } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { timingSafeEqual } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import { type ContainerSync, startContainerSync } from "./container-sync.ts";
import { checkOptions } from "./mount-options.ts";
import { type ContainerAddress, openRemoteContainer, whyUnreachable } from "./remote-container.ts";

export interface MountRequest {
  readonly nodeId: string;
  readonly kind: "azureBlobFileSystem" | "azureFileShare";
  readonly accountName: string;
  readonly accountKey?: string;
  readonly sasKey?: string;
  /** Container or share. */
  readonly container: string;
  /** Absolute path where it appears; absent or an empty directory so far. */
  readonly target: string;
  /** As given to blobfuse or mount. */
  readonly options?: string;
}

export type MountResult = { readonly ok: true } | { readonly ok: false; readonly message: string };

export interface MountProvider {
  attach(request: MountRequest): Promise<MountResult>;
  /** All writes below the node's mounts are visible in storage afterwards. Rejects when storage does not answer. */
  flush(nodeId: string): Promise<void>;
  /** Removes the links (all of the node's without `target`); the content stays. Storage has everything afterwards. */
  detach(nodeId: string, target?: string): Promise<void>;
  /** Flushes everything and stops. Links stay, so that adopted tasks go on. */
  close(): Promise<void>;
}

export interface MountsOptions {
  /** Folder for the contents of mounted containers; kept over restarts. */
  readonly root: string;
  readonly accounts: readonly { readonly name: string; readonly key: string; readonly blobUrl: string }[];
  shareRoot(account: string, share: string): string | undefined;
  /** The real time: files and storage do not follow a simulated one. */
  readonly clock: Clock;
  readonly logger: Logger;
}

/** For an emulator without storage: every mount fails and says so. */
export function noMounts(): MountProvider {
  return {
    attach: async () => ({
      ok: false,
      message: "This emulator runs without storage; nothing can be mounted.",
    }),
    flush: async () => {},
    detach: async () => {},
    close: async () => {},
  };
}

export function createMounts(o: MountsOptions): MountProvider {
  return new Mounts(o);
}

interface Attached {
  readonly nodeId: string;
  readonly target: string;
  /** Key of the container's sync; undefined for a file share. */
  readonly container: string | undefined;
}

class Mounts implements MountProvider {
  readonly #o: MountsOptions;
  readonly #attached: Attached[] = [];
  /** Containers of attachments under way. */
  readonly #attaching: string[] = [];
  readonly #syncs = new Map<string, Promise<ContainerSync>>();
  /** Stops under way: a container is not started again before its former sync has ended. */
  readonly #stopping = new Map<string, Promise<void>>();

  constructor(o: MountsOptions) {
    this.#o = o;
  }

  async attach(request: MountRequest): Promise<MountResult> {
    const key = `${request.accountName}/${request.container}`;
    this.#attaching.push(key);
    try {
      if (!isAbsolute(request.target))
        throw new Error(`mount point '${request.target}' is not an absolute path`);
      checkOptions(request.options ?? "");
      const mounted = this.#attached.find((one) => one.target === request.target);
      if (mounted !== undefined) throw new Error(`mount point '${request.target}' is already mounted`);
      const blob = request.kind === "azureBlobFileSystem";
      const source = blob ? await this.#container(request) : await this.#share(request);
      await link(source.folder, request.target);
      this.#attached.push({ nodeId: request.nodeId, target: request.target, container: source.key });
      this.#o.logger.info("mount.attached", { nodeId: request.nodeId, container: request.container });
      return { ok: true };
    } catch (error) {
      const message = (error as Error).message;
      this.#o.logger.warn("mount.refused", { nodeId: request.nodeId, container: request.container, message });
      return { ok: false, message };
    } finally {
      this.#attaching.splice(this.#attaching.indexOf(key), 1);
      await this.#stopUnused();
    }
  }

  async flush(nodeId: string): Promise<void> {
    const mine = this.#attached.filter((one) => one.nodeId === nodeId).map((one) => one.container);
    await this.#flushContainers(new Set(mine));
  }

  async detach(nodeId: string, target?: string): Promise<void> {
    const gone = this.#attached.filter(
      (one) => one.nodeId === nodeId && (target === undefined || one.target === target),
    );
    await this.#flushContainers(new Set(gone.map((one) => one.container)));
    for (const one of gone) {
      await unlinkIfLink(one.target);
      this.#attached.splice(this.#attached.indexOf(one), 1);
    }
    await this.#stopUnused();
  }

  async close(): Promise<void> {
    const keys = [...this.#syncs.keys()];
    await this.#flushContainers(new Set(keys)).catch((error: unknown) =>
      this.#o.logger.error("mount.flushFailed", { message: String(error) }),
    );
    await Promise.all(keys.map((key) => this.#stop(key)));
    this.#attached.length = 0;
  }

  async #container(request: MountRequest): Promise<{ folder: string; key: string }> {
    const { accountName, container } = request;
    const account = this.#o.accounts.find((one) => one.name === accountName);
    if (account === undefined) throw new Error(`storage account '${accountName}' is unknown here`);
    if (!/^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(container))
      throw new Error(`'${container}' cannot be the name of a container`);
    const reason = await whyUnreachable({
      blobUrl: account.blobUrl,
      container,
      credential: credentialOf(request),
    });
    if (reason !== undefined) throw new Error(reason);
    const key = `${accountName}/${container}`;
    await this.#stopping.get(key);
    const folder = join(this.#o.root, accountName, container);
    const address: ContainerAddress = {
      blobUrl: account.blobUrl,
      container,
      credential: { accountName, accountKey: account.key },
    };
    let sync = this.#syncs.get(key);
    if (sync === undefined) {
      sync = openRemoteContainer(address).then((remote) =>
        startContainerSync({
          folder,
          stateFolder: `${folder}.sync`,
          remote,
          clock: this.#o.clock,
          logger: this.#o.logger,
          label: key,
        }),
      );
      this.#syncs.set(key, sync);
      sync.catch(() => this.#syncs.delete(key));
    }
    // Another node may have mounted it long ago: what was uploaded since must be there for this one too.
    await (await sync).pull();
    return { folder, key };
  }

  async #share(request: MountRequest): Promise<{ folder: string; key: undefined }> {
    const { accountName, container } = request;
    const account = this.#o.accounts.find((one) => one.name === accountName);
    if (account === undefined) throw new Error(`mount error: could not resolve address for ${accountName}`);
    if (request.accountKey === undefined || !sameKey(request.accountKey, account.key))
      throw new Error("mount error(13): Permission denied");
    const folder = this.#o.shareRoot(accountName, container);
    const found = folder === undefined ? undefined : await stat(folder).catch(() => undefined);
    if (folder === undefined || !found?.isDirectory())
      throw new Error(`mount error(2): No such file or directory: share '${container}' does not exist`);
    return { folder, key: undefined };
  }

  async #flushContainers(keys: ReadonlySet<string | undefined>): Promise<void> {
    await Promise.all(
      [...keys].map(async (key) => key !== undefined && (await this.#syncs.get(key))?.flush()),
    );
  }

  async #stopUnused(): Promise<void> {
    const used = new Set([...this.#attaching, ...this.#attached.map((one) => one.container)]);
    const unused = [...this.#syncs.keys()].filter((key) => !used.has(key));
    await Promise.all(unused.map((key) => this.#stop(key)));
  }

  async #stop(key: string): Promise<void> {
    const sync = this.#syncs.get(key);
    this.#syncs.delete(key);
    const stopped = (async () => (await sync?.catch(() => undefined))?.stop())();
    this.#stopping.set(key, stopped);
    await stopped;
    if (this.#stopping.get(key) === stopped) this.#stopping.delete(key);
  }
}

function credentialOf(request: MountRequest): ContainerAddress["credential"] {
  if (request.accountKey !== undefined)
    return { accountName: request.accountName, accountKey: request.accountKey };
  if (request.sasKey === undefined)
    throw new Error("no credential: give an account key or a shared access signature");
  const sas = request.sasKey.replace(/^\?/, "");
  const permissions = new URLSearchParams(sas).get("sp") ?? "";
  if (!["r", "w", "d", "l"].every((letter) => permissions.includes(letter)))
    throw new Error(`the shared access signature permits '${permissions}'; a mount needs r, w, d and l`);
  return { sas };
}

function sameKey(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}

async function link(folder: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const there = await lstat(target).catch(() => undefined);
  if (there?.isDirectory())
    await rmdir(target).catch(() => {
      throw new Error(`mount point '${target}' is not empty`);
    });
  else if (there?.isSymbolicLink())
    await unlink(target); // left by a local cloud that was killed
  else if (there !== undefined) throw new Error(`mount point '${target}' is not a directory`);
  await symlink(folder, target);
}

async function unlinkIfLink(target: string): Promise<void> {
  const isLink = await readlink(target).then(
    () => true,
    () => false,
  );
  if (isLink) await unlink(target);
}
