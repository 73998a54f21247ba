// The trials of a sweep as a table: the service filters and sorts, whatever their number; brushes of the overview hold here, too.
import { useEffect, useState } from "react";
import { Link, useLocation, useSearchParams } from "wouter";
import type { SweepResponse } from "../../domain/sweep/wire.ts";
import { numberText } from "../lib/chart-data.ts";
import { pages } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { withMembers } from "../lib/query.ts";
import { sweepRow, trialStates } from "../lib/sweeps.ts";
import type { ParameterAxis } from "../lib/sweeps.ts";
import { formats } from "../lib/formats.ts";
import { t } from "../texts/texts.ts";
import { cellAt, jobOfRow, parameterField, trialQuery } from "../lib/trials.ts";
import type { TrialColumns, TrialJob } from "../lib/trials.ts";
import { trialViewOf } from "../lib/trial-view.ts";
import { DataState } from "./data-state.tsx";
import { Grid } from "./grid.tsx";
import type { Column } from "./grid.tsx";
import { StateMark } from "./state.tsx";
import { useAxes, useBrushes, useSweepTrials } from "./use-trials.ts";

const parametersShown = 10;

interface Props {
  readonly place: Place;
  readonly experiment: string;
  readonly path: string;
  readonly sweep: SweepResponse;
}

export default function SweepTrials(props: Props) {
  const [query, setQuery] = useSearchParams();
  const view = trialViewOf(query);
  const { parameters, trials } = useSweepTrials(props.path, props.sweep, trialQuery(view));
  const set = (changes: Readonly<Record<string, string>>) =>
    setQuery((before) => withMembers(before, changes), { replace: true });
  return (
    <>
      <FilterForm key={view.filter} filter={view.filter} onFilter={(filter) => set({ filter })} />
      <DataState query={trials} what={t.things.trialTable}>
        {(found) => (
          <>
            <States
              counts={found.counts}
              chosen={view.states[0] ?? ""}
              onChoose={(state) => set({ state })}
            />
            <Table
              {...props}
              data={found}
              parameters={parameters}
              sort={view.sort}
              onSort={(sort) => set({ sort })}
            />
          </>
        )}
      </DataState>
    </>
  );
}

function FilterForm({ filter, onFilter }: { filter: string; onFilter: (filter: string) => void }) {
  const [text, type] = useState(filter);
  return (
    <form
      className="inline-form"
      onSubmit={(event) => {
        event.preventDefault();
        onFilter(text.trim());
      }}
    >
      <label className="grow">
        {t.common.filter}
        <input
          data-filter=""
          translate="no"
          value={text}
          placeholder="value lt 0.3 and params.LR gt 0.01"
          onChange={(event) => type(event.target.value)}
        />
      </label>
      <button type="submit">{t.common.filter}</button>
      {filter !== "" && (
        <button type="button" onClick={() => onFilter("")}>
          {t.common.all}
        </button>
      )}
    </form>
  );
}

function States(props: {
  counts: Readonly<Record<string, number>>;
  chosen: string;
  onChoose: (state: string) => void;
}) {
  const { counts, chosen, onChoose } = props;
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return (
    <div role="group" aria-label={t.sweepTrials.states} className="segments">
      <button type="button" aria-pressed={chosen === ""} onClick={() => onChoose("")}>
        {t.common.all} <span className="number">{formats.number(total)}</span>
      </button>
      {trialStates
        .filter((state) => (counts[state] ?? 0) > 0 || state === chosen)
        .map((state) => (
          <button
            key={state}
            type="button"
            aria-pressed={chosen === state}
            onClick={() => onChoose(chosen === state ? "" : state)}
          >
            <StateMark state={state} /> <span className="number">{formats.number(counts[state] ?? 0)}</span>
          </button>
        ))}
    </div>
  );
}

interface TableProps extends Props {
  readonly data: TrialColumns;
  readonly parameters: readonly ParameterAxis[];
  readonly sort: string;
  readonly onSort: (sort: string) => void;
}

function Table(props: TableProps) {
  const { place, experiment, sweep, data, parameters, sort, onSort } = props;
  const [, go] = useLocation();
  const { brushes, brush } = useBrushes();
  const { rows, chosen } = useAxes(data, sweep, brushes);
  const isDescending = sort.startsWith("-");
  const key = isDescending ? sort.slice(1) : sort;
  const isBrushed = Object.keys(brushes).length > 0;
  useMeasure(data);
  const pageOf = (row: number) => jobPage(place, jobOfRow(data, row, experiment));
  return (
    <>
      <div className="list-head">
        <p role="status">
          {isBrushed
            ? t.sweepTrials.chosenOnOverview(chosen.length, t.counts.trials(rows.length))
            : t.counts.trials(rows.length)}
          {parameters.length > parametersShown &&
            t.sweepTrials.firstParameters(parametersShown, parameters.length)}
        </p>
        {isBrushed && (
          <button type="button" onClick={() => brush({})}>
            {t.sweepTrials.chooseAll}
          </button>
        )}
      </div>
      <Grid<number, string>
        label={t.sweepTrials.trials}
        rows={chosen}
        columns={columnsOf(props)}
        idOf={(row) => String(cellAt(data, "trial", row))}
        onOpen={(row) => go(pageOf(row))}
        sorting={{
          key,
          isDescending,
          by: (field) => onSort(field === key && !isDescending ? `-${field}` : field),
        }}
      />
    </>
  );
}

const jobPage = (place: Place, { experiment, job }: TrialJob) => pages.job(place, experiment, job);

/** Marks for the bench: when rows were first there to be looked at. */
function useMeasure(data: TrialColumns): void {
  useEffect(() => {
    performance.mark("trials-shown");
  }, [data]);
}

function columnsOf({
  place,
  experiment,
  sweep,
  data,
  parameters,
}: TableProps): readonly Column<number, string>[] {
  const plain = (key: string, title: string, width: string): Column<number, string> => ({
    key,
    title,
    width,
    sort: key,
    cell: (row) => numberText(cellAt(data, key, row) ?? undefined),
  });
  const named = (key: string, name: string) => ({
    ...plain(key, name, "minmax(6rem, 1fr)"),
    isData: true,
    isDataTitle: true,
  });
  return [
    {
      ...plain("trial", t.sweepTrials.trial, "5.5rem"),
      cell: (row) => (
        <Link href={jobPage(place, jobOfRow(data, row, experiment))}>
          {String(cellAt(data, "trial", row))}
        </Link>
      ),
    },
    {
      ...plain("state", t.sweepTrials.state, "8.5rem"),
      cell: (row) => (
        <>
          <StateMark state={String(cellAt(data, "state", row))} />
          {jobOfRow(data, row, experiment).isTaken && (
            <span className="muted" title={t.sweepTrials.takenWhy}>
              {" "}
              {t.sweepTrials.taken}
            </span>
          )}
        </>
      ),
    },
    named("value", sweepRow(sweep).metric),
    ...parameters.slice(0, parametersShown).map(({ name }) => named(parameterField(name), name)),
    plain("attempt", t.sweepTrials.attempt, "6rem"),
    plain("exitCode", t.sweepTrials.exitCode, "6.5rem"),
  ];
}
