// The mounts of the emulated nodes. A blob container is a folder of the host that all nodes share and that is kept equal
// to the container in both directions; a file share is the share's own folder. A node sees a link to it (`mount-points.ts`).
// Invariant: who cannot prove access to the storage account gets no link, and `detach` removes nothing but the link.
import { realpath, stat } from "node:fs/promises";
import { isAbsolute, join, sep } from "node:path";
import { timingSafeEqual } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import { type Attachment, readAttachments, writeAttachments } from "./attachments.ts";
import { type ContainerSync, startContainerSync } from "./container-sync.ts";
import { exportedFolder, shareOf } from "./nfs-exports.ts";
import { readOptions } from "./mount-options.ts";
import { isPlaced, place, removeFrom } from "./mount-points.ts";
import {
  type ContainerAddress,
  isPermanent,
  openRemoteContainer,
  whyUnreachable,
} from "./remote-container.ts";

interface Wanted {
  readonly nodeId: string;
  /** Absolute path where it appears; absent or an empty directory so far. */
  readonly target: string;
  /** As given to blobfuse or mount. */
  readonly options?: string;
}

export interface NfsRequest extends Wanted {
  readonly kind: "nfs";
  /** `address:/export/folder`. */
  readonly source: string;
  /** Where the node is. */
  readonly subnetId?: string;
}

export interface StorageRequest extends Wanted {
  readonly kind: "azureBlobFileSystem" | "azureFileShare";
  readonly accountName: string;
  readonly accountKey?: string;
  readonly sasKey?: string;
  /** An identity whose right to the storage the caller vouches for: one that is assigned to the node's pool. */
  readonly identity?: string;
  /** Container or share. */
  readonly container: string;
}

export type MountRequest = StorageRequest | NfsRequest;

export type MountResult = { readonly ok: true } | { readonly ok: false; readonly message: string };

export interface MountProvider {
  attach(request: MountRequest): Promise<MountResult>;
  /** All writes below the node's mounts are visible in storage afterwards. Rejects when storage does not answer. */
  flush(nodeId: string): Promise<void>;
  /** Removes the links (all of the node's without `target`); the content stays. Storage has everything afterwards. */
  detach(nodeId: string, target?: string): Promise<void>;
  /** Flushes everything and stops. Links stay, so that reattached tasks go on; what is bound is so again after a restart. */
  close(): Promise<void>;
}

/** What `createMounts` makes: also tells what is mounted, for the mount service. */
export interface Mounts extends MountProvider {
  /** Absolute paths of the node's mounts. */
  targets(nodeId: string): string[];
  /** Storage holds what is behind the path. False: no mount of the node leads there. Rejects when storage does not take it. */
  sync(nodeId: string, path: string): Promise<boolean>;
  /** Whether an NFS server of ours has, or had, the address, or it is a name of Azure Files: those are all ours here. */
  serves(address: string): boolean;
}

/**
 * The folder of the export of the machine that nodes of the subnet reach at the address, or the security group that lets them not to
 * it; undefined for addresses of nobody.
 */
export type ExportedAt = (
  address: string,
  subnetId: string | undefined,
) =>
  | { readonly kind: "folder"; readonly folder: string }
  | { readonly kind: "nobody" }
  | { readonly kind: "shut"; readonly securityGroup: string }
  | undefined;

export interface MountsOptions {
  /** Folder for the contents of mounted containers; kept over restarts. */
  readonly root: string;
  readonly accounts: readonly { readonly name: string; readonly key: string; readonly blobUrl: string }[];
  shareRoot(account: string, share: string): string | undefined;
  /** How nodes mount the share; without it all are mounted over SMB. */
  readonly shareProtocol?: ((account: string, share: string) => Promise<"SMB" | "NFS">) | undefined;
  readonly exported?: ExportedAt | undefined;
  /** The real time: files and storage do not follow a simulated one. */
  readonly clock: Clock;
  readonly logger: Logger;
}

export function createMounts(o: MountsOptions): Mounts {
  return new MountTable(o);
}

class MountTable implements Mounts {
  readonly #o: MountsOptions;
  #attached: Attachment[] = [];
  /** Targets known from before a restart, which their node may mount once more. */
  readonly #inherited = new Set<string>();
  readonly #file: string;
  readonly #restored: Promise<void>;
  #saving: Promise<void> = Promise.resolve();
  /** Containers of attachments under way. */
  readonly #attaching: string[] = [];
  readonly #syncs = new Map<string, Promise<ContainerSync>>();
  /** Stops under way: a container is not started again before its former sync has ended. */
  readonly #stopping = new Map<string, Promise<void>>();

