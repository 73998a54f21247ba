// A sweep at a glance: the best result so far, its trials as parallel coordinates, and how strongly each parameter goes with the result.
import { useEffect, useMemo, useState } from "react";
import { useSearchParams } from "wouter";
import type { SweepResponse } from "../../domain/sweep/wire.ts";
import type { Place } from "../lib/places.ts";
import { withMembers } from "../lib/query.ts";
import { sweepRow } from "../lib/sweeps.ts";
import { associations, bestSoFar } from "../lib/trials.ts";
import type { TrialColumns } from "../lib/trials.ts";
import { DataState } from "./data-state.tsx";
import LineChart from "./line-chart.tsx";
import { ParallelCoordinates } from "./parallel-coordinates.tsx";
import { NoResults, NoTrials } from "./sweep-empty.tsx";
import { useAxes, useBrushes, useSweepTrials } from "./use-trials.ts";
import { formats } from "../lib/formats.ts";
import { t } from "../texts/texts.ts";
import { TableFrame } from "./table-frame.tsx";

interface Props {
  readonly place: Place;
  readonly experiment: string;
  readonly path: string;
  readonly sweep: SweepResponse;
}

export default function SweepOverview(props: Props) {
  const { trials } = useSweepTrials(props.path, props.sweep);
  return (
    <DataState query={trials} what={t.things.trials}>
      {(found) =>
        found.total === 0 ? <NoTrials path={props.path} /> : <Charts sweep={props.sweep} data={found} />
      }
    </DataState>
  );
}

function Charts({ sweep, data }: { sweep: SweepResponse; data: TrialColumns }) {
  const { metric, goal } = sweepRow(sweep);
  const isDrawn = useDrawn();
  const [query, setQuery] = useSearchParams();
  const isLog = query.get("log") === "1";
  const set = (changes: Readonly<Record<string, string>>) =>
    setQuery((before) => withMembers(before, changes), { replace: true });
  const { brushes, brush } = useBrushes();
  const { axes, rows } = useAxes(data, sweep, brushes);
  const curves = useMemo(() => {
    const history = bestSoFar(data.columns["trial"] ?? [], data.columns["value"] ?? [], goal);
    const reported = history.filter(({ value }) => value !== null);
    return [
      {
        name: metric,
        shape: "dots" as const,
        points: reported.map(({ trial, value }) => ({ x: trial, y: value })),
      },
      {
        name: t.sweepOverview.bestCurve,
        shape: "steps" as const,
        points: reported.map(({ trial, best }) => ({ x: trial, y: best })),
      },
    ];
  }, [data, goal, metric]);
  const hasResults = (curves[0]?.points.length ?? 0) > 0;
  return (
    <>
      {hasResults ? (
        <section aria-labelledby="history-title">
          <div className="list-head">
            <h2 id="history-title">{t.sweepOverview.bestSoFar}</h2>
            <button type="button" aria-pressed={isLog} onClick={() => set({ log: isLog ? "" : "1" })}>
              {t.common.logarithmic}
            </button>
          </div>
          <LineChart
            label={t.sweepOverview.byTrial(metric)}
            xLabel={t.sweepOverview.trial}
            curves={curves}
            isLog={isLog}
          />
        </section>
      ) : (
        <NoResults sweep={sweep} data={data} />
      )}
      <section aria-labelledby="parallel-title">
        <h2 id="parallel-title">{t.sweepOverview.parametersAndResult}</h2>
        <ParallelCoordinates
          axes={axes}
          rows={rows}
          isSmallBest={goal === "minimize"}
          brushes={brushes}
          onBrush={brush}
        />
      </section>
      {isDrawn && <Strengths sweep={sweep} data={data} />}
    </>
  );
}

/** Ranks of ten thousand values take as long as all charts: they come in a task of their own, when the charts are there. */
function useDrawn(): boolean {
  const [isDrawn, told] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => told(true));
    return () => window.clearTimeout(timer);
  }, []);
  return isDrawn;
}

function Strengths({ sweep, data }: { sweep: SweepResponse; data: TrialColumns }) {
  const names = Object.keys(sweep.properties.searchSpace).join("\n");
  const found = useMemo(() => associations(data, names.split("\n")), [data, names]);
  if (found.length === 0) return null;
  return (
    <section aria-labelledby="strength-title">
      <h2 id="strength-title">{t.sweepOverview.strengths}</h2>
      <p className="muted">
        {t.sweepOverview.strengthsNote(<span translate="no">{sweepRow(sweep).metric}</span>)}
      </p>
      <TableFrame label={t.sweepOverview.correlations}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t.sweepOverview.parameter}</th>
              <th scope="col">{t.sweepOverview.correlation}</th>
              <th scope="col">
                <span className="sr-only">{t.sweepOverview.strength}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {found.map(({ name, correlation }) => (
              <tr key={name}>
                <th scope="row" translate="no">
                  {name}
                </th>
                <td>{formats.number(correlation, 2)}</td>
                <td>
                  <span className="share" aria-hidden="true">
                    <i style={{ width: `${Math.abs(correlation) * 100}%` }} />
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableFrame>
    </section>
  );
}
