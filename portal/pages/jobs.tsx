// The jobs of a workspace: filtered, sorted, counted, acted on together. The address holds all of that but the selection.
import { useMemo, useState } from "react";
import { Link, useLocation, useSearchParams } from "wouter";
import { useExperiments, useJobs } from "../api/queries.ts";
import type { JobList } from "../api/queries.ts";
import { BulkDialog } from "../components/bulk-dialog.tsx";
import type { BulkVerb } from "../components/bulk-dialog.tsx";
import { CommandStrip } from "../components/command-strip.tsx";
import { DataState, Empty } from "../components/data-state.tsx";
import { Grid } from "../components/grid.tsx";
import type { Column } from "../components/grid.tsx";
import { StateMark, Time, useNow } from "../components/state.tsx";
import { commandLines } from "../lib/command-lines.ts";
import {
  countsByState,
  durationMs,
  hasEnded,
  inStates,
  jobStates,
  matching,
  sorted,
  viewOf,
  viewQuery,
} from "../lib/jobs.ts";
import type { JobRow, JobView, SortKey } from "../lib/jobs.ts";
import { pages } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { formats } from "../lib/formats.ts";
import { durationText } from "../lib/texts.ts";
import { t } from "../texts/texts.ts";

export default function Jobs({ place }: { place: Place }) {
  const [query, setQuery] = useSearchParams();
  const experiment = query.get("experiment") ?? "";
  const jobs = useJobs(place, experiment);
  const view = viewOf(query);
  const change = (changed: Partial<JobView> & { experiment?: string }) => {
    const { experiment: chosen = experiment, ...rest } = changed;
    const members = { ...viewQuery({ ...view, ...rest }), experiment: chosen };
    setQuery(new URLSearchParams(Object.entries(members).filter(([, value]) => value !== "")), {
      replace: true,
    });
  };
  const lines = commandLines(place, location.origin);
  return (
    <>
      <div className="page-head">
        <h1>{t.jobs.title}</h1>
        <Link href={pages.newJob(place)} className="button primary">
          {t.jobs.newJob}
        </Link>
      </div>
      <DataState query={jobs} what={t.things.jobs}>
        {(found) => (
          <JobsView place={place} list={found} view={view} experiment={experiment} onChange={change} />
        )}
      </DataState>
      <CommandStrip
        label={t.common.sameByCommandLine}
        lines={
          experiment === ""
            ? [lines.experiments(), ...experimentsOf(jobs.data).map(lines.jobs)]
            : [lines.jobs(experiment)]
        }
      />
    </>
  );
}

function experimentsOf(list: JobList | undefined): readonly string[] {
  return [...new Set((list?.jobs ?? []).map(({ experiment }) => experiment))].slice(0, 5);
}

interface ViewProps {
  readonly place: Place;
  readonly list: JobList;
  readonly view: JobView;
  readonly experiment: string;
  readonly onChange: (changed: Partial<JobView> & { experiment?: string }) => void;
}

function JobsView({ place, list, view, experiment, onChange }: ViewProps) {
  const [, go] = useLocation();
  const [chosen, choose] = useState<ReadonlySet<string>>(new Set());
  const [verb, ask] = useState<BulkVerb>();
  const key = JSON.stringify(view);
  // By its content: the object is new with every look at the address.
  const found = useMemo(() => matching(list.jobs, view), [list.jobs, key]);
  const rows = useMemo(() => sorted(inStates(found, view), view, Date.now()), [found, key]);
  const selected = useMemo(() => rows.filter(({ id }) => chosen.has(id)), [rows, chosen]);
  if (list.jobs.length === 0 && list.isWhole && experiment === "") return <NoJobs place={place} />;
  const toggle = (id: string) => choose((before) => toggled(before, id));
  const toggleAll = () =>
    choose(selected.length === rows.length ? new Set() : new Set(rows.map(({ id }) => id)));
  return (
    <>
      <Filters
        {...{ place, view, experiment, onChange }}
        counts={countsByState(found)}
        total={found.length}
      />
      <div className="list-head">
        <p role="status">
          {t.counts.jobs(rows.length)}
          {!list.isWhole && t.jobs.soFar}
          {selected.length > 0 && t.counts.selected(selected.length)}
        </p>
        <div className="actions">
          <button
            type="button"
            disabled={!selected.some((job) => !hasEnded(job))}
            onClick={() => ask("terminate")}
          >
            {t.common.terminate}
          </button>
          <button
            type="button"
            className="danger"
            disabled={selected.length === 0}
            onClick={() => ask("delete")}
          >
            {t.common.delete}
          </button>
        </div>
      </div>
      <Grid<JobRow, SortKey>
        label={t.jobs.title}
        rows={rows}
        columns={columnsAt(place)}
        idOf={({ id }) => id}
        onOpen={(job) => go(pages.job(place, job.experiment, job.name))}
        sorting={{
          key: view.sort,
          isDescending: view.isDescending,
          by: (sort) =>
            onChange({
              sort,
              isDescending:
                sort === view.sort ? !view.isDescending : sort === "created" || sort === "duration",
            }),
        }}
        selection={{ ids: chosen, toggle, toggleAll }}
      />
      {verb !== undefined && (
        <BulkDialog
          place={place}
          verb={verb}
          jobs={verb === "terminate" ? selected.filter((job) => !hasEnded(job)) : selected}
          onClose={() => ask(undefined)}
        />
      )}
    </>
  );
}

