// Follows a job to its end: its states, and files of its output as they grow. What does not answer is asked again for as long as the
// caller's patience lasts; nothing of a file is lost or told twice.
import type { ClusterRef, JobRef } from "../domain/shared/resource-id.ts";
import type { ClusterResponse } from "../domain/cluster/wire.ts";
import type { JobResponse } from "../domain/job/wire.ts";
import { ApiError } from "./api-error.ts";
import type { Client } from "./client.ts";
import type { OutputTail } from "./output-tail.ts";
import { withPatience } from "./patience.ts";
import type { Patience, Patient } from "./patience.ts";

export interface FollowOptions extends Patience {
  /** True: the caller looks no further. */
  readonly isStopped?: () => boolean;
  /** Each time the job was read; with its end, after its output was read to the end. */
  readonly onJob?: (job: JobResponse) => void;
  readonly outputs?: readonly FollowedOutput[];
}

export interface FollowedOutput {
  readonly tail: OutputTail;
  readonly onBytes: (bytes: Uint8Array) => void;
}

export function hasEnded(job: JobResponse): boolean {
  const { executionState } = job.properties;
  return executionState === "succeeded" || executionState === "failed";
}

/** Resolves with the job once it has ended and its files were read to the end; undefined when the caller stopped before. */
export async function followJob(
  client: Pick<Client, "jobs">,
  ref: JobRef,
  options: FollowOptions,
): Promise<JobResponse | undefined> {
  const { sleep, outputs = [], pollIntervalMs = 1_000 } = options;
  const patient = withPatience(options);
  for (;;) {
    if (options.isStopped?.() === true) return undefined;
    const job = await patient(() => client.jobs.get(ref));
    const isOver = hasEnded(job);
    // What a job said comes before its end, however fast both came.
    if (!isOver) options.onJob?.(job);
    if (job.properties.executionState !== "queued")
      for (const output of outputs) await drain(output, patient);
    if (isOver) {
      options.onJob?.(job);
      return job;
    }
    await sleep(pollIntervalMs);
  }
}

/** Reads until a read gives nothing: the file may grow faster than it is read. */
async function drain({ tail, onBytes }: FollowedOutput, patient: Patient): Promise<void> {
  for (;;) {
    const bytes = await patient(() => tail.read());
    if (bytes.length === 0) return;
    onBytes(bytes);
  }
}

/** Resolves when so many nodes are idle; rejects with the cluster's own errors when a node became unusable. */
export async function waitForNodes(
  client: Pick<Client, "clusters">,
  ref: ClusterRef,
  nodeCount: number,
  { sleep, pollIntervalMs = 1_000 }: Pick<FollowOptions, "sleep" | "pollIntervalMs">,
): Promise<ClusterResponse> {
  for (;;) {
    const cluster = await client.clusters.get(ref);
    const { nodeStateCounts, errors = [] } = cluster.properties;
    if (nodeStateCounts.idleNodeCount >= nodeCount) return cluster;
    if (nodeStateCounts.unusableNodeCount > 0) {
      const [error] = errors;
      throw new ApiError(200, error?.code ?? "NodeUnusable", error?.message ?? "a node is unusable");
    }
    await sleep(pollIntervalMs);
  }
}
