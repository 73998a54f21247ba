// Runs side by side: where their parameters differ, what they reached, and their curves in one chart for each metric.
import { useMemo } from "react";
import { useSearchParams } from "wouter";
import { useRunCurves, useRunsById } from "../api/run-queries.ts";
import type { AskedCurve } from "../api/run-queries.ts";
import type { Place } from "../lib/places.ts";
import { withMembers } from "../lib/query.ts";
import { runLines } from "../lib/run-lines.ts";
import { fieldsIn, fieldText, hasDifferences } from "../lib/runs.ts";
import type { Field, RunRow } from "../lib/runs.ts";
import { t } from "../texts/texts.ts";
import { CommandStrip } from "./command-strip.tsx";
import { Empty, ErrorBox } from "./data-state.tsx";
import LineChart from "./line-chart.tsx";
import { RunFiles } from "./run-files.tsx";
import { fieldValue, RunDuration, RunLink, TrialLink } from "./run-parts.tsx";
import { StateMark, Time } from "./state.tsx";
import { TableFrame } from "./table-frame.tsx";

/** More curves in one chart tell nothing. */
const mostCompared = 20;
const drawnByThemselves = 4;
const mostDrawn = 6;
const mostRows = 300;

export default function RunComparison({ place, ids }: { place: Place; ids: readonly string[] }) {
  const [query, setQuery] = useSearchParams();
  const set = (changes: Readonly<Record<string, string | readonly string[]>>) =>
    setQuery((before) => withMembers(before, changes), { replace: true });
  const compared = ids.slice(0, mostCompared);
  const found = useRunsById(place, compared);
  const read = found.map(({ dataUpdatedAt }) => dataUpdatedAt).join();
  const runs = useMemo(() => found.flatMap(({ data }) => data ?? []), [compared.join("\n"), read]);
  const lines = runLines(place, location.origin);
  if (ids.length === 0)
    return (
      <Empty title={t.runComparison.noneSelected}>
        <p>{t.runComparison.selectSome}</p>
      </Empty>
    );
  return (
    <>
      {ids.length > compared.length && (
        <p className="banner" role="status">
          {t.runComparison.firstCompared(mostCompared, ids.length)}
        </p>
      )}
      {found.map(
        ({ error, refetch }, index) =>
          error !== null && (
            <ErrorBox
              key={compared[index]}
              error={error}
              what={compared[index] ?? ""}
              onRetry={() => void refetch()}
            />
          ),
      )}
      {found.some(({ isPending }) => isPending) ? (
        <p className="loading" role="status">
          {t.runComparison.reading}
        </p>
      ) : (
        runs.length > 0 && (
          <>
            <Differences
              place={place}
              runs={runs}
              isAll={query.get("all") === "1"}
              onAll={(isAll) => set({ all: isAll ? "1" : "" })}
              onRemove={(id) => set({ run: ids.filter((each) => each !== id) })}
            />
            <Curves place={place} runs={runs} />
            {runs.length === 1 && ids.length === 1 && <RunFiles place={place} id={runs[0]?.id ?? ""} />}
          </>
        )
      )}
      <CommandStrip label={t.runComparison.runsByCommandLine} lines={compared.map(lines.run)} />
    </>
  );
}

interface DifferencesProps {
  readonly place: Place;
  readonly runs: readonly RunRow[];
  readonly isAll: boolean;
  readonly onAll: (isAll: boolean) => void;
  readonly onRemove: (id: string) => void;
}

