// Which jobs a cluster has: those being submitted; those that wait, in the order in which they are to start; those that hold nodes; and all that
// exist at all (they need its storage keys for listings). Invariant: a job that has not ended is found here, whatever
// was cut off. The order is the service's own: Azure Batch is given only what is to start now.
import type { Priority } from "../domain/job/priority.ts";
import type { JobRef } from "../domain/shared/resource-id.ts";

export interface ActiveJob {
  readonly jobGuid: string;
  readonly ref: JobRef;
  readonly priority: Priority;
  /** Nodes it runs on. */
  readonly nodeCount: number;
  /** Number of the run that waits, runs or has ended. */
  readonly attempt: number;
  /** When the job was created (ISO 8601): its place among those of its priority. */
  readonly since: string;
  /** Its spot policy is to be asked while it waits, or at any time. */
  readonly policyChecks?: "waiting" | "always" | undefined;
}

/** A job whose run was dispatched to Batch. */
export interface ActiveRun extends ActiveJob {
  /**
   * `submitting`: it has nodes, and its task is being added; `holding`: Batch has its task; `ended`: it holds no nodes any
   * more, or never will, its end is being recorded.
   */
  readonly phase: "submitting" | "holding" | "ended";
  /** When it was dispatched (ISO 8601). */
  readonly at: string;
  /** Changes with every write; opaque. */
  readonly etag: string;
}

export interface ActiveEntry extends ActiveJob {
  /** Its creation was under way when this was written; it is not in the queue. */
  readonly announced: boolean;
}

/** What tells a job's place in the queue. */
export type QueuePlace = Pick<ActiveJob, "jobGuid" | "priority" | "since">;

export interface ActiveJobs {
  /** Says that the job is about to be created, so that it is found when that is cut off. */
  announce(clusterGuid: string, job: ActiveJob): Promise<void>;
  /** Puts a job that was announced into the queue; one that went on from there is left alone. */
  add(clusterGuid: string, job: ActiveJob): Promise<void>;
  /** All runs, and the `first` jobs of the queue: its length costs nothing. */
  read(
    clusterGuid: string,
    first: number,
  ): Promise<{ readonly waiting: readonly ActiveJob[]; readonly runs: readonly ActiveRun[] }>;
  /** All runs. */
  runs(clusterGuid: string): Promise<readonly ActiveRun[]>;
  /** Takes jobs out of the queue because they are to be submitted. @returns those that were still there. */
  dispatch(clusterGuid: string, jobs: readonly ActiveJob[], at: string): Promise<readonly ActiveRun[]>;
  /** Batch has the tasks of these runs. */
  submitted(clusterGuid: string, runs: readonly ActiveRun[]): Promise<void>;
  /** The runs hold no nodes any more. */
  release(clusterGuid: string, runs: readonly ActiveRun[]): Promise<void>;
  /** Puts a job that was dispatched back into the queue. */
  requeue(clusterGuid: string, job: ActiveJob): Promise<void>;
  /**
   * Sees that the job is found again and is not submitted any more: its run, or its place in the queue, becomes one that
   * has ended. `submitting`: its task is being added just now.
   */
  keep(clusterGuid: string, job: ActiveJob, at: string): Promise<"kept" | "submitting">;
  /** The job ended. A job that is on its way from one of the three to the next is removed, too. */
  remove(clusterGuid: string, job: QueuePlace): Promise<void>;
  /** The jobs of these runs ended. */
  removeRuns(clusterGuid: string, runs: readonly ActiveRun[]): Promise<void>;
  /** The jobs are deleted; any number of them. */
  forget(clusterGuid: string, jobGuids: readonly string[]): Promise<void>;
  /** True when no job of the cluster exists any more. */
  unreferenced(clusterGuid: string): Promise<boolean>;
  /** Every job that has not ended, and every job that is to be deleted. */
  list(clusterGuid: string): Promise<readonly ActiveEntry[]>;
}
