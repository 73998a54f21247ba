// What happened to the workspace, its clusters and its experiments, newest first. Events of a job are on its page.
import { useSearchParams } from "wouter";
import { useClusters, useEvents, useExperiments } from "../api/queries.ts";
import { CommandStrip } from "../components/command-strip.tsx";
import { DataState } from "../components/data-state.tsx";
import { EventList } from "../components/event-list.tsx";
import { commandLines } from "../lib/command-lines.ts";
import { clusterPath, experimentPath, workspacePath } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { t } from "../texts/texts.ts";

const periods = { hour: 3_600_000, day: 86_400_000, week: 604_800_000 } as const;
type Period = keyof typeof periods;
const names = Object.keys(periods) as readonly Period[];

export default function Events({ place }: { place: Place }) {
  const [query, setQuery] = useSearchParams();
  const period = names.find((name) => name === query.get("last")) ?? "day";
  const filter = query.get("q") ?? "";
  const clusters = useClusters(place);
  const experiments = useExperiments(place);
  const paths = [
    workspacePath(place),
    ...(clusters.data ?? []).map(({ name }) => clusterPath(place, name)),
    ...(experiments.data ?? []).map(({ name }) => experimentPath(place, name)),
  ];
  // To the minute, so that the same question is asked again.
  const since = new Date(Math.floor((Date.now() - periods[period]) / 60_000) * 60_000).toISOString();
  const events = useEvents(paths, since);
  const set = (name: string, value: string) =>
    setQuery(
      (before) => {
        const next = new URLSearchParams(before);
        if (value === "") next.delete(name);
        else next.set(name, value);
        return next;
      },
      { replace: true },
    );
  const lines = commandLines(place, location.origin);
  const isShown = (text: string) => text.toLowerCase().includes(filter.toLowerCase());
  return (
    <>
      <div className="page-head">
        <h1>{t.events.title}</h1>
      </div>
      <div className="filters">
        <label>
          <span className="sr-only">{t.events.filter}</span>
          <input
            type="search"
            data-filter=""
            placeholder={t.common.filterKey}
            value={filter}
            onChange={(event) => set("q", event.target.value)}
          />
        </label>
        <div role="group" aria-label={t.events.time} className="segments">
          {names.map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={name === period}
              onClick={() => set("last", name === "day" ? "" : name)}
            >
              {t.events.last[name]}
            </button>
          ))}
        </div>
      </div>
      <section className="card" aria-label={t.events.title}>
        <DataState query={events} what={t.things.events}>
          {(found) => <EventList isOfMany events={found.filter((event) => isShown(JSON.stringify(event)))} />}
        </DataState>
      </section>
      <CommandStrip
        label={t.common.sameByCommandLine}
        lines={paths.slice(0, 5).map((path) => lines.events(path))}
      />
    </>
  );
}