function toggled(before: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const after = new Set(before);
  if (!after.delete(id)) after.add(id);
  return after;
}

interface FilterProps extends Omit<ViewProps, "list"> {
  readonly counts: Readonly<Record<string, number>>;
  readonly total: number;
}

function Filters({ place, view, experiment, onChange, counts, total }: FilterProps) {
  const experiments = useExperiments(place);
  const names = (experiments.data ?? []).map(({ name }) => name);
  const toggledStates = (state: (typeof jobStates)[number]) =>
    view.states.includes(state) ? view.states.filter((one) => one !== state) : [...view.states, state];
  return (
    <div className="filters">
      <label>
        <span className="sr-only">{t.jobs.filter}</span>
        <input
          type="search"
          data-filter=""
          placeholder={t.common.filterKey}
          value={view.text}
          onChange={(event) => onChange({ text: event.target.value })}
        />
      </label>
      <label>
        <span className="sr-only">{t.common.experiment}</span>
        <select value={experiment} onChange={(event) => onChange({ experiment: event.target.value })}>
          <option value="">{t.common.allExperiments}</option>
          {(names.includes(experiment) || experiment === "" ? names : [experiment, ...names]).map((name) => (
            <option key={name} translate="no">
              {name}
            </option>
          ))}
        </select>
      </label>
      <div role="group" aria-label={t.jobs.states} className="segments">
        <button
          type="button"
          aria-pressed={view.states.length === 0}
          onClick={() => onChange({ states: [] })}
        >
          {t.common.all} <span className="number">{formats.number(total)}</span>
        </button>
        {jobStates.map((state) => (
          <button
            key={state}
            type="button"
            aria-pressed={view.states.includes(state)}
            onClick={() => onChange({ states: toggledStates(state) })}
          >
            <StateMark state={state} /> <span className="number">{formats.number(counts[state] ?? 0)}</span>
          </button>
        ))}
      </div>
      {view.cluster !== "" && (
        <button
          type="button"
          onClick={() => onChange({ cluster: "" })}
          title={t.jobs.ofAllClusters(view.cluster)}
        >
          {t.jobs.ofCluster(view.cluster)}
        </button>
      )}
    </div>
  );
}

function NoJobs({ place }: { place: Place }) {
  return (
    <Empty title={t.jobs.none}>
      <p>{t.jobs.submitOr(<Link href={pages.newJob(place)}>{t.jobs.submitHere}</Link>)}</p>
      <CommandStrip label={t.jobs.runProgram} lines={[{ batchai: "batchai run -- python3 train.py" }]} />
    </Empty>
  );
}

function Duration({ job }: { job: JobRow }) {
  const ms = durationMs(job, useNow());
  return ms === undefined ? <span className="muted">–</span> : durationText(ms);
}

function columnsAt(place: Place): readonly Column<JobRow, SortKey>[] {
  return [
    {
      key: "name",
      title: t.jobs.name,
      isData: true,
      width: "minmax(9rem, 2fr)",
      sort: "name",
      cell: (job) => (
        <Link href={pages.job(place, job.experiment, job.name)} tabIndex={-1}>
          {job.name}
        </Link>
      ),
    },
    {
      key: "state",
      title: t.jobs.state,
      width: "8.5rem",
      sort: "state",
      cell: (job) => <StateMark state={job.isDeleting ? "deleting" : job.state} />,
    },
    {
      key: "experiment",
      title: t.jobs.experiment,
      isData: true,
      width: "minmax(6rem, 1fr)",
      sort: "experiment",
      cell: (job) => job.experiment,
    },
    {
      key: "cluster",
      title: t.jobs.cluster,
      isData: true,
      width: "minmax(6rem, 1fr)",
      sort: "cluster",
      cell: (job) => job.cluster,
    },
    {
      key: "nodes",
      title: t.jobs.nodes,
      width: "6rem",
      sort: "nodes",
      cell: (job) => formats.number(job.nodes),
    },
    { key: "tool", title: t.jobs.tool, isData: true, width: "8rem", sort: "tool", cell: (job) => job.tool },
    {
      key: "duration",
      title: t.jobs.ranFor,
      width: "8rem",
      sort: "duration",
      cell: (job) => <Duration job={job} />,
    },
    {
      key: "created",
      title: t.jobs.submitted,
      width: "7.5rem",
      sort: "created",
      cell: (job) => <Time value={job.created} />,
    },
  ];
}
