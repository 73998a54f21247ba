// What a trial's job has written since the last look, into the series of its metrics and the figures of the trial.
import { locateOutput } from "../domain/job/directories.ts";
import type { JobDocument } from "../domain/job/schema.ts";
import { mostMetrics, reportsInFile, reportsInOutput, wholeLines } from "../domain/sweep/metrics/reports.ts";
import type { Report } from "../domain/sweep/metrics/reports.ts";
import { withPoint } from "../domain/sweep/metrics/series.ts";
import type { Point } from "../domain/sweep/metrics/series.ts";
import type { SweepSpec } from "../domain/sweep/spec.ts";
import { policyOf } from "../domain/sweep/standing.ts";
import { observed } from "../domain/sweep/stopping/marks.ts";
import type { Trial } from "../domain/sweep/trial.ts";
import type { NewPoints } from "../services/metric-points.ts";
import type { Services } from "../services/services.ts";
import { secretValue } from "./secrets.ts";

/** Of one file at one look: more is read at the next. */
const mostBytes = 4 * 1024 * 1024;
const outputName = "stdout.txt";
/** Where `$AZ_BATCHAI_METRICS_FILE` lies beside the output. */
const metricsName = "metrics.jsonl";

export interface ReadTrial {
  readonly trial: Trial;
  readonly points: readonly NewPoints[];
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
  const source = (await secretsOf(place.secretOwner)).get(place.accountKeySecret);
  const accountKey = source === undefined ? undefined : await secretValue(services, source);
  const read = (name: string, offset: number) =>
    services.outputFiles.read({ ...place, accountKey }, name, { offset, maxBytes: mostBytes });
  const [output, file] = await Promise.all([
    spec.metrics.length === 0 ? undefined : read(outputName, from.output),
    read(metricsName, from.file),
  ]);
  const [said, noted] = [textOf(output, ended), textOf(file, ended)];
  const reports = [
    ...reportsInOutput(said.text, spec.metrics),
    ...reportsInFile(noted.text, spec.metrics).reports,
  ];
  const next = { ...trial, read: { run, output: from.output + said.bytes, file: from.file + noted.bytes } };
  return {
    ...withReported(spec, next, reports),
    more: said.bytes === mostBytes || noted.bytes === mostBytes,
  };
}

function textOf(
  bytes: Uint8Array | undefined,
  ended: boolean,
): { readonly text: string; readonly bytes: number } {
  if (bytes === undefined) return { text: "", bytes: 0 };
  const isCut = !ended || bytes.length === mostBytes;
  const end = isCut ? bytes.lastIndexOf(10) + 1 : bytes.length;
  // A line longer than one look is none that reports anything.
  if (end === 0 && bytes.length === mostBytes) return { text: "", bytes: bytes.length };
  const text = new TextDecoder("utf-8").decode(bytes.subarray(0, end));
  return { text: isCut ? wholeLines(text) : text, bytes: end };
}

function withReported(
  spec: SweepSpec,
  before: Trial,
  reports: readonly Report[],
): { readonly trial: Trial; readonly points: readonly NewPoints[] } {
  const { goal, metric } = spec.objective;
  const figures = { ...before.figures };
  const added = new Map<string, Point[]>();
  let watched = { progress: before.progress, marks: before.marks };
  for (const { name, value, step: said } of reports) {
    if (figures[name] === undefined && Object.keys(figures).length >= mostMetrics) continue;
    const step = said ?? (figures[name]?.lastStep ?? 0) + 1;
    const point = { step, value };
    figures[name] = withPoint(figures[name], point, name === metric ? goal : "minimize");
    const others = added.get(name);
    if (others === undefined) added.set(name, [point]);
    else others.push(point);
    if (name !== metric) continue;
    const about = { policy: policyOf(spec, before.index), goal, trial: before.index };
    const seen = observed(watched, point, about);
    watched = { progress: seen.progress, marks: [...seen.marks] };
  }
  const counts = { ...before.counts };
  const points = [...added].map(([name, of]): NewPoints => {
    const after = counts[name] ?? 0;
    counts[name] = after + of.length;
    return { series: { trial: before.index, attempt: before.attempt, metric: name }, after, points: of };
  });
  const { progress, marks } = watched;
  return {
    trial: { ...before, figures, counts, marks, ...(progress === undefined ? {} : { progress }) },
    points,
  };
}