function Differences({ place, runs, isAll, onAll, onRemove }: DifferencesProps) {
  const params = useMemo(() => fieldsIn(runs, "params"), [runs]);
  const metrics = useMemo(() => fieldsIn(runs, "metrics"), [runs]);
  const differ = (fields: readonly Field[]) =>
    isAll || runs.length === 1 ? fields : fields.filter((field) => hasDifferences(runs, field));
  const shown = [differ(params), differ(metrics)] as const;
  const same = params.length + metrics.length - shown[0].length - shown[1].length;
  return (
    <section aria-labelledby="differences-title" className="run-comparison">
      <div className="list-head">
        <h2 id="differences-title">
          {runs.length === 1 ? t.runComparison.whatItIs : t.runComparison.whereTheyDiffer}
        </h2>
        {runs.length > 1 && (
          <p role="status">
            {t.runComparison.differ(t.counts.parameters(shown[0].length), t.counts.metrics(shown[1].length))}
            {same > 0 && t.runComparison.sameInAll(same)}
          </p>
        )}
        {runs.length > 1 && (
          <button type="button" aria-pressed={isAll} onClick={() => onAll(!isAll)}>
            {t.runComparison.alsoSame}
          </button>
        )}
      </div>
      <TableFrame label={t.runComparison.sideBySide}>
        <table>
          <thead>
            <tr>
              <th scope="col">
                <span className="sr-only">{t.runComparison.what}</span>
              </th>
              {runs.map((run) => (
                <th key={run.id} scope="col">
                  <RunLink place={place} run={run} />{" "}
                  <button
                    type="button"
                    className="quiet"
                    aria-label={t.runComparison.leaveOut(run.name)}
                    onClick={() => onRemove(run.id)}
                  >
                    ✕
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <Row
              title={t.runs.experiment}
              runs={runs}
              cell={(run) => <span translate="no">{run.experiment}</span>}
            />
            {runs.some(({ trial }) => trial !== undefined) && (
              <Row title={t.runs.trial} runs={runs} cell={(run) => <TrialLink place={place} run={run} />} />
            )}
            <Row title={t.runs.status} runs={runs} cell={(run) => <StateMark state={run.status} />} />
            <Row title={t.runs.started} runs={runs} cell={(run) => <Time value={run.started} />} />
            <Row title={t.runs.duration} runs={runs} cell={(run) => <RunDuration run={run} />} />
          </tbody>
          <Group title={t.runComparison.parameters} fields={shown[0]} runs={runs} />
          <Group title={t.runComparison.lastValues} fields={shown[1]} runs={runs} />
        </table>
      </TableFrame>
    </section>
  );
}

function Row(props: {
  title: string;
  runs: readonly RunRow[];
  cell: (run: RunRow) => React.ReactNode;
  isData?: boolean;
}) {
  return (
    <tr translate={props.isData === true ? "no" : undefined}>
      <th scope="row">{props.title}</th>
      {props.runs.map((run) => (
        <td key={run.id}>{props.cell(run)}</td>
      ))}
    </tr>
  );
}

function Group({
  title,
  fields,
  runs,
}: {
  title: string;
  fields: readonly Field[];
  runs: readonly RunRow[];
}) {
  if (fields.length === 0) return null;
  return (
    <tbody>
      <tr>
        <th scope="colgroup" colSpan={runs.length + 1} className="muted">
          {title}
          {fields.length > mostRows && t.runComparison.firstOf(mostRows, fields.length)}
        </th>
      </tr>
      {fields.slice(0, mostRows).map((field) => (
        <Row
          key={fieldText(field)}
          title={field.name}
          runs={runs}
          cell={(run) => fieldValue(run, field)}
          isData
        />
      ))}
    </tbody>
  );
}

function Curves({ place, runs }: { place: Place; runs: readonly RunRow[] }) {
  const [query, setQuery] = useSearchParams();
  const names = useMemo(() => fieldsIn(runs, "metrics").map(({ name }) => name), [runs]);
  const chosen = query.getAll("metric");
  const isLog = query.get("log") === "1";
  const drawn = (
    chosen.length === 0 ? names.slice(0, drawnByThemselves) : names.filter((name) => chosen.includes(name))
  ).slice(0, mostDrawn);
  const set = (changes: Readonly<Record<string, string | readonly string[]>>) =>
    setQuery((before) => withMembers(before, changes), { replace: true });
  const toggle = (name: string) =>
    set({
      metric: drawn.includes(name) ? drawn.filter((each) => each !== name) : [...drawn, name],
    });
  const lines = runLines(place, location.origin);
  if (names.length === 0) return <p className="muted">{t.runComparison.noMetric}</p>;
  return (
    <section aria-labelledby="curves-title" className="run-comparison">
      <div className="list-head">
        <h2 id="curves-title">{t.runComparison.curves}</h2>
        <button type="button" aria-pressed={isLog} onClick={() => set({ log: isLog ? "" : "1" })}>
          {t.common.logarithmic}
        </button>
      </div>
      <div role="group" aria-label={t.runComparison.atMostDrawn(mostDrawn)} className="segments">
        {names.slice(0, mostRows).map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={drawn.includes(name)}
            disabled={drawn.length === mostDrawn && !drawn.includes(name)}
            onClick={() => toggle(name)}
            translate="no"
          >
            {name}
          </button>
        ))}
      </div>
      <div className="chart-grid">
        {drawn.map((metric) => (
          <MetricChart key={metric} place={place} runs={runs} metric={metric} isLog={isLog} />
        ))}
      </div>
      <CommandStrip
        label={t.common.pointsByCommandLine}
        lines={drawn.flatMap((metric) => withMetric(runs, metric).map(({ run }) => lines.curve(run, metric)))}
      />
    </section>
  );
}

const withMetric = (runs: readonly RunRow[], metric: string): readonly AskedCurve[] =>
  runs.filter((run) => run.metrics.has(metric)).map((run) => ({ run, metric }));

interface ChartProps {
  readonly place: Place;
  readonly runs: readonly RunRow[];
  readonly metric: string;
  readonly isLog: boolean;
}

function MetricChart({ place, runs, metric, isLog }: ChartProps) {
  const asked = useMemo(() => withMetric(runs, metric), [runs, metric]);
  const found = useRunCurves(place, asked);
  const read = found.map(({ dataUpdatedAt }) => dataUpdatedAt).join();
  const curves = useMemo(
    () => asked.map(({ run }, index) => ({ name: labelOf(run, asked), points: found[index]?.data ?? [] })),
    // The list is new with every look: by when it was read.
    [asked, read],
  );
  const failed = found.find(({ error }) => error !== null);
  return (
    <section className="chart-card" aria-label={metric}>
      <h3 translate="no">{metric}</h3>
      {failed !== undefined && failed.error !== null && (
        <ErrorBox error={failed.error} what={metric} onRetry={() => void failed.refetch()} />
      )}
      <LineChart label={metric} xLabel={t.common.chart.step} curves={curves} isLog={isLog} />
    </section>
  );
}

/** Names are not unique, ids are. */
function labelOf(run: RunRow, asked: readonly AskedCurve[]): string {
  const isUnique = asked.every(({ run: other }) => other === run || other.name !== run.name);
  return isUnique ? run.name : run.id;
}
