// Runs: jobs, trials and what notebooks began, searched in MLflow's language, with the columns that somebody chose, and compared. The
// address holds all of that.
import { lazy, Suspense, useMemo, useState } from "react";
import { useLocation, useSearchParams } from "wouter";
import { useExperiments } from "../api/queries.ts";
import { runsAtOnce, useRuns } from "../api/run-queries.ts";
import { CommandStrip } from "../components/command-strip.tsx";
import { DataState, Empty } from "../components/data-state.tsx";
import { Grid } from "../components/grid.tsx";
import type { Column } from "../components/grid.tsx";
import { RunColumns } from "../components/run-columns.tsx";
import { fieldValue, pageOfRun, RunDuration, RunLink, TrialLink } from "../components/run-parts.tsx";
import { StateMark, Time } from "../components/state.tsx";
import type { Place } from "../lib/places.ts";
import { withMembers } from "../lib/query.ts";
import { runLines } from "../lib/run-lines.ts";
import { columnTexts, fieldsIn, fieldText, quotedField, runViewOf, usualFields } from "../lib/runs.ts";
import type { Field, RunRow, RunView } from "../lib/runs.ts";
import { t } from "../texts/texts.ts";

const Comparison = lazy(() => import("../components/run-comparison.tsx"));

type Change = (changes: Readonly<Record<string, string | readonly string[]>>, isStep?: boolean) => void;

export default function Runs({ place }: { place: Place }) {
  const [query, setQuery] = useSearchParams();
  const view = runViewOf(query);
  /** @param isStep that the browser's back goes back from. */
  const change: Change = (changes, isStep = false) =>
    setQuery((before) => withMembers(before, changes), { replace: !isStep });
  if (view.isComparison)
    return (
      <>
        <div className="page-head">
          <h1>{t.counts.runs(view.chosen.length)}</h1>
          <button type="button" onClick={() => change({ compare: "" }, true)}>
            {t.runs.backToList}
          </button>
        </div>
        <Suspense fallback={<p className="loading">{t.runs.openingComparison}</p>}>
          <Comparison place={place} ids={view.chosen} />
        </Suspense>
      </>
    );
  return (
    <>
      <h1>{t.runs.title}</h1>
      <Search place={place} view={view} onChange={change} />
    </>
  );
}

interface Props {
  readonly place: Place;
  readonly view: RunView;
  readonly onChange: Change;
}

function Search({ place, view, onChange }: Props) {
  const experiments = useExperiments(place);
  const all = (experiments.data ?? []).map(({ name }) => name);
  const searched =
    experiments.data === undefined ? undefined : view.experiment === "" ? all : [view.experiment];
  const runs = useRuns(place, view, searched);
  const lines = runLines(place, location.origin);
  return (
    <>
      <SearchForm key={view.filter} view={view} experiments={all} onChange={onChange} />
      <DataState query={experiments.data === undefined ? experiments : runs} what={t.things.runs}>
        {() =>
          runs.data !== undefined && (
            <Found
              place={place}
              view={view}
              onChange={onChange}
              pages={runs.data.pages}
              isMoreRead={runs.isFetchingNextPage}
              onMore={() => void runs.fetchNextPage()}
            />
          )
        }
      </DataState>
      {searched !== undefined && searched.length > 0 && (
        <CommandStrip label={t.common.sameByCommandLine} lines={[lines.search(view, searched, runsAtOnce)]} />
      )}
    </>
  );
}

function SearchForm(props: { view: RunView; experiments: readonly string[]; onChange: Change }) {
  const { view, experiments, onChange } = props;
  const [text, type] = useState(view.filter);
  const named =
    view.experiment === "" || experiments.includes(view.experiment)
      ? experiments
      : [view.experiment, ...experiments];
  return (
    <form
      className="inline-form"
      onSubmit={(event) => {
        event.preventDefault();
        onChange({ filter: text.trim() });
      }}
    >
      <label>
        {t.common.experiment}
        <select value={view.experiment} onChange={(event) => onChange({ experiment: event.target.value })}>
          <option value="">{t.common.allExperiments}</option>
          {named.map((name) => (
            <option key={name} translate="no">
              {name}
            </option>
          ))}
        </select>
      </label>
      <label className="grow">
        {t.common.filter}
        <input
          data-filter=""
          translate="no"
          value={text}
          placeholder="metrics.accuracy > 0.9 and params.lr = '0.1'"
          onChange={(event) => type(event.target.value)}
        />
      </label>
      <button type="submit">{t.runs.search}</button>
      {view.filter !== "" && (
        <button type="button" onClick={() => onChange({ filter: "" })}>
          {t.common.all}
        </button>
      )}
    </form>
  );
}

interface FoundProps extends Props {
  readonly pages: readonly { readonly rows: readonly RunRow[]; readonly next: string | undefined }[];
  readonly isMoreRead: boolean;
  readonly onMore: () => void;
}

