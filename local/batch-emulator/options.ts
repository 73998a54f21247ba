// What an emulator is started with.
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { Random } from "../random.ts";
import type { Executor } from "./agent/executor.ts";
import type { StorageAccess } from "./agent/storage-access.ts";
import type { EmulatorParameters } from "./parameters.ts";
import type { BatchPlane, BatchVerdict } from "./protocol/bearer.ts";
import type { Gateway } from "./protocol/gateway.ts";
import type { EvictionTrace } from "./schema/eviction-trace.ts";
import type { TokenIssuer } from "./service/account/account-state.ts";
import type { MountProvider } from "./service/ports/mount-provider.ts";
import type { NodeSupport } from "./service/ports/node-support.ts";
import type { PackageStore } from "./service/ports/package-store.ts";

export interface EmulatorOptions {
  /** Absolute or relative folder for batch.db and nodes/; "memory" keeps nothing. */
  readonly dataDirectory: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Of the first account; others can be added in the management plane. */
  readonly accountName: string;
  /** Base64. */
  readonly accountKey: string;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly location: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly executor: Executor;
  readonly mounts: MountProvider;
  /** Whether the holder may act on the account, by the plane's own rules for tokens. */
  verifyBearer(token: string, plane: BatchPlane): Promise<BatchVerdict>;
  /** Signs the tokens that nodes ask for in the name of their pool's identities; absent: they get none. */
  readonly issueToken?: TokenIssuer;
  readonly parameters?: Partial<EmulatorParameters>;
  /** Makes the choice of nodes to evict, and the times at a rate, the same in every run. */
  readonly evictionSeed?: number;
  /** Evictions that begin when the emulator starts, in its first account. */
  readonly evictionTrace?: EvictionTrace;
  /** Also listen with TLS (a self-signed certificate kept in the data folder) on this port; 0 takes a free one. */
  readonly tlsPort?: number;
  /** Address of the listeners, 127.0.0.1 by default. One that other machines reach needs `allowRemote` and a good key. */
  readonly listenOn?: string;
  readonly allowRemote?: boolean;
  /** The account's auto-storage, also open to the identities of pools; absent: there is none. */
  readonly storage?: StorageAccess;
  /** Commands and reachability of the nodes; absent: none. */
  readonly support?: NodeSupport;
  /** Where application packages are kept; absent: they are refused. */
  readonly packages?: PackageStore;
  /** No folders are made for nodes: for simulations whose executor needs none. */
  readonly simulated?: boolean;
  /** Put around all that an account answers, for whoever looks at the traffic. */
  readonly around?: (gateway: Gateway) => Gateway;
}
