// What the emulator asks of whatever makes storage appear as folders on its nodes.

interface Wanted {
  readonly nodeId: string;
  /** Absolute path to appear. */
  readonly target: string;
  readonly options?: string;
}

interface NfsRequest extends Wanted {
  readonly kind: "nfs";
  /** `address:/export/folder`. */
  readonly source: string;
  /** Of the pool, when it is in one. */
  readonly subnetId?: string;
}

interface StorageRequest extends Wanted {
  readonly kind: "azureBlobFileSystem" | "azureFileShare";
  readonly accountName: string;
  readonly accountKey?: string;
  readonly sasKey?: string;
  /** An identity assigned to the pool, in whose name it is mounted. */
  readonly identity?: string;
  /** Container or share. */
  readonly container: string;
}

export type MountRequest = StorageRequest | NfsRequest;

export interface MountProvider {
  attach(request: MountRequest): Promise<{ ok: true } | { ok: false; message: string }>;
  /** All writes below the node's mounts are visible in storage afterwards. */
  flush(nodeId: string): Promise<void>;
  detach(nodeId: string, target?: string): Promise<void>;
  close(): Promise<void>;
}
