// The sweeps of a workspace, or of one experiment in it, newest first.
import { Link, useSearchParams } from "wouter";
import { useExperiments } from "../api/queries.ts";
import { useSweeps } from "../api/sweep-queries.ts";
import { CommandStrip } from "../components/command-strip.tsx";
import { DataState, Empty } from "../components/data-state.tsx";
import { StateMark, Time } from "../components/state.tsx";
import { numberText } from "../lib/chart-data.ts";
import { pages } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { withMembers } from "../lib/query.ts";
import { sweepLines } from "../lib/sweep-lines.ts";
import { sweepRow, trialStates } from "../lib/sweeps.ts";
import type { SweepRow } from "../lib/sweeps.ts";
import { countText } from "../lib/texts.ts";

const linesShown = 5;

export default function Sweeps({ place }: { place: Place }) {
  const [query, setQuery] = useSearchParams();
  const experiments = useExperiments(place);
  const names = experiments.data?.map(({ name }) => name);
  const experiment = query.get("experiment") ?? "";
  const wanted = experiment === "" ? names : [experiment];
  const sweeps = useSweeps(place, wanted);
  const text = query.get("q") ?? "";
  const set = (changes: Readonly<Record<string, string>>) =>
    setQuery((before) => withMembers(before, changes), { replace: true });
  return (
    <>
      <div className="page-head">
        <h1>Sweeps</h1>
      </div>
      <div className="filters">
        <label>
          <span className="sr-only">Filter by name, experiment, metric or state</span>
          <input
            type="search"
            data-filter=""
            placeholder="Filter (/)"
            value={text}
            onChange={(event) => set({ q: event.target.value })}
          />
        </label>
        <label>
          <span className="sr-only">Experiment</span>
          <select value={experiment} onChange={(event) => set({ experiment: event.target.value })}>
            <option value="">All experiments</option>
            {(names ?? []).map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      </div>
      <DataState query={experiments} what="the experiments">
        {() => (
          <DataState query={sweeps} what="the sweeps">
            {(found) =>
              found.length === 0 ? (
                <NoSweep place={place} experiment={wanted?.[0] ?? "digits"} />
              ) : (
                <SweepTable place={place} rows={shownRows(found.map(sweepRow), text)} />
              )
            }
          </DataState>
        )}
      </DataState>
      {(wanted ?? []).length > 0 && (
        <CommandStrip
          label="The same by command line"
          lines={(wanted ?? [])
            .slice(0, linesShown)
            .map((name) => sweepLines(place, location.origin, name).sweeps())}
        />
      )}
    </>
  );
}

function shownRows(rows: readonly SweepRow[], text: string): readonly SweepRow[] {
  const words = text.toLowerCase().split(/\s+/);
  return rows
    .filter(({ name, experiment, metric, state }) => {
      const all = `${name} ${experiment} ${metric} ${state}`.toLowerCase();
      return words.every((word) => all.includes(word));
    })
    .toSorted((a, b) => (a.started < b.started ? 1 : a.started > b.started ? -1 : 0));
}

function NoSweep({ place, experiment }: { place: Place; experiment: string }) {
  const batchai = `batchai sweep create -g ${place.group} -w ${place.workspace} -e ${experiment} -n rates -c CLUSTER -f sweep.json`;
  return (
    <Empty title="There is no sweep">
      <p>A sweep runs a job many times with other parameters, and looks for the best value of a metric.</p>
      <CommandStrip label="Create a sweep" lines={[{ batchai }]} />
    </Empty>
  );
}

function SweepTable({ place, rows }: { place: Place; rows: readonly SweepRow[] }) {
  return (
    <>
      <p role="status" className="muted">
        {countText(rows.length, "sweep")}
      </p>
      <div className="table-frame" tabIndex={0} role="region" aria-label="Sweeps">
        <table>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Experiment</th>
              <th scope="col">State</th>
              <th scope="col">Best</th>
              <th scope="col">Trials</th>
              <th scope="col">Started</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.id}>
                <th scope="row">
                  <Link href={pages.sweep(place, row.experiment, row.name)}>{row.name}</Link>
                </th>
                <td>{row.experiment}</td>
                <td>
                  <StateMark state={row.isDeleting ? "deleting" : row.state} />
                </td>
                <td>
                  {row.best === undefined ? (
                    <span className="muted">no {row.metric} yet</span>
                  ) : (
                    <>
                      {row.metric} {numberText(row.best.value)}{" "}
                      <span className="muted">trial {row.best.trial}</span>
                    </>
                  )}
                </td>
                <td>
                  {trialStates
                    .filter((state) => (row.counts[state] ?? 0) > 0)
                    .map((state) => `${(row.counts[state] ?? 0).toLocaleString()} ${state}`)
                    .join(", ") || "none yet"}
                </td>
                <td>
                  <Time value={row.started} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
