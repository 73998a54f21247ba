// Runs by what they are and what was logged to them; the history of a metric.
import type { JobDocument } from "../../domain/job/schema.ts";
import { askedRunId } from "../../domain/tracking/requests.ts";
import type { Requests } from "../../domain/tracking/requests.ts";
import type { RunRecord } from "../../domain/tracking/run.ts";
import { filterOf } from "../../domain/tracking/search/filter.ts";
import { orderOf } from "../../domain/tracking/search/order.ts";
import { runSearched, searchableRun } from "../../domain/tracking/search/of-runs.ts";
import { runOfJob, runOfRecord } from "../../domain/tracking/view.ts";
import type { RunJob, RunView } from "../../domain/tracking/view.ts";
import type { TrialFacts } from "../../domain/tracking/trial-facts.ts";
import { metricWire, runWire } from "../../domain/tracking/wire.ts";
import type { ExperimentRef } from "../../domain/shared/resource-id.ts";
import type { Services } from "../../services/services.ts";
import { existing } from "../existing.ts";
import { experimentView } from "./experiment-view.ts";
import { findRun, pointsOf, viewOf } from "./found-run.ts";
import { pageOf } from "./pages.ts";
import { artifactPlace, experimentRef } from "./scope.ts";
import type { TrackingScope } from "./scope.ts";
import { factsOfTrial, factsOfTrials } from "./trials.ts";

export async function searchRuns(
  services: Services,
  scope: TrackingScope,
  {
    filter,
    order_by,
    experiment_ids: ids,
    max_results: most,
    page_token: token,
    run_view_type: view,
  }: Requests["searchRuns"],
) {
  const matches = filterOf(filter, runSearched);
  const compare = orderOf(order_by, ["start_time DESC", "run_id"], runSearched);
  const found = (await runsOf(services, scope, ids))
    .filter(({ deleted }) => view === "ALL" || deleted === (view === "DELETED_ONLY"))
    .map((run) => ({ run, item: searchableRun(run, artifactPlace(scope)) }))
    .filter(({ item }) => matches(item))
    .sort((a, b) => compare(a.item, b.item));
  const { items, next } = pageOf(found, most, token);
  return { runs: items.map(({ run }) => runWire(run, artifactPlace(scope))), ...next };
}

async function runsOf(
  services: Services,
  scope: TrackingScope,
  ids: readonly string[],
): Promise<readonly RunView[]> {
  if (scope.kind === "job") return runsOfJob(services, scope.job, experimentRef(scope, scope.job.experiment));
  const each = await Promise.all(
    [...new Set(ids)].map((id) => runsOfExperiment(services, experimentRef(scope, id))),
  );
  return each.flat();
}

async function runsOfJob(
  services: Services,
  job: JobDocument,
  experiment: ExperimentRef,
): Promise<readonly RunView[]> {
  const records = await services.runs.list(experiment, job.guid);
  const own = records.find(({ kind }) => kind === "job");
  const others = records.filter(({ kind }) => kind === "child");
  return [
    runOfJob(job, own, await factsOfTrial(services, job)),
    ...others.map((record) => runOfRecord(record, job)),
  ];
}

async function runsOfExperiment(services: Services, ref: ExperimentRef): Promise<readonly RunView[]> {
  const { jobs, records } = await experimentView(services, await existing(services, ref));
  const own = new Map<string, RunRecord>();
  const byGuid = new Map<string, RunJob>();
  let hasTrials = false;
  for (const job of jobs) {
    byGuid.set(job.guid, job);
    hasTrials ||= job.sweepGuid !== undefined;
  }
  for (const record of records) if (record.kind === "job") own.set(record.job?.guid ?? "", record);
  const trials = hasTrials ? await factsOfTrials(services, ref) : new Map<string, never>();
  const runs: RunView[] = [];
  for (const job of jobs)
    runs.push(
      viewOnce(job, own.get(job.guid), job.sweepGuid === undefined ? undefined : trials.get(job.job)),
    );
  for (const record of records) {
    const job = byGuid.get(record.job?.guid ?? "");
    if (record.kind === "free" || (record.kind === "child" && job !== undefined))
      runs.push(runOfRecord(record, job));
  }
  return runs;
}

interface Seen {
  readonly record: RunRecord | undefined;
  readonly trial: TrialFacts | undefined;
  readonly view: RunView;
}
/** A job to which nothing happened between two searches is the same object, and so is its run. */
const seen = new WeakMap<RunJob, Seen>();

function viewOnce(job: RunJob, record: RunRecord | undefined, trial: TrialFacts | undefined): RunView {
  const known = seen.get(job);
  if (known !== undefined && known.record === record && known.trial === trial) return known.view;
  const view = runOfJob(job, record, trial);
  seen.set(job, { record, trial, view });
  return view;
}

export async function metricHistory(services: Services, scope: TrackingScope, request: Requests["history"]) {
  const { metric_key: key, max_results: most, page_token: token } = request;
  const found = await findRun(services, scope, askedRunId(request));
  const points = await services.metrics.read(pointsOf(found), key);
  const { items, next } = pageOf(points, most, token);
  // Reports of trials have no time.
  const start = items.some(({ time }) => time === undefined) ? (await viewOf(services, found)).startTime : 0;
  return { metrics: items.map(({ time = start, ...point }) => metricWire({ key, time, ...point })), ...next };
}
