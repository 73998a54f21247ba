// What a trial's job has written since the last look, into the series of its metrics and the figures of the trial.
import { locateOutput } from "../../domain/job/directories.ts";
import type { JobDocument } from "../../domain/job/schema.ts";
import {
  metricsFileName,
  mostMetrics,
  outputName,
  reportsInFile,
  reportsInOutput,
  stepAfter,
} from "../../domain/metric/reports.ts";
import type { Report } from "../../domain/metric/reports.ts";
import type { Point } from "../../domain/metric/point.ts";
import { metricRunOf } from "../../domain/metric/run.ts";
import type { MetricRun } from "../../domain/metric/run.ts";
import type { SweepSpec } from "../../domain/sweep/spec.ts";
import { policyOf } from "../../domain/sweep/standing.ts";
import { observed } from "../../domain/sweep/stopping/marks.ts";
import type { Observed } from "../../domain/sweep/stopping/marks.ts";
import type { Trial } from "../../domain/sweep/trial.ts";
import type { NewPoints, Series } from "../../services/metrics.ts";
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
  const added = withSteps(trial.figures, reports);
  const kept = metricRunOf(job);
  // Points are kept before the record says that they were read: the same points after a crash are no more points.
  const written = added.length === 0 ? [] : (await services.metrics.append(kept, added)).series;
  const series = job.tracked === true ? await services.metrics.list(kept) : written;
  return {
    trial: await withSeries(services, spec, next, kept, series),
    more: said.bytes === mostBytes || noted.bytes === mostBytes,
  };
}

function withSteps(figures: Trial["figures"], reports: readonly Report[]): readonly NewPoints[] {
  const added = new Map<string, { points: Point[]; last: number | undefined }>();
  let names = Object.keys(figures).length;
  for (const { name, value, step: said } of reports) {
    let series = added.get(name);
    if (series === undefined) {
      const last = figures[name]?.lastStep;
      if (last === undefined && names >= mostMetrics) continue;
      if (last === undefined) names += 1;
      series = { points: [], last };
      added.set(name, series);
    }
    const { step, last } = stepAfter(series.last, said);
    series.points.push({ step, value });
    series.last = last;
  }
  return [...added].map(([name, { points }]) => ({ name, points }));
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
