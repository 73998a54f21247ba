// The Azure Batch data plane as the app sees it: jobs, tasks, task files, nodes. Expected answers are values (an existing
// task is a success, an absent one is `undefined`); everything else throws an AppError that says whether to retry.
// Pools are made elsewhere (`pools.ts`): Batch has two APIs and each is behind its own interface.
import type { ResizeError } from "../domain/cluster/resize-errors.ts";
import type { TaskSnapshot } from "../domain/job/task.ts";

export interface BatchFailure {
  readonly category: string;
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, string>>;
}

/** Times as Batch writes them. */
export interface BatchTask extends Readonly<TaskSnapshot> {
  readonly id: string;
  readonly stateTransitionTime: string;
  readonly result?: "success" | "failure" | undefined;
  readonly failure?: BatchFailure | undefined;
  readonly nodeId?: string | undefined;
}

export interface BatchResourceFile {
  readonly httpUrl: string;
  readonly filePath: string;
  readonly fileMode?: string | undefined;
}

export interface NewBatchTask {
  readonly id: string;
  readonly commandLine: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly resourceFiles: readonly BatchResourceFile[];
  /** ISO 8601 duration; absent = unlimited. */
  readonly maxWallClockTime?: string | undefined;
  /** Present = a gang of that many nodes, each running the coordination command before the primary runs `commandLine`. */
  readonly multiInstance?:
    | {
        readonly numberOfInstances: number;
        readonly coordinationCommandLine: string;
        readonly commonResourceFiles: readonly BatchResourceFile[];
      }
    | undefined;
}

export interface NodeCounts {
  readonly creating: number;
  readonly idle: number;
  readonly leavingPool: number;
  readonly offline: number;
  readonly preempted: number;
  readonly rebooting: number;
  readonly reimaging: number;
  readonly running: number;
  readonly starting: number;
  readonly startTaskFailed: number;
  readonly unknown: number;
  readonly unusable: number;
  readonly waitingForStartTask: number;
  readonly total: number;
}

export interface BatchNode {
  readonly id: string;
  readonly state: string;
  /** Absent until it has booted. */
  readonly lastBootTime?: string | undefined;
  readonly ipAddress?: string | undefined;
  readonly errors: readonly BatchFailure[];
  readonly startTaskFailure?: (BatchFailure & { readonly exitCode?: number | undefined }) | undefined;
}

export interface PoolState {
  readonly allocationState: "steady" | "resizing" | "stopping";
  readonly currentNodes: number;
  readonly targetNodes: number;
  readonly resizeErrors: readonly ResizeError[];
}

export type Refusal = { readonly kind: "refused"; readonly code: string; readonly message: string };

export type TaskAnswer =
  | { readonly kind: "added" }
  | { readonly kind: "exists" }
  /** Batch could not take it now; the same task may be taken later. */
  | { readonly kind: "later"; readonly code: string }
  | Refusal;

export interface Batch {
  /** Creates the job unless it exists. Priority −1000…1000. */
  ensureJob(job: {
    readonly id: string;
    readonly poolId: string;
    readonly priority: number;
    /** Tells jobs of this service from those of others in the same account. */
    readonly owner: string;
  }): Promise<{ readonly kind: "ready" } | { readonly kind: "beingDeleted" } | { readonly kind: "quota" }>;
  /** Every job of the account, with the owner it was given. */
  jobs(): Promise<
    readonly { readonly id: string; readonly owner?: string | undefined; readonly createdAt: string }[]
  >;
  /** Removes the job and everything in it; absence is a success. */
  deleteJob(jobId: string): Promise<void>;
  /** Any number of tasks; an answer for each, in their order, or a refusal of them all. */
  addTasks(jobId: string, tasks: readonly NewBatchTask[]): Promise<readonly TaskAnswer[] | Refusal>;
  getTask(jobId: string, taskId: string): Promise<BatchTask | undefined>;
  /** Tasks whose state changed at or after `since` (ISO 8601; absent = all), or `undefined` when the job does not exist. */
  changedTasks(jobId: string, since?: string): Promise<readonly BatchTask[] | undefined>;
  terminateTask(jobId: string, taskId: string): Promise<"terminated" | "ended" | "absent">;
  /** Kills it when running; absence is a success. */
  deleteTask(jobId: string, taskId: string): Promise<void>;
  /** The first `maxBytes` of a file in the task's directory, or `undefined` when there is none (any more). */
  readTaskFile(jobId: string, taskId: string, path: string, maxBytes: number): Promise<string | undefined>;
  /** `undefined` when the pool does not exist. */
  pool(poolId: string): Promise<PoolState | undefined>;
  /** `undefined` when the service knows no such pool. */
  nodeCounts(poolId: string): Promise<NodeCounts | undefined>;
  /** Nodes in one of the given states (all when absent), or `undefined` when the pool does not exist. */
  nodes(poolId: string, states?: readonly string[]): Promise<readonly BatchNode[] | undefined>;
  /** Ids of the nodes that run a multi-instance task's subtasks (the primary is the task's own node). */
  subtaskNodes(jobId: string, taskId: string): Promise<readonly string[]>;
  /** The beginning of a file that the node keeps outside of tasks, such as its start task's output. */
  readNodeFile(poolId: string, nodeId: string, path: string, maxBytes: number): Promise<string | undefined>;
  /** The node agent for an image of the marketplace; `undefined` when Batch does not support the image. */
  nodeAgentFor(image: {
    readonly publisher: string;
    readonly offer: string;
    readonly sku: string;
  }): Promise<string | undefined>;
  remoteLogin(
    poolId: string,
    nodeId: string,
  ): Promise<{ readonly ipAddress: string; readonly port: number } | undefined>;
}
