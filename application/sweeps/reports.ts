// What a trial's job has written since the last look, into the series of its metrics and the figures of the trial.
import { locateOutput } from "../../domain/job/directories.ts";
import type { JobDocument } from "../../domain/job/schema.ts";
import {
  metricsFileName,
  mostMetrics,
  outputName,
  pointsByName,
  reportsInFile,
  reportsInOutput,
  withSteps,
} from "../../domain/metric/reports.ts";
import { metricRunOf } from "../../domain/metric/run.ts";
import type { MetricRun } from "../../domain/metric/run.ts";
import type { SweepSpec } from "../../domain/sweep/spec.ts";
import { policyOf } from "../../domain/sweep/standing.ts";
import { observed } from "../../domain/sweep/stopping/marks.ts";
import type { Observed } from "../../domain/sweep/stopping/marks.ts";
import type { Trial } from "../../domain/sweep/trial.ts";
import type { Series } from "../../services/metrics.ts";
import type { Services } from "../../services/services.ts";
import { keyOf } from "../secrets.ts";
import { mostBytes, textOf } from "../whole-lines.ts";

export interface ReadTrial {
  readonly trial: Trial;
  /** There is more than one look takes. */
  readonly more: boolean;
}

/** Secrets of jobs and clusters; trials on one cluster read those of its mounts once a look. */
export type SecretsOf = Services["secrets"]["get"];

export function secretsOnce({ secrets }: Services): SecretsOf {
  const asked = new Map<string, ReturnType<SecretsOf>>();
  return (owner) => {
    const answer = asked.get(owner) ?? secrets.get(owner);
    asked.set(owner, answer);
    return answer;
  };
}

/** @param about `ended`: the job writes nothing any more: a last line without an end is whole. */
export async function withReports(
  services: Services,
  spec: SweepSpec,
  trial: Trial,
  job: JobDocument,
  { ended, secretsOf }: { readonly ended: boolean; readonly secretsOf: SecretsOf },
): Promise<ReadTrial> {
  const run = job.executionInfo.startTime ?? "";
  // Logs begin anew with every run.
  const from = trial.read.run === run ? trial.read : { run, output: 0, file: 0 };
  const place = locateOutput(job, "stdouterr", ".");
  const accountKey = await keyOf(services, await secretsOf(place.secretOwner), place);
  const read = (name: string, offset: number) =>
    services.outputFiles.read({ ...place, accountKey }, name, { offset, maxBytes: mostBytes });
  const [output, file] = await Promise.all([
    spec.metrics.length === 0 && spec.presets.length === 0 ? undefined : read(outputName, from.output),
    // Nobody knows which names a preset finds, so that the file's may be the same.
    spec.presets.length > 0 ? undefined : read(metricsFileName, from.file),
  ]);
  const [said, noted] = [textOf(output, ended), textOf(file, ended)];
  const reports = [...reportsInOutput(said.text, spec), ...reportsInFile(noted.text, spec.metrics).reports];
  const next = { ...trial, read: { run, output: from.output + said.bytes, file: from.file + noted.bytes } };
  const lasts = new Map(Object.entries(trial.figures).map(([name, { lastStep }]) => [name, lastStep]));
  const added = pointsByName(withSteps(reports, lasts, mostMetrics));
  const kept = metricRunOf(job);
  // Points are kept before the record says that they were read: the same points after a crash are no more points.
  const written = added.length === 0 ? [] : (await services.metrics.append(kept, added)).series;
  const series = job.tracked === true ? await services.metrics.list(kept) : written;
  return {
    trial: await withSeries(services, spec, next, kept, series),
    more: said.bytes === mostBytes || noted.bytes === mostBytes,
  };
}

export async function withSeries(
  services: Services,
  spec: SweepSpec,
  before: Trial,
  run: MetricRun,
  series: readonly Series[],
): Promise<Trial> {
  if (series.length === 0) return before;
  const figures = { ...before.figures };
  for (const { name, figures: of } of series)
    if (
      figures[name] !== undefined ||
      name === spec.objective.metric ||
      Object.keys(figures).length < mostMetrics
    )
      figures[name] = of;
  const { metric, goal } = spec.objective;
  const objective = series.find(({ name }) => name === metric);
  if (objective === undefined) return { ...before, figures };
  const fresh =
    before.watched < objective.recentFrom
      ? await services.metrics.read(run, metric, before.watched)
      : objective.recent.slice(before.watched - objective.recentFrom);
  const about = { policy: policyOf(spec, before.index), goal, trial: before.index };
  const { progress, marks } = fresh.reduce<Observed>((seen, point) => observed(seen, point, about), {
    progress: before.progress,
    marks: before.marks,
  });
  return {
    ...before,
    figures,
    watched: before.watched + fresh.length,
    marks: [...marks],
    ...(progress === undefined ? {} : { progress }),
  };
}
