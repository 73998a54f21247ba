// How the orchestrations that many places start are started: name, deterministic instance, input. One place each, so
// that a start and a restart cannot differ.
import { instances } from "./instances.ts";
import { monitorClusterFlow, runJobFlow } from "./orchestrations.ts";
import type { ClusterIdentity, JobIdentity } from "./refs.ts";

export interface Start {
  readonly name: string;
  readonly instanceId: string;
  readonly input: object;
}

export function monitorStart(
  cluster: ClusterIdentity,
  settings: { readonly monitorMinIntervalMs: number; readonly monitorMaxIntervalMs: number },
): Start {
  const { monitorMinIntervalMs: minIntervalMs, monitorMaxIntervalMs: maxIntervalMs } = settings;
  return {
    name: monitorClusterFlow.name,
    instanceId: instances.monitor(cluster.guid),
    input: { cluster, minIntervalMs, maxIntervalMs },
  };
}

/** @param about `overdue`: its task should have been seen to run long ago. */
export function runStart(job: JobIdentity, about: { readonly overdue?: boolean } = {}): Start {
  return { name: runJobFlow.name, instanceId: instances.runJob(job.guid), input: { job, ...about } };
}
