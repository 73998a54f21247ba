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
import { formats } from "../lib/formats.ts";
import { stateText, t } from "../texts/texts.ts";
import { TableFrame } from "../components/table-frame.tsx";

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
        <h1>{t.sweeps.title}</h1>
      </div>
      <div className="filters">
        <label>
          <span className="sr-only">{t.sweeps.filter}</span>
          <input
            type="search"
            data-filter=""
            placeholder={t.common.filterKey}
            value={text}
            onChange={(event) => set({ q: event.target.value })}
          />
        </label>
        <label>
          <span className="sr-only">{t.common.experiment}</span>
          <select value={experiment} onChange={(event) => set({ experiment: event.target.value })}>
            <option value="">{t.common.allExperiments}</option>
            {(names ?? []).map((name) => (
              <option key={name} translate="no">
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
      <DataState query={experiments} what={t.things.experiments}>
        {() => (
          <DataState query={sweeps} what={t.things.sweeps}>
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
          label={t.common.sameByCommandLine}
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
    <Empty title={t.sweeps.none}>
      <p>{t.sweeps.noneNote}</p>
      <CommandStrip label={t.sweeps.createOne} lines={[{ batchai }]} />
    </Empty>
  );
}

function SweepTable({ place, rows }: { place: Place; rows: readonly SweepRow[] }) {
  return (
    <>
      <p role="status" className="muted">
        {t.counts.sweeps(rows.length)}
      </p>
      <TableFrame label={t.sweeps.title}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t.sweeps.name}</th>
              <th scope="col">{t.sweeps.experiment}</th>
              <th scope="col">{t.sweeps.state}</th>
              <th scope="col">{t.sweeps.best}</th>
              <th scope="col">{t.sweeps.trials}</th>
              <th scope="col">{t.sweeps.started}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.id}>
                <th scope="row">
                  <Link href={pages.sweep(place, row.experiment, row.name)} translate="no">
                    {row.name}
                  </Link>
                </th>
                <td translate="no">{row.experiment}</td>
                <td>
                  <StateMark state={row.isDeleting ? "deleting" : row.state} />
                </td>
                <td>
                  {row.best === undefined ? (
                    <span className="muted">
                      {t.sweeps.noResult(<span translate="no">{row.metric}</span>)}
                    </span>
                  ) : (
                    <>
                      <span translate="no">{row.metric}</span> {numberText(row.best.value)}{" "}
                      <span className="muted">{t.sweeps.trial(row.best.trial)}</span>
                    </>
                  )}
                </td>
                <td>
                  {formats.list(
                    trialStates
                      .filter((state) => (row.counts[state] ?? 0) > 0)
                      .map((state) => t.counts.inState(row.counts[state] ?? 0, stateText(state))),
                  ) || t.common.noneYet}
                </td>
                <td>
                  <Time value={row.started} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableFrame>
    </>
  );
}
