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
import { formats } from "../lib/formats.ts";
import { t } from "../texts/texts.ts";
import { triggerLines } from "../lib/trigger-lines.ts";
import { kindOf, kinds, onText } from "../lib/triggers.ts";
import type { TriggerWire } from "../lib/triggers.ts";
import { TableFrame } from "../components/table-frame.tsx";

/** Each row asks for its last firings: a longer list is filtered first. */
const mostRows = 100;

export default function Triggers({ place }: { place: Place }) {
  const triggers = useTriggers(place);
  return (
    <>
      <div className="page-head">
        <h1>{t.triggers.title}</h1>
      </div>
      <DataState query={triggers} what={t.things.triggers}>
        {(found) =>
          found.length === 0 ? <NoTrigger place={place} /> : <Listed place={place} triggers={found} />
        }
      </DataState>
      <CommandStrip
        label={t.common.sameByCommandLine}
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
    <Empty title={t.triggers.none}>
      <p>{t.triggers.noneNote}</p>
      <CommandStrip label={t.triggers.createOne} lines={[line]} />
    </Empty>
  );
}

type Bulk = "pause" | "resume";

function Listed({ place, triggers }: { place: Place; triggers: readonly TriggerWire[] }) {
  const [query, setQuery] = useSearchParams();
  const [bulk, ask] = useState<Bulk>();
  const text = query.get("q") ?? "";
  const kind = kinds.find((each) => each === query.get("kind"));
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
          <span className="sr-only">{t.triggers.filter}</span>
          <input
            type="search"
            data-filter=""
            placeholder={t.common.filterKey}
            value={text}
            onChange={(event) => set({ q: event.target.value })}
          />
        </label>
        <div role="group" aria-label={t.triggers.kindsLabel} className="segments">
          {kinds.map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={kind === each}
              onClick={() => set({ kind: kind === each ? "" : each })}
            >
              {t.triggers.kinds[each]}{" "}
              <span className="number">
                {formats.number(triggers.filter((trigger) => kindOf(trigger) === each).length)}
              </span>
            </button>
          ))}
          <button type="button" aria-pressed={isPaused} onClick={() => set({ paused: isPaused ? "" : "1" })}>
            {t.triggers.paused}
          </button>
        </div>
      </div>
      <div className="list-head">
        <p role="status">{t.counts.triggers(rows.length)}</p>
        <div className="actions">
          <button type="button" disabled={running === 0} onClick={() => ask("pause")}>
            {t.triggers.pauseAll}
          </button>
          <button type="button" disabled={running === rows.length} onClick={() => ask("resume")}>
            {t.triggers.resumeAll}
          </button>
        </div>
      </div>
      <TriggerTable place={place} rows={rows.slice(0, mostRows)} />
      {rows.length > mostRows && <p className="muted">{t.triggers.firstOf(mostRows, rows.length)}</p>}
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
    <TableFrame label={t.triggers.triggers}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t.triggers.name}</th>
            <th scope="col">{t.triggers.state}</th>
            <th scope="col">{t.triggers.waitsFor}</th>
            <th scope="col">{t.triggers.next}</th>
            <th scope="col">{t.triggers.lastDecisions}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((trigger) => (
            <Row key={trigger.id} place={place} trigger={trigger} />
          ))}
        </tbody>
      </table>
    </TableFrame>
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
        <Link href={pages.trigger(place, name)} translate="no">
          {name}
        </Link>
      </th>
      <td>
        <StateMark state={properties.enabled ? "enabled" : "paused"} />
        {properties.paused?.reason !== undefined && (
          <span className="muted" translate="no">{` ${properties.paused.reason}`}</span>
        )}
      </td>
      <td>{onText(trigger)}</td>
      <td>{first === undefined ? "" : <AbsoluteTime value={first.time} />}</td>
      <td>
        {firings.data !== undefined && <DecisionStrip firings={firings.data.value} />}
        {firings.data === undefined && firings.error !== null && (
          <span className="error-text" lang="en">
            {firings.error.message}
          </span>
        )}
      </td>
    </tr>
  );
}