  constructor(o: MountsOptions) {
    this.#o = o;
    this.#file = join(o.root, "attachments.json");
    this.#restored = this.#restore();
  }

  async attach(request: MountRequest): Promise<MountResult> {
    await this.#restored;
    const { nodeId, target, kind } = request;
    const key = keyOf(request);
    this.#attaching.push(key);
    try {
      if (!isAbsolute(target)) throw new Error(`mount point '${target}' is not an absolute path`);
      const { readOnly } = readOptions(request.options ?? "");
      const inherited = this.#inherited.delete(target);
      if (!inherited && this.#attached.some((one) => one.target === target))
        throw new Error(`mount point '${target}' is already mounted`);
      const folder = await this.#folder(request);
      await place(folder, target, readOnly);
      const others = this.#attached.filter((one) => one.target !== target);
      await this.#keep([...others, { ...attachmentOf(request), ...(readOnly ? { bound: folder } : {}) }]);
      this.#o.logger.info("mount.attached", { nodeId, kind, source: key });
      return { ok: true };
    } catch (error) {
      const message = (error as Error).message;
      this.#o.logger.warn("mount.refused", { nodeId, kind, source: key, message });
      return { ok: false, message };
    } finally {
      this.#attaching.splice(this.#attaching.indexOf(key), 1);
      await this.#stopUnused();
    }
  }

  targets(nodeId: string): string[] {
    return this.#attached.filter((one) => one.nodeId === nodeId).map((one) => one.target);
  }

  async flush(nodeId: string): Promise<void> {
    await this.#restored;
    await this.#flushContainers(this.#attached.filter((one) => one.nodeId === nodeId));
  }

  async sync(nodeId: string, path: string): Promise<boolean> {
    await this.#restored;
    const real = await realpath(path).catch(() => path);
    const leads = (folder: string) => real === folder || real.startsWith(folder + sep);
    const root = await realpath(this.#o.root).catch(() => this.#o.root);
    const mine = this.#attached.filter((one) => one.nodeId === nodeId);
    const containers = mine
      .filter(isContainer)
      .filter((one) => leads(join(root, one.accountName, one.container)));
    for (const key of new Set(containers.map(keyOf))) await (await this.#syncs.get(key))?.confirm();
    return containers.length > 0;
  }

  /** Storage that can never take what is left keeps no mount: the links go, and the reason is told. */
  async detach(nodeId: string, target?: string): Promise<void> {
    await this.#restored;
    const gone = this.#attached.filter(
      (one) => one.nodeId === nodeId && (target === undefined || one.target === target),
    );
    const refused = await this.#flushContainers(gone).catch((error: unknown) => {
      if (!isPermanent(error)) throw error;
      return error;
    });
    for (const one of gone) {
      await removeFrom(one.target);
      this.#inherited.delete(one.target);
    }
    await this.#keep(this.#attached.filter((one) => !gone.includes(one)));
    await this.#stopUnused();
    if (refused instanceof Error) throw refused;
  }

  async close(): Promise<void> {
    await this.#restored;
    await this.#flushContainers(this.#attached).catch((error: unknown) =>
      this.#o.logger.error("mount.flushFailed", { message: String(error) }),
    );
    await Promise.all([...this.#syncs.keys()].map((key) => this.#stop(key)));
    // The system would keep these for ever, and nobody could remove the folder that they are in.
    for (const { bound, target } of this.#attached) if (bound !== undefined) await removeFrom(target);
    await this.#saving;
  }

  /** Takes up the mounts of tasks that outlived the former local cloud. */
  async #restore(): Promise<void> {
    const rows = await readAttachments(this.#file);
    for (const row of rows) this.#inherited.add(row.target);
    this.#attached = rows;
    const containers = new Map(rows.filter(isContainer).map((row) => [keyOf(row), row]));
    await Promise.all(
      [...containers.values()].map(async (row) => {
        const account = this.#o.accounts.find((one) => one.name === row.accountName);
        if (account === undefined) return;
        await this.#sync(row, account).catch((error: unknown) =>
          this.#o.logger.error("mount.restoreFailed", { container: keyOf(row), message: String(error) }),
        );
      }),
    );
    for (const { bound, target } of rows)
      if (bound !== undefined && !(await isPlaced(target)))
        await place(bound, target, true).catch((error: unknown) =>
          this.#o.logger.error("mount.restoreFailed", { target, message: String(error) }),
        );
  }

  async #keep(rows: Attachment[]): Promise<void> {
    this.#attached = rows;
    this.#saving = this.#saving.catch(() => {}).then(() => writeAttachments(this.#file, this.#attached));
    await this.#saving;
  }

