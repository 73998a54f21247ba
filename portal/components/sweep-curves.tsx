// The curves of the best of the trials that are chosen, together.
import { useMemo } from "react";
import { useSearchParams } from "wouter";
import type { SweepResponse } from "../../domain/sweep/wire.ts";
import { useTrialCurves } from "../api/sweep-queries.ts";
import { bucketPoints } from "../lib/chart-data.ts";
import type { Place } from "../lib/places.ts";
import { withMembers } from "../lib/query.ts";
import { sweepLines } from "../lib/sweep-lines.ts";
import { sweepRow } from "../lib/sweeps.ts";
import { t } from "../texts/texts.ts";
import { cellAt, numberOf } from "../lib/trials.ts";
import type { TrialColumns } from "../lib/trials.ts";
import { CommandStrip } from "./command-strip.tsx";
import { DataState, ErrorBox } from "./data-state.tsx";
import LineChart from "./line-chart.tsx";
import { useAxes, useBrushes, useSweepTrials } from "./use-trials.ts";

const amounts = [5, 10, 20] as const;

interface Props {
  readonly place: Place;
  readonly experiment: string;
  readonly path: string;
  readonly sweep: SweepResponse;
}

export default function SweepCurves(props: Props) {
  const { goal } = sweepRow(props.sweep);
  const { trials } = useSweepTrials(props.path, props.sweep, {
    orderby: goal === "minimize" ? "value" : "value desc",
  });
  return (
    <DataState query={trials} what={t.things.trials}>
      {(found) => <Curves {...props} data={found} />}
    </DataState>
  );
}

function Curves({ place, experiment, path, sweep, data }: Props & { data: TrialColumns }) {
  const [query, setQuery] = useSearchParams();
  const { metric, ended } = sweepRow(sweep);
  const { brushes } = useBrushes();
  const { chosen } = useAxes(data, sweep, brushes);
  const most = amounts.find((each) => String(each) === query.get("curves")) ?? 10;
  const isLog = query.get("log") === "1";
  const set = (changes: Readonly<Record<string, string>>) =>
    setQuery((before) => withMembers(before, changes), { replace: true });
  const names = chosen
    .filter((row) => numberOf(cellAt(data, "value", row)) !== null)
    .slice(0, most)
    .map((row) => Number(cellAt(data, "trial", row)));
  const found = useTrialCurves(path, metric, names, ended === undefined);
  const read = found.map(({ dataUpdatedAt }) => dataUpdatedAt).join();
  const curves = useMemo(
    () =>
      names.map((trial, index) => ({
        name: t.sweeps.trial(trial),
        points: bucketPoints(found[index]?.data?.buckets ?? []),
      })),
    // The lists are new with every look: by what is in them, and when it was read.
    [names.join(), read],
  );
  const error = found.find((each) => each.error !== null)?.error;
  const lines = sweepLines(place, location.origin, experiment);
  return (
    <>
      <div className="filters">
        <div role="group" aria-label={t.sweepCurves.howMany} className="segments">
          {amounts.map((amount) => (
            <button
              key={amount}
              type="button"
              aria-pressed={amount === most}
              onClick={() => set({ curves: amount === 10 ? "" : String(amount) })}
            >
              {t.sweepCurves.best(amount)}
            </button>
          ))}
        </div>
        <button type="button" aria-pressed={isLog} onClick={() => set({ log: isLog ? "" : "1" })}>
          {t.common.logarithmic}
        </button>
        <p className="muted" role="status">
          {t.sweepCurves.chosen(t.counts.curves(names.length), t.counts.trials(chosen.length))}
        </p>
      </div>
      {error !== undefined && error !== null && <ErrorBox error={error} what={t.things.curve} />}
      {names.length === 0 ? (
        <p className="muted">{t.sweepCurves.noneReported(metric)}</p>
      ) : (
        <LineChart label={metric} xLabel={t.common.chart.step} curves={curves} isLog={isLog} height={380} />
      )}
      {names.length > 0 && (
        <CommandStrip
          label={t.common.pointsByCommandLine}
          lines={names.map((trial) => lines.curve(sweep.name, trial, metric))}
        />
      )}
    </>
  );
}
