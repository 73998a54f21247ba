// Compute pools, one per cluster, made through Azure Resource Manager because only that API knows identities and mounts.
// Expected answers are values; anything else throws an AppError that says whether to retry.

export interface PoolMount {
  readonly kind: "azureBlobFileSystem" | "azureFileShare";
  readonly accountName: string;
  readonly accountKey: string;
  /** Container name, or the share's URL. */
  readonly source: string;
  readonly relativeMountPath: string;
  readonly mountOptions?: string | undefined;
}

export interface PoolSpec {
  readonly poolId: string;
  readonly displayName: string;
  readonly vmSize: string;
  readonly image: {
    readonly publisher: string;
    readonly offer: string;
    readonly sku: string;
    readonly version: string;
  };
  readonly nodeAgentSkuId: string;
  readonly lowPriority: boolean;
  readonly targetNodeCount: number;
  readonly mounts: readonly PoolMount[];
  /** Runs on every node, as root, when it is added or rebooted; a node is used only when it exited with 0. */
  readonly startTask?:
    { readonly commandLine: string; readonly environment: Readonly<Record<string, string>> } | undefined;
  readonly adminUser?: { readonly name: string; readonly password: string } | undefined;
}

export type NodeDeallocationOption = "requeue" | "terminate" | "waitforjobcompletion";

/** What the Batch account may hold at once. */
export interface PoolQuotas {
  readonly pools: number;
  readonly dedicatedProcessors: number;
  readonly lowPriorityProcessors: number;
}

export interface Pools {
  quotas(): Promise<PoolQuotas>;
  /** Creates the pool, or brings an existing one to this specification. */
  put(
    spec: PoolSpec,
  ): Promise<
    | { readonly kind: "created" }
    | { readonly kind: "refused"; readonly code: string; readonly message: string }
  >;
  /** `busy`: another resize is in progress and could not be stopped yet; ask again. */
  resize(
    poolId: string,
    target: {
      readonly nodes: number;
      readonly lowPriority: boolean;
      readonly deallocation: NodeDeallocationOption;
    },
  ): Promise<
    | "accepted"
    | "busy"
    | "absent"
    | { readonly kind: "refused"; readonly code: string; readonly message: string }
  >;
  /** Asks for deletion; absence is a success. */
  remove(poolId: string): Promise<void>;
}
