// Results that trials take from earlier ones, and leave for later ones. A result is known by the digest of all that it depends on; it is left only
// where that was the same before the trial began and after it ended, so that nothing can have changed while it ran. What is looked up is in the
// record before anything is done by it: after a crash the same is looked up again.
import { newJob } from "../../domain/job/rules.ts";
import type { JobDocument } from "../../domain/job/schema.ts";
import { metricRunOf } from "../../domain/metric/run.ts";
import { guid } from "../../domain/shared/brand.ts";
import { AppError } from "../../domain/shared/errors.ts";
import { formatId, parseClusterId, refOf, workspaceOf } from "../../domain/shared/resource-id.ts";
import type { SecretSources } from "../../domain/shared/secrets.ts";
import { reuseText } from "../../domain/sweep/reuse.ts";
import type { SweepDocument } from "../../domain/sweep/schema.ts";
import { isOver } from "../../domain/sweep/trial.ts";
import type { Trial } from "../../domain/sweep/trial.ts";
import { jobRefOf } from "../../domain/sweep/trial-job.ts";
import { sha256 } from "../../services/content-digest.ts";
import type { Series } from "../../services/metrics.ts";
import type { Services } from "../../services/services.ts";
import { inLanes } from "../../services/in-lanes.ts";
import { inputStatesOnce } from "../input-states.ts";
import type { InputStates } from "../input-states.ts";
import { jobReceipt } from "../receipts.ts";
import { withSeries } from "./reports.ts";
import { specOfTrial } from "./submissions.ts";
import { trialTemplate } from "./template.ts";

/** Of one look at the sweep. */
export interface Reuse {
  /** What ended well since the look before. */
  leave(before: readonly Trial[], now: readonly Trial[]): Promise<void>;
  /** @returns the same trials, in their order: over with an earlier result, or with the digest by which theirs will be known. */
  lookUp(made: readonly Trial[]): Promise<readonly Trial[]>;
}

/** Undefined for a sweep that did not ask for it. */
export function reuseOf(services: Services, sweep: SweepDocument): Reuse | undefined {
  if (sweep.spec.reuse !== true) return undefined;
  const states = inputStatesOnce(services);
  let read: ReturnType<typeof trialTemplate> | undefined;
  const template = () => (read ??= trialTemplate(services, sweep));
  return {
    async leave(before, now) {
      const ended = now.filter(
        (trial) =>
          trial.state === "succeeded" && trial.reuseKey !== undefined && !isKnown(before[trial.index]),
      );
      await inLanes(ended, (trial) => leave(services, sweep, trial, states));
    },
    lookUp: (made) =>
      inLanes(made, async (trial) => {
        const { document, secrets } =
          (await orNothing(async () => jobOf(services, sweep, await template(), trial))) ?? {};
        const key = document && (await keyOf(sweep, document, states, secrets));
        if (key === undefined) return trial;
        const known = { ...trial, reuseKey: key };
        return (await taken(services, sweep, known, key)) ?? known;
      }),
  };
}

const isKnown = (trial: Trial | undefined) => trial !== undefined && isOver(trial);

/** The job that the trial would be. */
async function jobOf(
  services: Services,
  sweep: SweepDocument,
  template: Awaited<ReturnType<typeof trialTemplate>>,
  trial: Trial,
) {
  const request = specOfTrial(sweep, template, trial);
  const cluster = await services.state.clusters.get(parseClusterId(request.properties.cluster.id));
  if (cluster === undefined) return undefined;
  const now = new Date(services.clock.now());
  return newJob(jobRefOf(sweep, trial), guid(services.random.uuid()), request, cluster, now);
}

async function keyOf(
  sweep: SweepDocument,
  job: JobDocument,
  states: InputStates,
  secrets?: SecretSources,
): Promise<string | undefined> {
  const inputs = await orNothing(() => states(job, secrets));
  return inputs === undefined ? undefined : sha256(reuseText(job, inputs, sweep.spec));
}

async function leave(
  services: Services,
  sweep: SweepDocument,
  trial: Trial,
  states: InputStates,
): Promise<void> {
  const ref = jobRefOf(sweep, trial);
  const job = await services.state.jobs.get(ref);
  if (job === undefined || job.guid !== trial.jobGuid || trial.reuseKey === undefined) return;
  if ((await keyOf(sweep, job, states)) !== trial.reuseKey || !(await hasResult(services, job))) return;
  await services.results.keep(workspaceOf(ref), trial.reuseKey, { job: ref, jobGuid: job.guid });
}

/** It ended well, is there, and says what it left. */
async function hasResult(services: Services, job: JobDocument): Promise<boolean> {
  if (job.executionState !== "succeeded" || job.provisioningState !== "succeeded") return false;
  return (await orNothing(() => jobReceipt(services, refOf<"job">(job)))) !== undefined;
}

/** The trial as if it had run: with the points that the earlier one reported, in the order in which they came. */
async function taken(
  services: Services,
  sweep: SweepDocument,
  trial: Trial,
  key: string,
): Promise<Trial | undefined> {
  const known = await services.results.find(workspaceOf(sweep), key);
  const job = known && (await services.state.jobs.get(known.job));
  if (job === undefined || job.guid !== known?.jobGuid || !(await hasResult(services, job))) return undefined;
  const run = { group: sweep.guid, run: job.guid };
  const { exitCode } = job.executionInfo;
  const over: Trial = {
    ...trial,
    state: "succeeded",
    reserved: 0,
    jobGuid: job.guid,
    reusedFrom: formatId(known.job),
    ...(exitCode === undefined ? {} : { exitCode }),
  };
  return withSeries(services, sweep.spec, over, run, await seriesFor(services, run, job));
}

async function seriesFor(
  services: Services,
  run: ReturnType<typeof metricRunOf>,
  job: JobDocument,
): Promise<readonly Series[]> {
  const source = metricRunOf(job);
  const series = await services.metrics.list(source);
  if (source.group === run.group || series.length === 0) return series;
  const points = await inLanes(series, async ({ name }) => ({
    name,
    points: await services.metrics.read(source, name),
  }));
  return (await services.metrics.append(run, points)).series;
}

/** What is not as it must be has no result to take; whoever submits the trial tells why. An outage is no answer. */
async function orNothing<Value>(work: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError && !error.retryable) return undefined;
    throw error;
  }
}