  serves(address: string): boolean {
    if (shareOf(`${address}:/`) !== undefined) return true;
    return this.#o.exported?.(address, undefined) !== undefined;
  }

  async #folder(request: MountRequest): Promise<string> {
    if (request.kind === "nfs") return exportedFolder(request, this.#o);
    return request.kind === "azureBlobFileSystem" ? this.#container(request) : this.#share(request);
  }

  async #container(request: StorageRequest): Promise<string> {
    const { accountName, container } = request;
    const account = this.#o.accounts.find((one) => one.name === accountName);
    if (account === undefined) throw new Error(`storage account '${accountName}' is unknown here`);
    if (!/^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(container))
      throw new Error(`'${container}' cannot be the name of a container`);
    const credential =
      request.identity === undefined
        ? credentialOf(request)
        : { accountName: account.name, accountKey: account.key };
    const reason = await whyUnreachable({ blobUrl: account.blobUrl, container, credential });
    if (reason !== undefined) throw new Error(reason);
    const sync = await this.#sync(request, account);
    // Another node may have mounted it long ago: what was uploaded since must be there for this one too.
    await sync.pull();
    return this.#folderOf(request);
  }

  #folderOf({ accountName, container }: Container): string {
    return join(this.#o.root, accountName, container);
  }

  /** The running sync of a container; starts it when there is none. */
  async #sync(source: Container, account: MountsOptions["accounts"][number]): Promise<ContainerSync> {
    const key = keyOf(source);
    await this.#stopping.get(key);
    const running = this.#syncs.get(key);
    if (running !== undefined) return running;
    const folder = this.#folderOf(source);
    const { clock, logger } = this.#o;
    const starting = openRemoteContainer({
      blobUrl: account.blobUrl,
      container: source.container,
      credential: { accountName: account.name, accountKey: account.key },
    }).then((remote) =>
      startContainerSync({ folder, stateFolder: `${folder}.sync`, remote, clock, logger, label: key }),
    );
    this.#syncs.set(key, starting);
    starting.catch(() => this.#syncs.delete(key));
    return starting;
  }

  async #share(request: StorageRequest): Promise<string> {
    const { accountName, container } = request;
    const account = this.#o.accounts.find((one) => one.name === accountName);
    if (account === undefined) throw new Error(`mount error: could not resolve address for ${accountName}`);
    if (request.accountKey === undefined || !sameKey(request.accountKey, account.key))
      throw new Error("mount error(13): Permission denied");
    const folder = this.#o.shareRoot(accountName, container);
    const found = folder === undefined ? undefined : await stat(folder).catch(() => undefined);
    if (folder === undefined || !found?.isDirectory())
      throw new Error(`mount error(2): No such file or directory: share '${container}' does not exist`);
    if ((await this.#o.shareProtocol?.(accountName, container)) === "NFS")
      throw new Error(`mount error(95): Operation not supported: share '${container}' is mounted over NFS`);
    return folder;
  }

  async #flushContainers(rows: readonly Attachment[]): Promise<void> {
    const keys = new Set(rows.map(keyOf));
    await Promise.all([...keys].map(async (key) => (await this.#syncs.get(key))?.flush()));
  }

  async #stopUnused(): Promise<void> {
    const used = new Set([...this.#attaching, ...this.#attached.map(keyOf)]);
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

type Container = Pick<StorageRequest, "accountName" | "container">;

function keyOf(one: Container | { readonly source: string }): string {
  return "source" in one ? one.source : `${one.accountName}/${one.container}`;
}

function attachmentOf(request: MountRequest): Attachment {
  const { nodeId, target } = request;
  if (request.kind === "nfs") return { nodeId, target, kind: "nfs", source: request.source };
  const { kind, accountName, container } = request;
  return { nodeId, target, kind, accountName, container };
}

function isContainer(one: Attachment): one is Extract<Attachment, { readonly accountName: string }> {
  return one.kind === "azureBlobFileSystem";
}

function credentialOf(request: StorageRequest): ContainerAddress["credential"] {
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
