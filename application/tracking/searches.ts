// Runs by what they are and what was logged to them; the history of a metric.
import type { JobDocument } from "../../domain/job/schema.ts";
import { askedRunId } from "../../domain/tracking/requests.ts";
import type { Requests } from "../../domain/tracking/requests.ts";
import type { RunRecord } from "../../domain/tracking/run.ts";
import { filterOf } from "../../domain/tracking/search/filter.ts";
import { orderOf } from "../../domain/tracking/search/order.ts";
import { runSearched, searchableRun } from "../../domain/tracking/search/of-runs.ts";
import { runOfJob, runOfRecord } from "../../domain/tracking/view.ts";
import type { RunView } from "../../domain/tracking/view.ts";
import { metricWire, runWire } from "../../domain/tracking/wire.ts";
import type { ExperimentRef } from "../../domain/shared/resource-id.ts";
import type { Services } from "../../services/services.ts";
import { allItems } from "../every-item.ts";
import { existing } from "../existing.ts";
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

async function runsOfExperiment(services: Services, experiment: ExperimentRef): Promise<readonly RunView[]> {
  const [jobs, records] = await Promise.all([
    allItems((page) => services.state.jobs.list(experiment, page)),
    services.runs.list(experiment),
  ]);
  if (jobs.length === 0) await existing(services, experiment);
  const trials = jobs.some(({ sweepGuid }) => sweepGuid !== undefined)
    ? await factsOfTrials(services, experiment)
    : new Map<string, never>();
  const own = new Map<string, RunRecord>();
  for (const record of records) if (record.kind === "job") own.set(record.job?.guid ?? "", record);
  const byGuid = new Map(jobs.map((job) => [job.guid, job]));
  const others = records.filter(
    ({ kind, job }) => kind === "free" || (kind === "child" && byGuid.has(job?.guid ?? "")),
  );
  return [
    ...jobs.map((job) =>
      runOfJob(job, own.get(job.guid), job.sweepGuid === undefined ? undefined : trials.get(job.job)),
    ),
    ...others.map((record) => runOfRecord(record, byGuid.get(record.job?.guid ?? ""))),
  ];
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
