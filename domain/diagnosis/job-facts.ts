// The facts of a job out of the API's answers, whoever asks for them: which answers a job wants beside its own, and what the rules look at in
// each. No schema is among the imports, for pages in a browser gather facts, too.
import type { ClusterResponse } from "../cluster/wire.ts";
import type { AttemptsResponse } from "../job/attempt.ts";
import { clusterIdNow } from "../job/cluster-now.ts";
import type { JobResponse } from "../job/wire.ts";
import type { ChangeFacts, Facts, NeighbourFacts } from "./facts.ts";

/** Whose end the rules read, and how much of it. */
export const errorOutputFile = { directoryId: "stdouterr", name: "stderr.txt", lastBytes: 16_384 } as const;

/** What is asked for beside the job, its cluster, its events and attempts. */
export function wantedFor({ properties: { executionState } }: JobResponse): {
  /** The other jobs of the workspace. */
  readonly neighbours: boolean;
  readonly errorOutput: boolean;
} {
  return { neighbours: executionState === "queued", errorOutput: executionState === "failed" };
}

/** Of another job of the workspace; undefined where it has ended or is on another cluster, and for the job itself. */
export function neighbourOf(job: JobResponse, other: JobResponse): NeighbourFacts | undefined {
  const { name, properties } = other;
  const { executionState, nodeCount, schedulingPriority, creationTime } = properties;
  if (executionState === "succeeded" || executionState === "failed") return undefined;
  if (isSame(job.id, other.id)) return undefined;
  if (!isSame(clusterIdNow(job.properties), clusterIdNow(properties))) return undefined;
  return { name, executionState, nodeCount, schedulingPriority, creationTime };
}

/** Ids are the same whatever the case of their letters. */
const isSame = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

interface Answers {
  /** Undefined: there is none any more. */
  readonly cluster: Pick<ClusterResponse, "properties"> | undefined;
  readonly neighbours: readonly NeighbourFacts[];
  readonly events: readonly { readonly properties: ChangeFacts }[];
  readonly errorOutput: string | undefined;
  readonly attempts: AttemptsResponse | undefined;
}

/** @param nowMs epoch milliseconds */
export function jobFacts({ name, properties }: JobResponse, answers: Answers, nowMs: number): Facts {
  const { cluster, neighbours, events, errorOutput, attempts } = answers;
  return {
    name,
    creationTime: properties.creationTime,
    job: properties,
    clusterName: clusterIdNow(properties).split("/").at(-1) ?? "",
    cluster: cluster?.properties,
    neighbours,
    changes: events.map((event) => event.properties),
    errorOutput,
    attempts,
    now: new Date(nowMs),
  };
}
