// What the emulator asks of whatever makes storage appear as folders on its nodes.

export interface MountRequest {
  readonly nodeId: string;
  readonly kind: "azureBlobFileSystem" | "azureFileShare";
  readonly accountName: string;
  readonly accountKey?: string;
  readonly sasKey?: string;
  /** An identity assigned to the pool, in whose name it is mounted. */
  readonly identity?: string;
  /** Container or share. */
  readonly container: string;
  /** Absolute path to appear. */
  readonly target: string;
  readonly options?: string;
}

export interface MountProvider {
  attach(request: MountRequest): Promise<{ ok: true } | { ok: false; message: string }>;
  /** All writes below the node's mounts are visible in storage afterwards. */
  flush(nodeId: string): Promise<void>;
  detach(nodeId: string, target?: string): Promise<void>;
  close(): Promise<void>;
}
