// A job: how it went through its states, what it says and wrote, what happened to it, what was asked for; and what can be done with it.
import { useState } from "react";
import type { ReactNode } from "react";
import { Link, useLocation, useSearchParams } from "wouter";
import type { JobResponse } from "../../domain/job/wire.ts";
import { useEvents, useJob } from "../api/queries.ts";
import { BulkDialog } from "../components/bulk-dialog.tsx";
import type { BulkVerb } from "../components/bulk-dialog.tsx";
import { CommandStrip, CopyButton } from "../components/command-strip.tsx";
import { DataState } from "../components/data-state.tsx";
import { EventList } from "../components/event-list.tsx";
import { FailureList } from "../components/failure-list.tsx";
import { JobFiles } from "../components/job-files.tsx";
import { JobLogs } from "../components/job-logs.tsx";
import { StateMark } from "../components/state.tsx";
import { Timeline } from "../components/timeline.tsx";
import { commandLines } from "../lib/command-lines.ts";
import { hasEnded, jobRow } from "../lib/jobs.ts";
import { jobPath, pages } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";

interface Props {
  readonly place: Place;
  readonly experiment: string;
  readonly name: string;
}

const tabs = ["logs", "files", "events", "spec"] as const;
type Tab = (typeof tabs)[number];

export default function Job({ place, experiment, name }: Props) {
  const job = useJob(place, experiment, name);
  const events = useEvents([jobPath(place, experiment, name)]);
  const [query, setQuery] = useSearchParams();
  const tab = tabs.find((each) => each === query.get("tab")) ?? "logs";
  const open = (chosen: Tab) => setQuery(chosen === "logs" ? {} : { tab: chosen }, { replace: true });
  return (
    <>
      {job.data === undefined && <h1>{name}</h1>}
      <DataState query={job} what={`The job ${name}`}>
        {(found) => (
          <>
            <Head place={place} job={found} />
            <Timeline job={jobRow(found)} events={events.data ?? []} />
            <FailureList errors={found.properties.executionInfo?.errors ?? []} />
            <Facts place={place} job={found} />
            <Tabs tab={tab} onOpen={open} />
            <div id={`panel-${tab}`} role="tabpanel" aria-labelledby={`tab-${tab}`} className="card">
              {tab === "logs" && <JobLogs place={place} experiment={experiment} job={found} />}
              {tab === "files" && <JobFiles place={place} experiment={experiment} job={found} />}
              {tab === "events" && (
                <DataState query={events} what="the events">
                  {(list) => <EventList events={list} />}
                </DataState>
              )}
              {tab === "spec" && <Spec job={found} />}
            </div>
          </>
        )}
      </DataState>
      <CommandStrip label="The same by command line" lines={linesOf(tab, { place, experiment, name })} />
    </>
  );
}

function linesOf(tab: Tab, { place, experiment, name }: Props) {
  const lines = commandLines(place, location.origin);
  if (tab === "logs") return [lines.stream(experiment, name, "stdout.txt")];
  if (tab === "files") return [lines.files(experiment, name, "stdouterr")];
  if (tab === "events") return [lines.events(jobPath(place, experiment, name))];
  return [lines.job(experiment, name)];
}

function Head({ place, job }: { place: Place; job: JobResponse }) {
  const [verb, ask] = useState<BulkVerb>();
  const [, go] = useLocation();
  const row = jobRow(job);
  const close = () => ask(undefined);
  return (
    <>
      <nav aria-label="Where this is" className="trail">
        <Link href={pages.jobs(place)}>Jobs</Link> /{" "}
        <Link href={`${pages.jobs(place)}?experiment=${encodeURIComponent(row.experiment)}`}>
          {row.experiment}
        </Link>
      </nav>
      <div className="page-head">
        <h1>
          {row.name} <StateMark state={row.isDeleting ? "deleting" : row.state} />
        </h1>
        <div className="actions">
          <Link
            href={`${pages.newJob(place)}?like=${encodeURIComponent(`${row.experiment}/${row.name}`)}`}
            className="button"
          >
            Clone
          </Link>
          <button type="button" disabled={hasEnded(row)} onClick={() => ask("terminate")}>
            Terminate
          </button>
          <button type="button" className="danger" onClick={() => ask("delete")}>
            Delete
          </button>
        </div>
      </div>
      {verb !== undefined && (
        <BulkDialog
          place={place}
          verb={verb}
          jobs={[row]}
          onClose={close}
          onAccepted={() => {
            if (verb === "delete") go(pages.jobs(place));
          }}
        />
      )}
    </>
  );
}

function Facts({ place, job }: { place: Place; job: JobResponse }) {
  const { properties } = job;
  const row = jobRow(job);
  return (
    <dl className="facts card">
      <Fact term="Cluster">
        <Link href={pages.cluster(place, row.cluster)}>{row.cluster}</Link>
      </Fact>
      <Fact term="Nodes">{row.nodes}</Fact>
      <Fact term="Toolkit">{row.tool}</Fact>
      <Fact term="Priority">{properties.schedulingPriority}</Fact>
      <Fact term="At most">{properties.constraints.maxWallClockTime}</Fact>
      {row.exitCode !== undefined && <Fact term="Exit code">{row.exitCode}</Fact>}
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

function Tabs({ tab, onOpen }: { tab: Tab; onOpen: (tab: Tab) => void }) {
  const move = (key: string) => {
    const step = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length] ?? "logs";
    onOpen(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div role="tablist" aria-label="Of this job" className="tabs" onKeyDown={(event) => move(event.key)}>
      {tabs.map((each) => (
        <button
          key={each}
          id={`tab-${each}`}
          type="button"
          role="tab"
          aria-selected={each === tab}
          aria-controls={each === tab ? `panel-${each}` : undefined}
          tabIndex={each === tab ? 0 : -1}
          onClick={() => onOpen(each)}
        >
          {each.slice(0, 1).toUpperCase() + each.slice(1)}
        </button>
      ))}
    </div>
  );
}

function Spec({ job }: { job: JobResponse }) {
  const text = JSON.stringify(job, undefined, 2);
  return (
    <>
      <p>
        <CopyButton text={text} what="JSON" />
      </p>
      <pre role="group" className="code" tabIndex={0} aria-label="The job as JSON">
        {text}
      </pre>
    </>
  );
}
