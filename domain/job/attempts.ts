// What is kept of a job's attempts: the newest, each with its cause, so that the document stays small however often nodes are lost. See docs/adr/0039.
import { timestamp } from "../shared/brand.ts";
import type { AttemptCause, AttemptsResponse, EndedAttempt } from "./attempt.ts";
import type { Outcome } from "./outcome.ts";
import type { JobDocument } from "./schema.ts";
import { withWork } from "./spot/placement.ts";

const mostAttempts = 32;
const mostNodes = 16;

/** The nodes on which the current attempt runs. */
export function onNodes(job: JobDocument, nodes: readonly string[]): JobDocument {
  return nodes.length === 0 ? job : { ...job, nodes: nodes.slice(0, mostNodes) };
}

interface End {
  readonly cause: AttemptCause;
  readonly startTime?: string | undefined;
  readonly endTime: string;
  readonly exitCode?: number | undefined;
}

/** The job with its current attempt among the ended ones. */
export function withEndedAttempt(job: JobDocument, { startTime, exitCode, ...end }: End): JobDocument {
  const { nodes = [], ...rest } = job;
  const ended: EndedAttempt = {
    number: job.attempt,
    start: startOf(job),
    nodes,
    ...onCluster(job),
    ...(startTime === undefined ? {} : { startTime }),
    ...end,
    ...(exitCode === undefined ? {} : { exitCode }),
  };
  const all = [...(job.attempts ?? []), ended];
  const dropped = Math.max(0, all.length - mostAttempts);
  const omitted = (job.attemptsOmitted ?? 0) + dropped;
  return {
    ...withWork(rest, startTime, end.endTime),
    attempts: all.slice(dropped),
    ...(omitted === 0 ? {} : { attemptsOmitted: omitted }),
  };
}

/** Batch lost the node of the current attempt so many times and started it anew: of all but the first nobody saw the start. */
export function withLostStarts(job: JobDocument, times: number, now: Date): JobDocument {
  const endTime = timestamp(now);
  const first = withEndedAttempt(job, {
    cause: "preempted",
    startTime: job.executionInfo.startTime,
    endTime,
  });
  let lost: JobDocument = { ...first, requeues: (job.requeues ?? 0) + 1 };
  for (let time = 1; time < times; time += 1)
    lost = {
      ...withEndedAttempt(lost, { cause: "preempted", endTime }),
      requeues: (lost.requeues ?? 0) + 1,
    };
  return lost;
}

/** What is needed to tell a job's attempts. */
type Attempted = Pick<
  JobDocument,
  | "executionState"
  | "attempt"
  | "nodes"
  | "attempts"
  | "attemptsOmitted"
  | "requeues"
  | "placement"
  | "losses"
> & {
  readonly executionInfo: Pick<JobDocument["executionInfo"], "startTime">;
  readonly spec: Pick<JobDocument["spec"], "cluster"> & { readonly spot?: object | undefined };
};

const onCluster = (job: Pick<Attempted, "placement" | "spec">) =>
  job.spec.spot === undefined ? {} : { cluster: (job.placement?.cluster ?? job.spec.cluster).id };

const startOf = ({ requeues }: Pick<Attempted, "requeues">) => (requeues ?? 0) + 1;

const causes: Readonly<Record<string, AttemptCause>> = {
  JobTerminated: "terminated",
  JobExceededMaxWallClockTime: "timeOver",
  ClusterDeleted: "clusterDeleted",
  JobNodeLost: "nodeFault",
  JobNodeDeallocated: "resized",
};

export function causeOf(outcome: Outcome): AttemptCause {
  if (outcome.kind === "succeeded") return "finished";
  if (outcome.kind === "retry") return outcome.cause;
  return causes[outcome.errors[0]?.code ?? ""] ?? "failed";
}

/** What `GET …/attempts` answers: the ended ones, oldest first, and the one that goes on. */
export function attemptsWire(job: Attempted): AttemptsResponse {
  const goesOn = job.executionState === "running" || job.executionState === "terminating";
  const { startTime } = job.executionInfo;
  const current = {
    number: job.attempt,
    start: startOf(job),
    nodes: [...(job.nodes ?? [])],
    ...onCluster(job),
    ...(startTime === undefined ? {} : { startTime }),
  };
  const { preemptions, resizes, nodeFaults, userRetries } = job.losses;
  return {
    value: [...(job.attempts ?? []), ...(goesOn && startTime !== undefined ? [current] : [])],
    omitted: job.attemptsOmitted ?? 0,
    preemptions,
    resizes,
    nodeFaults,
    userRetries,
  };
}
