// The app's configuration as its parts see it. Parsed and checked once, in the composition root.
import type { NodeAddresses } from "../domain/cluster/node-addresses.ts";
import type { PoolAllocationMode } from "../domain/cluster/node-limit.ts";
import type { PriceTable } from "../domain/price/table.ts";
import type { QuotaLimits } from "../domain/usage/quota.ts";

export interface NodeImage {
  readonly publisher: string;
  readonly offer: string;
  readonly sku: string;
  readonly version: string;
}

export interface Settings {
  readonly subscriptionId: string;
  readonly location: string;
  /** `https://host`, as nodes reach this service; absent where it does not know. */
  readonly apiOrigin?: string | undefined;
  /** Endpoint templates with `{account}`. */
  readonly fileEndpointTemplate: string;
  readonly blobEndpointTemplate: string;
  /** The image for clusters that name none, or the original's default, which Azure no longer has. */
  readonly nodeImage: NodeImage;
  /** Name of this service among others that use the same Batch account: marks what it makes there. */
  readonly owner: string;
  /** Where nodes report their performance counters. */
  readonly counters: { readonly endpoint: string; readonly intervalSeconds: number };
  readonly quotas: QuotaLimits;
  /** What nodes cost; what an earlier table says counts. */
  readonly prices: readonly PriceTable[];
  readonly poolAllocationMode: PoolAllocationMode;
  /** Nodes without public addresses are made in subnets only, and reached from within their network. */
  readonly nodeAddresses: NodeAddresses;
  /** How long after the last sign of life from here a pool keeps its nodes. */
  readonly poolExpiryMs: number;
  readonly monitorMinIntervalMs: number;
  readonly monitorMaxIntervalMs: number;
  /**
   * How long after the end of its processes a job whose output somebody follows is shown as finished, so that readers who
   * stop at that moment have seen the last of it.
   */
  readonly outputGraceMs: number;
  /** How long an auto-scale cluster keeps nodes that it does not need. */
  readonly idleNodeGraceMs: number;
  /** How long Batch has to tell of the loss of a node that its job found silent when it failed. */
  readonly nodeLossMs: number;
  /** How young a thing without an owner may be and still be left alone: its owner may only be being written. */
  readonly orphanGraceMs: number;
  /** How long a step of the launcher on a node may take; programs of the job take as long as they like. */
  readonly launchStepLimitMs: number;
  /** How long after SIGTERM a program of a job may live; 0: Batch kills it at once. */
  readonly terminationGraceMs: number;
  /** What becomes of clusters of sizes that Azure has retired: `run` is for nodes that are no machines of Azure. */
  readonly retiredSizes: "refuse" | "run";
  /** What becomes of jobs that ask for a container: `refuse` where no node has an engine, which only a local cloud can know. */
  readonly containers: "run" | "refuse";
  /** For how many days events, ended operations and the histories of ended orchestrations are kept. */
  readonly retentionDays: number;
  /** How often a container that a trigger watches is listed, for blobs that nobody told of. */
  readonly blobScanIntervalMs: number;
  /** The queue into which Event Grid tells of blobs; absent where blobs are found by listings only. */
  readonly blobEventsQueue?: string | undefined;
  /** The longest request body that is read, in bytes. */
  readonly bodyLimitBytes: number;
}
