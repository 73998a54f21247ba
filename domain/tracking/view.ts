// A run as clients see it: a job with what was logged to it, or what was started beside it.
import { isFinished } from "../job/machine.ts";
import type { JobDocument } from "../job/schema.ts";
import { formatRunId } from "./run-id.ts";
import type { RunKey } from "./run-id.ts";
import { parentTag, runNameTag } from "./run.ts";
import type { MetricPoint, RunRecord, RunStatus } from "./run.ts";
import { trialParams } from "./trial-facts.ts";
import type { TrialFacts } from "./trial-facts.ts";

export interface RunView {
  readonly id: string;
  readonly experiment: string;
  readonly name: string;
  readonly user: string;
  readonly status: RunStatus;
  readonly startTime: number;
  readonly endTime: number | undefined;
  readonly deleted: boolean;
  readonly metrics: readonly MetricPoint[];
  readonly params: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly datasets: RunRecord["datasets"];
  readonly modelInputs: RunRecord["modelInputs"];
  readonly modelOutputs: RunRecord["modelOutputs"];
}

/** Whose jobs are nobody's in particular: the service knows no user behind a job. */
const nobody = "";

const time = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Date.parse(text);

/** What a run shows of its job. */
export type RunJob = Pick<
  JobDocument,
  | "attempt"
  | "creationTime"
  | "executionInfo"
  | "executionState"
  | "executionStateTransitionTime"
  | "experiment"
  | "guid"
  | "job"
  | "sweepGuid"
> & { readonly spec: Pick<JobDocument["spec"], "environmentVariables"> };

/** Without what no run shows: of ten thousand jobs much is kept in memory otherwise. */
export function runJob(job: JobDocument): RunJob {
  const { attempt, creationTime, executionInfo, executionState, executionStateTransitionTime } = job;
  const { experiment, guid, job: name, sweepGuid, spec } = job;
  return {
    attempt,
    creationTime,
    executionInfo,
    executionState,
    executionStateTransitionTime,
    experiment,
    guid,
    job: name,
    sweepGuid,
    spec: { environmentVariables: sweepGuid === undefined ? [] : spec.environmentVariables },
  };
}

/** @param record what was logged to it, if anything was. */
export function runOfJob(job: RunJob, record: RunRecord | undefined, trial: TrialFacts | undefined): RunView {
  const { startTime, endTime } = job.executionInfo;
  const key: RunKey = { kind: "job", experiment: job.experiment, job: job.job };
  const params = { ...trialParams(job), ...record?.params };
  const logged = metricsOf(record);
  const known = new Set(logged.map((metric) => metric.key));
  const reported = (trial?.metrics ?? []).filter((metric) => !known.has(metric.key));
  const started = time(startTime) ?? record?.startTime ?? Date.parse(job.creationTime);
  return {
    id: formatRunId(key),
    experiment: job.experiment,
    name: record?.tags[runNameTag] ?? job.job,
    user: record?.user ?? nobody,
    status: statusOfJob(job),
    startTime: started,
    endTime: isFinished(job.executionState)
      ? (time(endTime) ?? Date.parse(job.executionStateTransitionTime))
      : undefined,
    deleted: record?.deleted ?? false,
    // What has no time of its own, the job has had since it started.
    metrics: [...logged, ...reported].map((metric) => ({ ...metric, time: metric.time || started })),
    params,
    tags: {
      [runNameTag]: job.job,
      ...record?.tags,
      ...trial?.tags,
      "batchai.job": job.job,
      "batchai.attempt": String(job.attempt),
    },
    datasets: record?.datasets ?? [],
    modelInputs: record?.modelInputs ?? [],
    modelOutputs: record?.modelOutputs ?? [],
  };
}

/** @param job in which it was started; absent for one of a notebook. */
export function runOfRecord(record: RunRecord, job: RunJob | undefined): RunView {
  const jobEnd = job !== undefined && isFinished(job.executionState) ? statusOfJob(job) : undefined;
  // Whoever was to end it is gone.
  const isLeft = record.status === "RUNNING" && jobEnd !== undefined;
  const jobEndTime = time(job?.executionInfo.endTime ?? job?.executionStateTransitionTime);
  return {
    id: formatRunId(keyOf(record)),
    experiment: record.experiment,
    name: record.name,
    user: record.user,
    status: isLeft ? jobEnd : record.status,
    startTime: record.startTime,
    endTime: isLeft ? jobEndTime : record.endTime,
    deleted: record.deleted,
    metrics: metricsOf(record),
    params: record.params,
    tags: {
      [runNameTag]: record.name,
      ...(job === undefined
        ? {}
        : {
            [parentTag]: formatRunId({ kind: "job", experiment: job.experiment, job: job.job }),
            "batchai.job": job.job,
          }),
      ...record.tags,
    },
    datasets: record.datasets,
    modelInputs: record.modelInputs,
    modelOutputs: record.modelOutputs,
  };
}

export function keyOf({ kind, experiment, job, unique = "" }: RunRecord): RunKey {
  if (kind === "free") return { kind, experiment, unique };
  const name = job?.name ?? "";
  return kind === "job" ? { kind, experiment, job: name } : { kind, experiment, job: name, unique };
}

function metricsOf(record: RunRecord | undefined): readonly MetricPoint[] {
  return Object.entries(record?.metrics ?? {}).map(([key, point]) => ({ key, ...point }));
}

/** What a script says of its run never is what became of the job. */
function statusOfJob({ executionState, executionInfo }: RunJob): RunStatus {
  switch (executionState) {
    case "queued":
      return "SCHEDULED";
    case "running":
    case "terminating":
      return "RUNNING";
    case "succeeded":
      return "FINISHED";
    case "failed":
      return executionInfo.errors?.some(({ code }) => code === "JobTerminated") === true
        ? "KILLED"
        : "FAILED";
  }
}
