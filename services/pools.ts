// Compute pools, one per cluster, made through Azure Resource Manager because only that API knows identities and mounts.
// Expected answers are values; anything else throws an AppError that says whether to retry.

import type { BatchResourceFile } from "./batch.ts";

interface PlacedMount {
  readonly relativeMountPath: string;
  readonly mountOptions?: string | undefined;
}

export interface ContainerMount extends PlacedMount {
  readonly kind: "azureBlobFileSystem";
  readonly accountName: string;
  readonly container: string;
  /** By the account's key, or in the name of one of the pool's identities (its ARM id). */
  readonly access: { readonly accountKey: string } | { readonly identity: string };
}

export interface ShareMount extends PlacedMount {
  readonly kind: "azureFileShare";
  readonly accountName: string;
  readonly accountKey: string;
  readonly url: string;
}

export interface NfsMount extends PlacedMount {
  readonly kind: "nfs";
  /** `address:/export/folder`. */
  readonly source: string;
}

export type PoolMount = ContainerMount | ShareMount | NfsMount;

export type PoolImage =
  | {
      readonly kind: "marketplace";
      readonly publisher: string;
      readonly offer: string;
      readonly sku: string;
      readonly version: string;
    }
  /** ARM id of a managed image or of one in a gallery. */
  | { readonly kind: "custom"; readonly id: string };

/** Runs on every node, as root, when it is added or rebooted; a node is used only when it exited with 0. */
export interface PoolStartTask {
  readonly commandLine: string;
  readonly resourceFiles: readonly BatchResourceFile[];
}

export interface PoolSpec {
  readonly poolId: string;
  readonly displayName: string;
  readonly vmSize: string;
  readonly image: PoolImage;
  readonly nodeAgentSkuId: string;
  readonly lowPriority: boolean;
  readonly targetNodeCount: number;
  readonly mounts: readonly PoolMount[];
  /** ARM ids of the user-assigned identities that its nodes have. */
  readonly identities: readonly string[];
  /** ARM id; absent = a network of its own. */
  readonly subnetId?: string | undefined;
  readonly startTask: PoolStartTask;
  readonly adminUser: { readonly name: string; readonly password: string };
  /** Account whose private key Batch puts into its `.ssh` on every node; the service never answers it. */
  readonly nodeUser: { readonly name: string; readonly password: string; readonly sshPrivateKey: string };
  /** Tells pools of this service from those of others in the same account. */
  readonly owner: string;
}

/** Ends a pool whose owner is silent: without a renewal until then its nodes go, each after what it runs. */
export interface PoolExpiry {
  readonly nodes: number;
  readonly lowPriority: boolean;
  /** ISO 8601. */
  readonly at: string;
}

export type NodeDeallocationOption = "requeue" | "terminate" | "waitforjobcompletion";

/** What the Batch account may hold at once. In user-subscription mode it has no limit of processors: the subscription has. */
export interface PoolQuotas {
  readonly pools: number;
  readonly dedicatedProcessors: number | undefined;
  readonly lowPriorityProcessors: number | undefined;
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
  /** `busy`: another resize is in progress and could not be stopped yet; ask again. Ends a expiry that was set. */
  resize(
    poolId: string,
    target: {
      readonly nodes: number;
      readonly lowPriority: boolean;
      readonly deallocation: NodeDeallocationOption;
      /** ISO 8601 duration; absent = what Batch takes by itself. */
      readonly timeout?: string | undefined;
    },
  ): Promise<ChangeAnswer>;
  /** Renews what would run out: the links of the start task, the expiry. `busy`: the pool is being resized; not now. */
  renew(
    poolId: string,
    renewal: { readonly startTask?: PoolStartTask | undefined; readonly expiry?: PoolExpiry | undefined },
  ): Promise<ChangeAnswer>;
  /** Asks for deletion; absence is a success. */
  remove(poolId: string): Promise<void>;
  /** Pools that this service made, and pools named as its own that somebody else made. */
  list(): Promise<
    readonly { readonly poolId: string; readonly owner?: string | undefined; readonly createdAt: string }[]
  >;
}

export type ChangeAnswer =
  | "accepted"
  | "busy"
  | "absent"
  | { readonly kind: "refused"; readonly code: string; readonly message: string };
