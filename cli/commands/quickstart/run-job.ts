// Creates the resources through the public API, as any client would, and follows the job to its end.
import type { ApiClient } from "../../client/api-client.ts";
import { followOutput } from "../../client/follow-output.ts";

const pollIntervalMs = 200;

export interface JobAnswer {
  readonly properties: {
    readonly executionState: "queued" | "running" | "terminating" | "succeeded" | "failed";
    readonly executionInfo?: {
      readonly exitCode?: number;
      readonly errors?: readonly { readonly code: string; readonly message: string }[];
    };
  };
}

interface ClusterAnswer {
  readonly properties: {
    readonly nodeStateCounts: { readonly idleNodeCount: number; readonly unusableNodeCount: number };
    readonly errors?: readonly { readonly code: string; readonly message: string }[];
  };
}

/** Resolves when `nodeCount` nodes are idle; rejects with the cluster's own errors when a node became unusable. */
export async function waitForNodes(api: ApiClient, clusterPath: string, nodeCount: number): Promise<void> {
  for (;;) {
    const { properties } = await api.get<ClusterAnswer>(clusterPath);
    if (properties.nodeStateCounts.idleNodeCount >= nodeCount) return;
    if (properties.nodeStateCounts.unusableNodeCount > 0)
      throw new Error(describe(properties.errors, "a node is unusable"));
    await pause();
  }
}

/** Follows the job, delivering the lines of its stdout.txt as they come, until it succeeded or failed. */
export async function followJob(
  api: ApiClient,
  jobPath: string,
  onLine: (line: string) => void,
): Promise<JobAnswer> {
  const follower = followOutput(api, jobPath, { directoryId: "stdouterr", name: "stdout.txt" }, onLine);
  for (;;) {
    const job = await api.get<JobAnswer>(jobPath);
    const { executionState } = job.properties;
    if (executionState === "succeeded" || executionState === "failed") {
      await follower.finish();
      return job;
    }
    if (executionState === "running") await follower.poll();
    await pause();
  }
}

export function describe(
  errors: readonly { readonly code: string; readonly message: string }[] | undefined,
  otherwise: string,
): string {
  return errors && errors.length > 0
    ? errors.map(({ code, message }) => `${code}: ${message}`).join("; ")
    : otherwise;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, pollIntervalMs));
}
