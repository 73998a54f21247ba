// A trigger: what it waits for and does, when it fires next, and its ledger: what became of every event, also of those that started nothing.
import { useState } from "react";
import type { ReactNode } from "react";
import { Link, useLocation, useSearchParams } from "wouter";
import { call, ownApiVersion } from "../api/http.ts";
import { useRefresh } from "../api/queries.ts";
import { useFireTimes, useTrigger } from "../api/trigger-queries.ts";
import { ActionDialog } from "../components/action-dialog.tsx";
import { BackfillDialog } from "../components/backfill-dialog.tsx";
import { CommandStrip, CopyButton } from "../components/command-strip.tsx";
import { DataState } from "../components/data-state.tsx";
import { Firings } from "../components/firings.tsx";
import { PauseDialog } from "../components/pause-dialog.tsx";
import { RunDialog } from "../components/run-dialog.tsx";
import { AbsoluteTime, StateMark } from "../components/state.tsx";
import { Tabs } from "../components/tabs.tsx";
import { TestDialog } from "../components/test-dialog.tsx";
import { pages, triggerPath } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { withMembers } from "../lib/query.ts";
import { triggerLines } from "../lib/trigger-lines.ts";
import { kindOf, onText } from "../lib/triggers.ts";
import type { TriggerWire } from "../lib/triggers.ts";
import { t, wordFor } from "../texts/texts.ts";

const tabs = ["firings", "spec"] as const;

export default function Trigger({ place, name }: { place: Place; name: string }) {
  const trigger = useTrigger(place, name);
  const [query, setQuery] = useSearchParams();
  const tab = tabs.find((each) => each === query.get("tab")) ?? "firings";
  const lines = triggerLines(place, location.origin);
  return (
    <>
      {trigger.data === undefined && <h1 translate="no">{name}</h1>}
      <DataState query={trigger} what={t.things.trigger(name)}>
        {(found) => (
          <>
            <Head place={place} trigger={found} />
            <Facts place={place} trigger={found} />
            {kindOf(found) === "schedule" && <NextTimes place={place} trigger={found} />}
            <Tabs
              label={t.trigger.tabsLabel}
              tabs={tabs}
              tab={tab}
              onOpen={(chosen) =>
                setQuery((before) => withMembers(before, { tab: chosen === "firings" ? "" : chosen }), {
                  replace: true,
                })
              }
            />
            <div id={`panel-${tab}`} role="tabpanel" aria-labelledby={`tab-${tab}`} className="card">
              {tab === "firings" && <Firings place={place} trigger={name} />}
              {tab === "spec" && <Spec trigger={found} />}
            </div>
          </>
        )}
      </DataState>
      <CommandStrip
        label={t.common.sameByCommandLine}
        lines={
          tab === "spec"
            ? [lines.trigger(name)]
            : [
                lines.firings(name, query.get("decision") ?? ""),
                ...(trigger.data !== undefined && kindOf(trigger.data) === "schedule"
                  ? [lines.next(name)]
                  : []),
              ]
        }
      />
    </>
  );
}

type Asked = "pause" | "test" | "run" | "backfill" | "delete";

