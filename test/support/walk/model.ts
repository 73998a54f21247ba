// What a walker knows: the resources it made, and what may have become of each. Nothing here asks the service.
export const kinds = {
  quick: { command: "echo begun; echo done", output: "begun\ndone\n", exitCode: 0 },
  fails: { command: "echo begun; exit 7", output: "begun\n", exitCode: 7 },
  short: { command: "echo begun; sleep 0.5; echo done", output: "begun\ndone\n", exitCode: 0 },
  endless: { command: "echo begun; exec sleep 600", output: "begun\n", exitCode: undefined },
} as const;
export type Kind = keyof typeof kinds;

export interface ClusterModel {
  readonly name: string;
  target: number;
  deleted: boolean;
  /** Was ever shrunk with the option terminate: its jobs may have ended so. */
  cutJobs: boolean;
}

export interface JobModel {
  readonly experiment: string;
  readonly name: string;
  readonly kind: Kind;
  readonly nodeCount: number;
  readonly cluster: ClusterModel;
  terminated: boolean;
  /** Once seen finished, it must stay exactly so. */
  seenEnd?: string;
}

export interface SeenJob {
  readonly provisioningState: string;
  readonly executionState: string;
  readonly jobOutputDirectoryPathSegment: string;
  readonly executionInfo?: {
    readonly startTime?: string;
    readonly endTime?: string;
    readonly exitCode?: number;
    readonly errors?: readonly { readonly code: string }[];
  };
}

export function isFinished({ executionState }: Pick<SeenJob, "executionState">): boolean {
  return executionState === "succeeded" || executionState === "failed";
}

/** What is wrong with a job as it was seen; undefined when the model allows it. */
export function complaint(job: JobModel, seen: SeenJob): string | undefined {
  const info = seen.executionInfo ?? {};
  if (!isFinished(seen)) {
    if (job.seenEnd !== undefined) return `was finished (${job.seenEnd}) and is ${seen.executionState}`;
    if (seen.executionState === "running" && info.startTime === undefined) return "runs without a start";
    if (info.endTime !== undefined || info.exitCode !== undefined) return "has an end before it is finished";
    return undefined;
  }
  const end = JSON.stringify([seen.executionState, info]);
  if (job.seenEnd !== undefined && job.seenEnd !== end) return `ended twice: ${job.seenEnd}, then ${end}`;
  job.seenEnd = end;
  if (info.startTime === undefined || info.endTime === undefined) return `lacks a time: ${end}`;
  if (Date.parse(info.endTime) < Date.parse(info.startTime)) return `ends before it starts: ${end}`;
  return unexplained(job, seen.executionState, info);
}

function unexplained(
  job: JobModel,
  state: string,
  info: NonNullable<SeenJob["executionInfo"]>,
): string | undefined {
  const { exitCode } = kinds[job.kind];
  const code = info.errors?.[0]?.code;
  const found = JSON.stringify([state, info.exitCode, code]);
  if (state === "succeeded") return exitCode === 0 && info.exitCode === 0 ? undefined : `cannot be ${found}`;
  const allowed =
    (code === "JobFailed" && exitCode === 7 && info.exitCode === 7) ||
    (code === "JobTerminated" && job.terminated && info.exitCode === undefined) ||
    (code === "ClusterDeleted" && job.cluster.deleted) ||
    (code === "JobNodeDeallocated" && job.cluster.cutJobs);
  return allowed ? undefined : `cannot be ${found}`;
}
