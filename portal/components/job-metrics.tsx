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
import { countText } from "../lib/texts.ts";
import { CommandStrip } from "./command-strip.tsx";
import { DataState, Empty } from "./data-state.tsx";
import LineChart from "./line-chart.tsx";

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
    <DataState query={metrics} what="the metrics">
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
    <Empty title={isGrowing ? "No metric was reported yet" : "The job reported no metric"}>
      <p>A line in the metrics file, from any program:</p>
      <CommandStrip label="Report a metric by a file" lines={[{ batchai: file }]} />
      <p>
        MLflow&apos;s client, which finds the service by itself: <code>{mlflow}</code>
      </p>
      <p>Programs that only print are read by an expression in a sweep.</p>
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
          <span className="sr-only">Filter the metrics by name</span>
          <input
            type="search"
            data-filter=""
            placeholder="Filter (/)"
            value={text}
            onChange={(event) => set({ q: event.target.value })}
          />
        </label>
        <button type="button" aria-pressed={isLog} onClick={() => set({ log: isLog ? "" : "1" })}>
          Logarithmic
        </button>
        <p role="status" className="muted">
          {countText(listed.length, "metric")}, {open.length} drawn
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
          label="The points by command line"
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
      <h2>{metric.name}</h2>
      <DataState query={curve} what={metric.name}>
        {() => <LineChart label={metric.name} xLabel="step" curves={curves} isLog={isLog} />}
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
      <div className="table-frame" tabIndex={0} role="region" aria-label="Metrics">
        <table>
          <thead>
            <tr>
              <th scope="col">Drawn</th>
              <th scope="col">Metric</th>
              <th scope="col">Last</th>
              <th scope="col">At step</th>
              <th scope="col">Least</th>
              <th scope="col">Greatest</th>
              <th scope="col">Points</th>
            </tr>
          </thead>
          <tbody>
            {metrics.slice(0, mostListed).map((metric) => (
              <tr key={metric.name}>
                <td>
                  <input
                    type="checkbox"
                    aria-label={`Draw ${metric.name}`}
                    checked={open.some(({ name }) => name === metric.name)}
                    onChange={() => onToggle(metric.name)}
                  />
                </td>
                <th scope="row">{metric.name}</th>
                <td>{numberText(metric.last)}</td>
                <td>{numberText(metric.lastStep)}</td>
                <td>{numberText(metric.min)}</td>
                <td>{numberText(metric.max)}</td>
                <td>{metric.n.toLocaleString()}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {metrics.length > mostListed && (
        <p className="muted">
          The first {mostListed} of {metrics.length.toLocaleString()}: filter them by name.
        </p>
      )}
    </>
  );
}