function Head({ place, trigger }: { place: Place; trigger: TriggerWire }) {
  const [asked, ask] = useState<Asked>();
  const { name, properties } = trigger;
  const kind = kindOf(trigger);
  const close = () => ask(undefined);
  const button = (which: Asked, title: string, className = "") => (
    <button type="button" className={className} onClick={() => ask(which)}>
      {title}
    </button>
  );
  return (
    <>
      <nav aria-label={t.common.whereThisIs} className="trail">
        <Link href={pages.triggers(place)}>{t.triggers.title}</Link>
      </nav>
      <div className="page-head">
        <h1>
          <span translate="no">{name}</span> <StateMark state={properties.enabled ? "enabled" : "paused"} />
        </h1>
        <div className="actions">
          {button("test", t.trigger.test)}
          {(kind === "schedule" || kind === "queueMessage") && button("run", t.trigger.runNow)}
          {kind === "schedule" && button("backfill", t.trigger.backfill)}
          {button("pause", properties.enabled ? t.trigger.pause : t.trigger.resume)}
          {button("delete", t.common.delete, "danger")}
        </div>
      </div>
      {properties.paused !== undefined && (
        <p className="banner">
          {t.trigger.pausedBy(
            <strong>{t.trigger.paused}</strong>,
            <span translate="no">{properties.paused.by}</span>,
            <AbsoluteTime value={properties.paused.at} />,
          )}
          {properties.paused.reason !== undefined && (
            <span translate="no">{`: ${properties.paused.reason}`}</span>
          )}
        </p>
      )}
      {asked === "pause" && (
        <PauseDialog place={place} names={[name]} isPause={properties.enabled} onClose={close} />
      )}
      {asked === "test" && <TestDialog place={place} trigger={trigger} onClose={close} />}
      {asked === "run" && <RunDialog place={place} trigger={trigger} onClose={close} />}
      {asked === "backfill" && <BackfillDialog place={place} name={name} onClose={close} />}
      {asked === "delete" && <DeleteTrigger place={place} name={name} onClose={close} />}
    </>
  );
}

function DeleteTrigger({ place, name, onClose }: { place: Place; name: string; onClose: () => void }) {
  const refresh = useRefresh();
  const [, go] = useLocation();
  return (
    <ActionDialog
      title={t.trigger.deleteOne(name)}
      verb={t.common.delete}
      lines={[triggerLines(place, location.origin).remove(name)]}
      onClose={onClose}
      act={async () => {
        await call(triggerPath(place, name), { version: ownApiVersion, method: "DELETE" });
        refresh();
        go(pages.triggers(place));
      }}
    >
      <p>{t.trigger.deleteNote}</p>
    </ActionDialog>
  );
}

function Facts({ place, trigger }: { place: Place; trigger: TriggerWire }) {
  const { overlap, maxConcurrent, savedBy, action } = trigger.properties;
  return (
    <dl className="facts card">
      <Fact term={t.trigger.waitsFor}>{onText(trigger)}</Fact>
      <Fact term={action.sweep === undefined ? t.trigger.startsJobsIn : t.trigger.startsSweepsIn}>
        <Link
          href={`${action.sweep === undefined ? pages.jobs(place) : pages.sweeps(place)}?experiment=${encodeURIComponent(action.experiment)}`}
          translate="no"
        >
          {action.experiment}
        </Link>
      </Fact>
      <Fact term={t.trigger.overlap(<span translate="no">{overlap}</span>)}>
        {wordFor(overlap, t.overlaps)}
        {maxConcurrent !== undefined && t.trigger.atMostAtOnce(maxConcurrent)}
      </Fact>
      <Fact term={t.trigger.actsAs}>
        <span translate="no">{savedBy}</span>
      </Fact>
    </dl>
  );
}

function Fact({ term, children }: { term: ReactNode; children: ReactNode }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function NextTimes({ place, trigger }: { place: Place; trigger: TriggerWire }) {
  const times = useFireTimes(triggerPath(place, trigger.name), true, 5);
  return (
    <section className="card" aria-labelledby="next-title">
      <h2 id="next-title">{trigger.properties.enabled ? t.trigger.nextTimes : t.trigger.nextTimesPaused}</h2>
      <DataState query={times} what={t.things.fireTimes}>
        {(found) => (
          <ol className="plain-list">
            {found.map(({ time, local, edge }) => (
              <li key={time}>
                <span translate="no">{local.replace("T", " ")}</span>{" "}
                <span className="muted" translate="no">
                  {time}
                </span>{" "}
                {edge !== undefined && <strong>{wordFor(edge, t.trigger.edges)}</strong>}
              </li>
            ))}
            {found.length === 0 && <li className="muted">{t.trigger.noNextTimes}</li>}
          </ol>
        )}
      </DataState>
    </section>
  );
}

function Spec({ trigger }: { trigger: TriggerWire }) {
  const text = JSON.stringify(trigger, undefined, 2);
  return (
    <>
      <p>
        <CopyButton text={text} what={t.common.json} />
      </p>
      <pre role="group" className="code" tabIndex={0} aria-label={t.trigger.asJson}>
        {text}
      </pre>
    </>
  );
}
