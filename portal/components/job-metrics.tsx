// What a job reported: each metric with its figures, and the curves of those that are chosen. No more than a few open by themselves.
import { useMemo } from "react";
import { useSearchParams } from "wouter";
import type { JobResponse } from "../../domain/job/wire.ts";
import type { MetricResponse } from "../../domain/metric/wire.ts";
import { useCurve, useMetrics } from "../api/metric-queries.ts";
import { bucketPoints, numberText } from "../lib/chart-data.ts";
import { commandLines } from "../lib/command-lines.ts";
import { hasEnded, jobRow } from "../lib/jobs.ts";
import { jobPath } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { formats } from "../lib/formats.ts";
import { t } from "../texts/texts.ts";
import { CommandStrip } from "./command-strip.tsx";
import { DataState, Empty } from "./data-state.tsx";
import LineChart from "./line-chart.tsx";
import { TableFrame } from "./table-frame.tsx";

const openByThemselves = 6;
const mostListed = 200;

interface Props {
  readonly place: Place;
  readonly experiment: string;
  readonly job: JobResponse;
}

export default function JobMetrics({ place, experiment, job }: Props) {
  const path = jobPath(place, experiment, job.name);
  const isGrowing = !hasEnded(jobRow(job));
  const metrics = useMetrics(path, isGrowing);
  return (
    <DataState query={metrics} what={t.things.metrics}>
      {(found) =>
        found.length === 0 ? (
          <NoMetrics isGrowing={isGrowing} />
        ) : (
          <Metrics place={place} experiment={experiment} name={job.name} metrics={found} />
        )
      }
    </DataState>
  );
}

function NoMetrics({ isGrowing }: { isGrowing: boolean }) {
  const file = `echo '{"name": "accuracy", "value": 0.93, "step": 4}' >> $AZ_BATCHAI_METRICS_FILE`;
  const mlflow = 'mlflow.log_metric("accuracy", 0.93, step=4)';
  return (
    <Empty title={isGrowing ? t.metrics.notYet : t.metrics.none}>
      <p>{t.metrics.byFile}</p>
      <CommandStrip label={t.metrics.reportByFile} lines={[{ batchai: file }]} />
      <p>{t.metrics.byMlflow(<code>{mlflow}</code>)}</p>
      <p>{t.metrics.byPrint}</p>
    </Empty>
  );
}

interface View {
  readonly place: Place;
  readonly experiment: string;
  readonly name: string;
  readonly metrics: readonly MetricResponse[];
}

function Metrics({ place, experiment, name, metrics }: View) {
  const [query, setQuery] = useSearchParams();
  const text = query.get("q") ?? "";
  const isLog = query.get("log") === "1";
  const set = (changes: Readonly<Record<string, string>>) =>
    setQuery(
      (before) => {
        const next = new URLSearchParams(before);
        for (const [key, value] of Object.entries(changes))
          if (value === "") next.delete(key);
          else next.set(key, value);
        return next;
      },
      { replace: true },
    );
  const listed = metrics.filter((metric) => metric.name.toLowerCase().includes(text.toLowerCase()));
  const chosen = query.getAll("metric");
  const open =
    chosen.length > 0
      ? listed.filter((metric) => chosen.includes(metric.name))
      : listed.slice(0, openByThemselves);
  const toggle = (metric: string) => {
    const shown = open.map((each) => each.name);
    const next = shown.includes(metric) ? shown.filter((each) => each !== metric) : [...shown, metric];
    setQuery(
      (before) => {
        const after = new URLSearchParams(before);
        after.delete("metric");
        for (const each of next.length === 0 ? [""] : next) after.append("metric", each);
        return after;
      },
      { replace: true },
    );
  };
  const lines = commandLines(place, location.origin);
  return (
    <>
      <div className="filters">
        <label>
          <span className="sr-only">{t.metrics.filter}</span>
          <input
            type="search"
            data-filter=""
            placeholder={t.common.filterKey}
            value={text}
            onChange={(event) => set({ q: event.target.value })}
          />
        </label>
        <button type="button" aria-pressed={isLog} onClick={() => set({ log: isLog ? "" : "1" })}>
          {t.common.logarithmic}
        </button>
        <p role="status" className="muted">
          {t.metrics.drawn(t.counts.metrics(listed.length), open.length)}
        </p>
      </div>
      <div className="chart-grid">
        {open.map((metric) => (
          <MetricChart
            key={metric.name}
            path={jobPath(place, experiment, name)}
            metric={metric}
            isLog={isLog}
          />
        ))}
      </div>
      <MetricTable metrics={listed} open={open} onToggle={toggle} />
      {open[0] !== undefined && (
        <CommandStrip
          label={t.common.pointsByCommandLine}
          lines={open.map((metric) => lines.jobCurve(experiment, name, metric.name))}
        />
      )}
    </>
  );
}

function MetricChart({ path, metric, isLog }: { path: string; metric: MetricResponse; isLog: boolean }) {
  const curve = useCurve(path, metric);
  const buckets = curve.data?.buckets;
  const curves = useMemo(
    () => [{ name: metric.name, points: bucketPoints(buckets ?? []) }],
    [buckets, metric.name],
  );
  return (
    <section className="chart-card" aria-label={metric.name}>
      <h2 translate="no">{metric.name}</h2>
      <DataState query={curve} what={metric.name}>
        {() => <LineChart label={metric.name} xLabel={t.common.chart.step} curves={curves} isLog={isLog} />}
      </DataState>
    </section>
  );
}

function MetricTable(props: {
  metrics: readonly MetricResponse[];
  open: readonly MetricResponse[];
  onToggle: (name: string) => void;
}) {
  const { metrics, open, onToggle } = props;
  return (
    <>
      <TableFrame label={t.metrics.metrics}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t.metrics.columns.drawn}</th>
              <th scope="col">{t.metrics.columns.metric}</th>
              <th scope="col">{t.metrics.columns.last}</th>
              <th scope="col">{t.metrics.columns.atStep}</th>
              <th scope="col">{t.metrics.columns.least}</th>
              <th scope="col">{t.metrics.columns.greatest}</th>
              <th scope="col">{t.metrics.columns.points}</th>
            </tr>
          </thead>
          <tbody>
            {metrics.slice(0, mostListed).map((metric) => (
              <tr key={metric.name}>
                <td>
                  <input
                    type="checkbox"
                    aria-label={t.metrics.draw(metric.name)}
                    checked={open.some(({ name }) => name === metric.name)}
                    onChange={() => onToggle(metric.name)}
                  />
                </td>
                <th scope="row" translate="no">
                  {metric.name}
                </th>
                <td>{numberText(metric.last)}</td>
                <td>{numberText(metric.lastStep)}</td>
                <td>{numberText(metric.min)}</td>
                <td>{numberText(metric.max)}</td>
                <td>{formats.number(metric.n)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableFrame>
      {metrics.length > mostListed && (
        <p className="muted">{t.counts.firstOfFilter(mostListed, metrics.length)}</p>
      )}
    </>
  );
}
