// What a workspace has spent nodes on: what is needed of its jobs, and how long its clusters had nodes. Read whole, in pages of a thousand rows.
import type { JobDocument, JobSpec } from "../domain/job/schema.ts";
import type { NodeTimeSpan } from "../domain/cluster/node-time.ts";
import type { ClusterSpec } from "../domain/cluster/schema.ts";
import type { ExperimentRef, WorkspaceRef } from "../domain/shared/resource-id.ts";

/** Of a job. */
export type JobSpending = Pick<
  JobDocument,
  | "experiment"
  | "job"
  | "clusterGuid"
  | "clusterVmSize"
  | "clusterVmPriority"
  | "executionState"
  | "attempt"
  | "losses"
  | "attempts"
  | "attemptsOmitted"
  | "requeues"
  | "placement"
  | "madeBy"
> & {
  readonly spec: Pick<JobSpec, "cluster" | "nodeCount"> & {
    readonly spot?: { readonly fallback: { readonly checkpointInterval?: string | undefined } } | undefined;
  };
  readonly executionInfo: Pick<JobDocument["executionInfo"], "startTime" | "endTime">;
};

/** Of a cluster, which may be gone. */
export interface NodeTimeRecord extends Pick<ClusterSpec, "vmSize" | "vmPriority"> {
  readonly cluster: string;
  readonly guid: string;
  readonly spans: readonly NodeTimeSpan[];
}

export interface Spending {
  jobs(of: WorkspaceRef | ExperimentRef): Promise<readonly JobSpending[]>;
  /** What clusters have no room for in their documents. @param since ISO 8601; absent: all that is kept. */
  nodeTime(workspace: WorkspaceRef, since: string | undefined): Promise<readonly NodeTimeRecord[]>;
}
