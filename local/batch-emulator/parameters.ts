// Every number that shapes the emulator's behaviour. Local defaults are quick; the service's real timings can be set
// for realism. Times are milliseconds.

export interface EmulatorParameters {
  /** From the request for a node to its allocation (state `creating` → `starting`). */
  readonly nodeAllocationMs: number;
  /** From allocation to the start task (state `starting`). */
  readonly nodeBootMs: number;
  /** Length of the states `rebooting` and `reimaging` before `starting`. */
  readonly nodeRebootMs: number;
  /** Time in `leavingpool` after the last task. */
  readonly nodeLeaveMs: number;
  /** A preempted node is allocated again after this long; Infinity: never by itself. */
  readonly preemptionReturnMs: number;
  /** Time in `disabling`, `enabling`, `terminating`, `deleting` of jobs without work left is at least this. */
  readonly jobTransitionMs: number;
  /** How long a job with onAllTasksComplete=terminatejob is left open after its last task completed. */
  readonly allTasksCompleteGraceMs: number;
  /** Passes that a wide (multi-slot or multi-instance) task may be overtaken by later work before nodes are kept for it. */
  readonly overtakesBeforeReservation: number;
  /** Between two samples for autoscale formulas; 30 s in the service. */
  readonly autoscaleSampleMs: number;
  /** From enabling automatic scaling to the first evaluation. */
  readonly autoscaleFirstMs: number;
  /** Evaluation intervals are divided by this. */
  readonly autoscaleSpeed: number;
  /** Automatic scaling can be enabled once in this time; 30 s in the service. */
  readonly enableAutoscaleEveryMs: number;
  /** Refuses what Azure refuses though a folder of this machine could do it: the rules of `azure-rules.ts`. */
  readonly strictAzure: boolean;
  /** Takes pools of sizes that Azure has retired, for what was written for those. */
  readonly takesRetiredSizes: boolean;
  /** Whose subscription the machines are in; limits differ. */
  readonly poolAllocationMode: "BatchService" | "UserSubscription";
  /** Accounts in one region. */
  readonly accountQuota: number;
  /** This and the next three: of accounts that were given no other. */
  readonly poolQuota: number;
  readonly activeJobAndJobScheduleQuota: number;
  readonly dedicatedCoreQuota: number;
  readonly lowPriorityCoreQuota: number;
  /** Low-priority nodes that the "region" can supply just now, over all pools; Infinity: as many as asked for. */
  readonly lowPriorityCapacity: number;
  readonly maxRequestBytes: number;
  /** Requests per second of the whole account; 0: no limit. */
  readonly requestsPerSecond: number;
  /** Largest difference between `ocp-date` and now; 0: not checked. */
  readonly clockSkewMs: number;
  /** Each node gets its own address in 127.0.0.0/8, else all have 127.0.0.1. Linux answers on all of them; elsewhere they
   *  name nodes for `ssh`, but a server cannot listen on them. */
  readonly distinctAddresses: boolean;
  /** From the announcement of an eviction (`Preempt` among the scheduled events) to the eviction; at least 30 s in Azure.
   *  0: none is announced. */
  readonly evictionNoticeMs: number;
  /** Mean evictions per low-priority node and hour; 0: none. */
  readonly evictionsPerNodeHour: number;
  /** Put before the system path in the PATH of every task. */
  readonly pathPrefix: readonly string[];
  /** Extra environment of every task; the Batch variables win. */
  readonly nodeEnvironment: Readonly<Record<string, string>>;
}

export const localParameters: EmulatorParameters = {
  nodeAllocationMs: 20,
  nodeBootMs: 30,
  nodeRebootMs: 50,
  nodeLeaveMs: 0,
  preemptionReturnMs: 1000,
  jobTransitionMs: 0,
  allTasksCompleteGraceMs: 200,
  overtakesBeforeReservation: 50,
  autoscaleSampleMs: 30_000,
  autoscaleFirstMs: 1000,
  autoscaleSpeed: 1,
  enableAutoscaleEveryMs: 30_000,
  strictAzure: true,
  takesRetiredSizes: false,
  poolAllocationMode: "BatchService",
  accountQuota: 3,
  poolQuota: 100,
  activeJobAndJobScheduleQuota: 300,
  dedicatedCoreQuota: 500,
  lowPriorityCoreQuota: 500,
  lowPriorityCapacity: Infinity,
  maxRequestBytes: 1_048_576,
  requestsPerSecond: 0,
  clockSkewMs: 15 * 60_000,
  distinctAddresses: true,
  evictionNoticeMs: 30_000,
  evictionsPerNodeHour: 0,
  pathPrefix: [],
  nodeEnvironment: {},
};
