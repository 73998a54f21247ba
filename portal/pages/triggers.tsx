// Triggers and schedules: what each waits for, when it fires next, how the last ones went; paused and resumed by the filter.
import { useState } from "react";
import { Link, useSearchParams } from "wouter";
import { useFireTimes, useLastFirings, useTriggers } from "../api/trigger-queries.ts";
import { CommandStrip } from "../components/command-strip.tsx";
import { DataState, Empty } from "../components/data-state.tsx";
import { DecisionStrip } from "../components/decision-mark.tsx";
import { PauseDialog } from "../components/pause-dialog.tsx";
import { AbsoluteTime, StateMark } from "../components/state.tsx";
import { pages, triggerPath } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { withMembers } from "../lib/query.ts";
import { requestLines } from "../lib/request-lines.ts";
import { countText } from "../lib/texts.ts";
import { triggerLines } from "../lib/trigger-lines.ts";
import { kindOf, kinds, onText } from "../lib/triggers.ts";
import type { Kind, TriggerWire } from "../lib/triggers.ts";

/** Each row asks for its last firings: a longer list is filtered first. */
const mostRows = 100;

export default function Triggers({ place }: { place: Place }) {
  const triggers = useTriggers(place);
  return (
    <>
      <div className="page-head">
        <h1>Triggers and schedules</h1>
      </div>
      <DataState query={triggers} what="the triggers">
        {(found) =>
          found.length === 0 ? <NoTrigger place={place} /> : <Listed place={place} triggers={found} />
        }
      </DataState>
      <CommandStrip
        label="The same by command line"
        lines={[triggerLines(place, location.origin).triggers()]}
      />
    </>
  );
}

function NoTrigger({ place }: { place: Place }) {
  const body = {
    properties: {
      on: { schedule: { cron: "30 2 * * *", timeZone: "UTC" } },
      action: {
        experiment: "nightly",
        job: {
          properties: {
            cluster: { id: "CLUSTER-ID" },
            nodeCount: 1,
            stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/out",
            customToolkitSettings: { commandLine: "python3 train.py" },
          },
        },
      },
    },
  };
  const line = requestLines(location.origin, {
    method: "PUT",
    path: triggerPath(place, "nightly"),
    version: "2026-11-01",
    body,
  });
  return (
    <Empty title="There is no trigger">
      <p>
        A trigger starts jobs at times, when blobs or messages arrive, or when other jobs end. Every night at
        half past two:
      </p>
      <CommandStrip label="Create a trigger" lines={[line]} />
    </Empty>
  );
}

type Bulk = "pause" | "resume";

function Listed({ place, triggers }: { place: Place; triggers: readonly TriggerWire[] }) {
  const [query, setQuery] = useSearchParams();
  const [bulk, ask] = useState<Bulk>();
  const text = query.get("q") ?? "";
  const kind = (Object.keys(kinds) as Kind[]).find((each) => each === query.get("kind"));
  const isPaused = query.get("paused") === "1";
  const set = (changes: Readonly<Record<string, string>>) =>
    setQuery((before) => withMembers(before, changes), { replace: true });
  const rows = triggers.filter(
    (trigger) =>
      (kind === undefined || kindOf(trigger) === kind) &&
      (!isPaused || !trigger.properties.enabled) &&
      `${trigger.name} ${onText(trigger)}`.toLowerCase().includes(text.toLowerCase()),
  );
  const concerned = rows.filter(({ properties }) => properties.enabled === (bulk === "pause"));
  const running = rows.filter(({ properties }) => properties.enabled).length;
  return (
    <>
      <div className="filters">
        <label>
          <span className="sr-only">Filter by name or event</span>
          <input
            type="search"
            data-filter=""
            placeholder="Filter (/)"
            value={text}
            onChange={(event) => set({ q: event.target.value })}
          />
        </label>
        <div role="group" aria-label="Kinds" className="segments">
          {(Object.keys(kinds) as Kind[]).map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={kind === each}
              onClick={() => set({ kind: kind === each ? "" : each })}
            >
              {kinds[each]}{" "}
              <span className="number">{triggers.filter((trigger) => kindOf(trigger) === each).length}</span>
            </button>
          ))}
          <button type="button" aria-pressed={isPaused} onClick={() => set({ paused: isPaused ? "" : "1" })}>
            Paused
          </button>
        </div>
      </div>
      <div className="list-head">
        <p role="status">{countText(rows.length, "trigger")}</p>
        <div className="actions">
          <button type="button" disabled={running === 0} onClick={() => ask("pause")}>
            Pause all listed
          </button>
          <button type="button" disabled={running === rows.length} onClick={() => ask("resume")}>
            Resume all listed
          </button>
        </div>
      </div>
      <TriggerTable place={place} rows={rows.slice(0, mostRows)} />
      {rows.length > mostRows && (
        <p className="muted">{`The first ${mostRows} of ${rows.length.toLocaleString()}: filter them.`}</p>
      )}
      {bulk !== undefined && (
        <PauseDialog
          place={place}
          isPause={bulk === "pause"}
          names={concerned.map(({ name }) => name)}
          onClose={() => ask(undefined)}
        />
      )}
    </>
  );
}

function TriggerTable({ place, rows }: { place: Place; rows: readonly TriggerWire[] }) {
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label="Triggers">
      <table>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">State</th>
            <th scope="col">Waits for</th>
            <th scope="col">Next</th>
            <th scope="col">Last 20 decisions</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((trigger) => (
            <Row key={trigger.id} place={place} trigger={trigger} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ place, trigger }: { place: Place; trigger: TriggerWire }) {
  const { name, properties } = trigger;
  const path = triggerPath(place, name);
  const firings = useLastFirings(path);
  const next = useFireTimes(path, kindOf(trigger) === "schedule" && properties.enabled, 1);
  const first = next.data?.[0];
  return (
    <tr>
      <th scope="row">
        <Link href={pages.trigger(place, name)}>{name}</Link>
      </th>
      <td>
        <StateMark state={properties.enabled ? "enabled" : "paused"} />
        {properties.paused?.reason !== undefined && (
          <span className="muted"> {properties.paused.reason}</span>
        )}
      </td>
      <td>{onText(trigger)}</td>
      <td>{first === undefined ? "" : <AbsoluteTime value={first.time} />}</td>
      <td>
        {firings.data !== undefined && <DecisionStrip firings={firings.data.value} />}
        {firings.data === undefined && firings.error !== null && (
          <span className="error-text">{firings.error.message}</span>
        )}
      </td>
    </tr>
  );
}
