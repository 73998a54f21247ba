// What is known of a job when somebody asks why it waits, failed or takes so long: answers of the API, as any client has them. Pure
// data; who reads them decides how much there is, and every rule says what it rests on.
import type { ClusterResponse } from "../cluster/wire.ts";
import type { AttemptsResponse } from "../job/attempt.ts";
import type { JobResponse } from "../job/wire.ts";
import type { BatchAIError } from "../shared/batch-ai-error.ts";

export type JobFacts = Pick<
  JobResponse["properties"],
  | "provisioningState"
  | "executionState"
  | "executionStateTransitionTime"
  | "nodeCount"
  | "schedulingPriority"
  | "constraints"
  | "executionInfo"
>;
export type ClusterFacts = Pick<
  ClusterResponse["properties"],
  | "provisioningState"
  | "allocationState"
  | "allocationStateTransitionTime"
  | "scaleSettings"
  | "vmPriority"
  | "vmSize"
  | "currentNodeCount"
  | "nodeStateCounts"
  | "errors"
>;

/** Another job of the cluster that waits or runs. */
export interface NeighbourFacts {
  readonly name: string;
  readonly executionState: string;
  readonly nodeCount: number;
  readonly schedulingPriority: "low" | "normal" | "high";
  /** ISO 8601. */
  readonly creationTime: string;
}

/** An event of the job. */
export interface ChangeFacts {
  readonly time: string;
  readonly cause: string;
  readonly state?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface Facts {
  readonly name: string;
  readonly creationTime: string;
  readonly job: JobFacts;
  readonly clusterName: string;
  /** Undefined: there is no such cluster any more. */
  readonly cluster: ClusterFacts | undefined;
  readonly neighbours: readonly NeighbourFacts[];
  readonly changes: readonly ChangeFacts[];
  /** The last of what the program wrote to its standard error; undefined where nobody looked. */
  readonly errorOutput: string | undefined;
  /** Undefined where nobody asked. */
  readonly attempts?: AttemptsResponse | undefined;
  readonly now: Date;
}

/** One reason, with what it rests on and what would help. */
export interface Cause {
  /** An error code of the service, or a word of these rules; stable. */
  readonly code: string;
  /** A sentence. */
  readonly says: string;
  /** The event, the state or the error that shows it. */
  readonly because: string;
  /** What would help; absent where nothing is wrong. */
  readonly remedy?: string;
  /** A command of `batchai` that does it, without its first word. */
  readonly command?: string;
}

/** @param place options that name the workspace, such as `-w lab`; usages are those of a region. */
export const commandOf = (command: string, place: string): string =>
  command.startsWith("usage") ? command : `${command} ${place}`;

export const failedWith = ({ code, message, details = [] }: BatchAIError): string =>
  [`error ${code}: ${message}`, ...details.map(({ name, value }) => `${name}: ${value}`)].join("; ");

export const stateSince = (name: string, value: string, since: string): string =>
  `${name} is ${value} since ${since}`;
