// Facts about jobs for tests of what is said about them: everything that a test does not name is as it usually is.
import type {
  ChangeFacts,
  ClusterFacts,
  Facts,
  JobFacts,
  NeighbourFacts,
} from "../../domain/diagnosis/facts.ts";
import { resizeError } from "../../domain/cluster/resize-errors.ts";
import type { AttemptResponse } from "../../domain/job/attempt.ts";
import { failureTable } from "../../domain/shared/errors.ts";
import type { FailureCode } from "../../domain/shared/errors.ts";

export const start = "2026-11-01T10:00:00.000Z";
export const counts = {
  idleNodeCount: 0,
  runningNodeCount: 0,
  preparingNodeCount: 0,
  unusableNodeCount: 0,
  leavingNodeCount: 0,
};
export const manual = (targetNodeCount: number) => ({
  scaleSettings: { manual: { targetNodeCount, nodeDeallocationOption: "requeue" as const } },
});
export const auto = (maximumNodeCount: number) => ({
  scaleSettings: { autoScale: { minimumNodeCount: 0, maximumNodeCount, initialNodeCount: 0 } },
});
export const nodes = (more: Partial<typeof counts>) => ({ nodeStateCounts: { ...counts, ...more } });
export const clusterError = (code: string, message = "", values: { name: string; value: string }[] = []) => ({
  errors: [resizeError({ code, message, values })],
});
export const plainError = (code: FailureCode) => ({
  errors: [{ code, message: failureTable[code].meaning }],
});

export const attempts = (...causes: NonNullable<AttemptResponse["cause"]>[]): Facts["attempts"] => ({
  value: causes.map((cause, at) => ({ number: at + 1, start: 1, nodes: [], cause, endTime: start })),
  ...{ omitted: 0, preemptions: 0, resizes: 0, nodeFaults: 0, userRetries: 0 },
});

export interface Situation {
  readonly job?: Partial<JobFacts>;
  readonly cluster?: Partial<ClusterFacts> | "gone";
  readonly neighbours?: readonly Partial<NeighbourFacts>[];
  readonly changes?: readonly Partial<ChangeFacts>[];
  readonly errorOutput?: string;
  readonly attempts?: Facts["attempts"];
  readonly minutes?: number;
}

export function factsOf({
  job,
  cluster,
  neighbours = [],
  changes = [],
  errorOutput,
  attempts,
  minutes = 10,
}: Situation): Facts {
  return {
    name: "mine",
    creationTime: start,
    job: {
      provisioningState: "succeeded",
      executionState: "queued",
      executionStateTransitionTime: start,
      nodeCount: 1,
      schedulingPriority: "normal",
      constraints: { maxWallClockTime: "P7D" },
      ...job,
    },
    clusterName: "nodes",
    cluster:
      cluster === "gone"
        ? undefined
        : {
            provisioningState: "succeeded",
            allocationState: "steady",
            allocationStateTransitionTime: start,
            ...manual(2),
            vmPriority: "dedicated",
            vmSize: "STANDARD_D2_V3",
            currentNodeCount: 2,
            nodeStateCounts: counts,
            ...cluster,
          },
    neighbours: neighbours.map((other, index) => ({
      name: `other${index}`,
      executionState: "running",
      nodeCount: 1,
      schedulingPriority: "normal",
      creationTime: "2026-11-01T09:00:00Z",
      ...other,
    })),
    changes: changes.map((change) => ({ time: start, cause: "a node was lost", ...change })),
    attempts,
    errorOutput,
    now: new Date(Date.parse(start) + minutes * 60_000),
  };
}
