// Whose metrics they are: a job's. What is removed together is kept together: a sweep's metrics outlive the jobs of its trials.
export interface MetricRun {
  /** Of the sweep; of the job where it belongs to none. */
  readonly group: string;
  /** Of the job. */
  readonly run: string;
}

export function metricRunOf(job: {
  readonly guid: string;
  readonly sweepGuid?: string | undefined;
}): MetricRun {
  return { group: job.sweepGuid ?? job.guid, run: job.guid };
}