function Found({ place, view, onChange, pages: found, isMoreRead, onMore }: FoundProps) {
  const [, go] = useLocation();
  const rows = useMemo(() => found.flatMap(({ rows: some }) => some), [found]);
  const metrics = useMemo(() => fieldsIn(rows, "metrics"), [rows]);
  const params = useMemo(() => fieldsIn(rows, "params"), [rows]);
  const usual = useMemo(() => usualFields(rows), [rows]);
  const shown = view.columns ?? usual;
  const chosen = useMemo(() => new Set(view.chosen), [view.chosen.join("\n")]);
  if (rows.length === 0) return <NoRuns place={place} view={view} onChange={onChange} />;
  const hasMore = found.at(-1)?.next !== undefined;
  const choose = (ids: readonly string[]) => onChange({ run: ids });
  const sortBy = (sort: string) => {
    const isDescending = sort === view.sort ? !view.isDescending : sort !== "run_name" && sort !== "status";
    onChange({ sort: sort === "start_time" && isDescending ? "" : `${isDescending ? "-" : ""}${sort}` });
  };
  return (
    <>
      <RunColumns
        metrics={metrics}
        params={params}
        shown={shown}
        onChange={(fields) => onChange({ column: fields === undefined ? [] : columnTexts(fields) })}
      />
      <div className="list-head">
        <p role="status">
          {t.counts.runs(rows.length)}
          {hasMore && t.runs.andMore}
          {chosen.size > 0 && t.counts.selected(chosen.size)}
        </p>
        <div className="actions">
          {chosen.size > 0 && (
            <button type="button" onClick={() => choose([])}>
              {t.runs.selectNone}
            </button>
          )}
          <button
            type="button"
            className="primary"
            disabled={chosen.size === 0}
            onClick={() => onChange({ compare: "1" }, true)}
          >
            {t.runs.compare}
          </button>
        </div>
      </div>
      <Grid<RunRow, string>
        label={t.runs.title}
        rows={rows}
        columns={columnsAt(place, rows, shown)}
        idOf={({ id }) => id}
        onOpen={(run) => go(pageOfRun(place, run))}
        sorting={{ key: view.sort, isDescending: view.isDescending, by: sortBy }}
        selection={{
          ids: chosen,
          toggle: (id) =>
            choose(chosen.has(id) ? view.chosen.filter((each) => each !== id) : [...view.chosen, id]),
          toggleAll: () => choose(rows.every(({ id }) => chosen.has(id)) ? [] : rows.map(({ id }) => id)),
        }}
      />
      {hasMore && (
        <p>
          <button type="button" disabled={isMoreRead} onClick={onMore}>
            {isMoreRead ? t.runs.readingMore : t.runs.more}
          </button>
        </p>
      )}
    </>
  );
}

function columnsAt(
  place: Place,
  rows: readonly RunRow[],
  shown: readonly Field[],
): readonly Column<RunRow, string>[] {
  const hasTrials = rows.some(({ trial }) => trial !== undefined);
  return [
    {
      key: "name",
      title: t.runs.run,
      isData: true,
      width: "minmax(9rem, 2fr)",
      sort: "run_name",
      cell: (run) => <RunLink place={place} run={run} />,
    },
    {
      key: "experiment",
      title: t.runs.experiment,
      isData: true,
      width: "minmax(6rem, 1fr)",
      cell: (run) => run.experiment,
    },
    ...(hasTrials
      ? [
          {
            key: "trial",
            title: t.runs.trial,
            isData: true,
            width: "minmax(6rem, 1fr)",
            cell: (run: RunRow) => <TrialLink place={place} run={run} />,
          },
        ]
      : []),
    {
      key: "status",
      title: t.runs.status,
      width: "8rem",
      sort: "status",
      cell: (run) => <StateMark state={run.status} />,
    },
    {
      key: "started",
      title: t.runs.started,
      width: "7.5rem",
      sort: "start_time",
      cell: (run) => <Time value={run.started} />,
    },
    { key: "duration", title: t.runs.duration, width: "7rem", cell: (run) => <RunDuration run={run} /> },
    ...shown.map((field) => {
      const isSortable = quotedField(field) !== undefined;
      return {
        key: fieldText(field),
        title: field.name,
        isData: true,
        isDataTitle: true,
        width: "minmax(6rem, 1fr)",
        ...(isSortable ? { sort: fieldText(field) } : {}),
        cell: (run: RunRow) => fieldValue(run, field),
      };
    }),
  ];
}

function NoRuns({ place, view, onChange }: Props) {
  if (view.filter !== "")
    return (
      <Empty title={t.runs.noneFound}>
        <p>{t.runs.noneFoundNote}</p>
        <button type="button" onClick={() => onChange({ filter: "" })}>
          {t.runs.withoutFilter}
        </button>
      </Empty>
    );
  const lines = runLines(place, location.origin);
  return (
    <Empty title={t.runs.none}>
      <p>{t.runs.noneNote}</p>
      <CommandStrip
        label={t.runs.begin}
        lines={[lines.begin(view.experiment === "" ? "first" : view.experiment)]}
      />
    </Empty>
  );
}
