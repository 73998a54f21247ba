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
import { kindOf, onText, overlapTexts } from "../lib/triggers.ts";
import type { TriggerWire } from "../lib/triggers.ts";

const tabs = ["firings", "spec"] as const;

export default function Trigger({ place, name }: { place: Place; name: string }) {
  const trigger = useTrigger(place, name);
  const [query, setQuery] = useSearchParams();
  const tab = tabs.find((each) => each === query.get("tab")) ?? "firings";
  const lines = triggerLines(place, location.origin);
  return (
    <>
      {trigger.data === undefined && <h1>{name}</h1>}
      <DataState query={trigger} what={`The trigger ${name}`}>
        {(found) => (
          <>
            <Head place={place} trigger={found} />
            <Facts place={place} trigger={found} />
            {kindOf(found) === "schedule" && <NextTimes place={place} trigger={found} />}
            <Tabs
              label="Of this trigger"
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
        label="The same by command line"
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
      <nav aria-label="Where this is" className="trail">
        <Link href={pages.triggers(place)}>Triggers and schedules</Link>
      </nav>
      <div className="page-head">
        <h1>
          {name} <StateMark state={properties.enabled ? "enabled" : "paused"} />
        </h1>
        <div className="actions">
          {button("test", "Test")}
          {(kind === "schedule" || kind === "queueMessage") && button("run", "Run now")}
          {kind === "schedule" && button("backfill", "Backfill")}
          {button("pause", properties.enabled ? "Pause" : "Resume")}
          {button("delete", "Delete", "danger")}
        </div>
      </div>
      {properties.paused !== undefined && (
        <p className="banner">
          <strong>Paused</strong> by {properties.paused.by}, <AbsoluteTime value={properties.paused.at} />
          {properties.paused.reason === undefined ? "" : `: ${properties.paused.reason}`}
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
      title={`Delete the trigger ${name}`}
      verb="Delete"
      lines={[triggerLines(place, location.origin).remove(name)]}
      onClose={onClose}
      act={async () => {
        await call(triggerPath(place, name), { version: ownApiVersion, method: "DELETE" });
        refresh();
        go(pages.triggers(place));
      }}
    >
      <p>It starts nothing any more, and its ledger goes. Jobs that it started stay.</p>
    </ActionDialog>
  );
}

function Facts({ place, trigger }: { place: Place; trigger: TriggerWire }) {
  const { overlap, maxConcurrent, savedBy, action } = trigger.properties;
  return (
    <dl className="facts card">
      <Fact term="Waits for">{onText(trigger)}</Fact>
      <Fact term={`Starts ${action.sweep === undefined ? "jobs" : "sweeps"} in`}>
        <Link
          href={`${action.sweep === undefined ? pages.jobs(place) : pages.sweeps(place)}?experiment=${encodeURIComponent(action.experiment)}`}
        >
          {action.experiment}
        </Link>
      </Fact>
      <Fact term={`Overlap: ${overlap}`}>
        {overlapTexts[overlap] ?? overlap}
        {maxConcurrent === undefined ? "" : `, at most ${maxConcurrent} at once`}
      </Fact>
      <Fact term="Acts with the rights of">{savedBy}</Fact>
    </dl>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const edges: Readonly<Record<string, string>> = {
  gap: "the clock is set forward: moved",
  repeated: "the clock shows this twice",
};

function NextTimes({ place, trigger }: { place: Place; trigger: TriggerWire }) {
  const times = useFireTimes(triggerPath(place, trigger.name), true, 5);
  return (
    <section className="card" aria-labelledby="next-title">
      <h2 id="next-title">Next fire times{trigger.properties.enabled ? "" : ", were it not paused"}</h2>
      <DataState query={times} what="the next fire times">
        {(found) => (
          <ol className="plain-list">
            {found.map(({ time, local, edge }) => (
              <li key={time}>
                {local.replace("T", " ")} <span className="muted">{time}</span>{" "}
                {edge !== undefined && <strong>{edges[edge] ?? edge}</strong>}
              </li>
            ))}
            {found.length === 0 && <li className="muted">None any more.</li>}
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
        <CopyButton text={text} what="JSON" />
      </p>
      <pre role="group" className="code" tabIndex={0} aria-label="The trigger as JSON">
        {text}
      </pre>
    </>
  );
}
