// A job: how it went through its states, what it says and wrote, what happened to it, what was asked for; and what can be done with it.
import { lazy, Suspense, useState } from "react";
import type { ReactNode } from "react";
import { Link, useLocation, useSearchParams } from "wouter";
import type { JobResponse } from "../../domain/job/wire.ts";
import { useAttempts, useJob, useJobEvents } from "../api/queries.ts";
import { Attempts } from "../components/attempts.tsx";
import { BulkDialog } from "../components/bulk-dialog.tsx";
import type { BulkVerb } from "../components/bulk-dialog.tsx";
import { CommandStrip } from "../components/command-strip.tsx";
import { DataState } from "../components/data-state.tsx";
import { EventList } from "../components/event-list.tsx";
import { JobFiles } from "../components/job-files.tsx";
import { JobLogs } from "../components/job-logs.tsx";
import { JobSpec } from "../components/job-spec.tsx";
import { StateMark } from "../components/state.tsx";
import { Tabs } from "../components/tabs.tsx";
import { Timeline } from "../components/timeline.tsx";
import { commandLines } from "../lib/command-lines.ts";
import { hasEnded, jobRow } from "../lib/jobs.ts";
import { jobPath, pages } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { formats } from "../lib/formats.ts";
import { t, wordFor } from "../texts/texts.ts";

interface Props {
  readonly place: Place;
  readonly experiment: string;
  readonly name: string;
}

const JobWhy = lazy(() => import("../components/job-why.tsx"));
const JobMetrics = lazy(() => import("../components/job-metrics.tsx"));
const tabs = ["logs", "metrics", "files", "events", "spec"] as const;
type Tab = (typeof tabs)[number];

export default function Job({ place, experiment, name }: Props) {
  const job = useJob(place, experiment, name);
  const path = jobPath(place, experiment, name);
  const events = useJobEvents(path, job.data);
  const attempts = useAttempts(path, job.data);
  const [query, setQuery] = useSearchParams();
  const tab = tabs.find((each) => each === query.get("tab")) ?? "logs";
  const open = (chosen: Tab) => setQuery(chosen === "logs" ? {} : { tab: chosen }, { replace: true });
  return (
    <>
      {job.data === undefined && <h1 translate="no">{name}</h1>}
      <DataState query={job} what={t.things.job(name)}>
        {(found) => (
          <>
            <Head place={place} job={found} />
            <Timeline job={jobRow(found)} events={events.data ?? []} />
            <Attempts attempts={attempts.data} />
            <Suspense>
              <JobWhy place={place} experiment={experiment} job={found} events={events} attempts={attempts} />
            </Suspense>
            <Facts place={place} job={found} />
            <Tabs label={t.job.tabsLabel} tabs={tabs} tab={tab} onOpen={open} />
            <div id={`panel-${tab}`} role="tabpanel" aria-labelledby={`tab-${tab}`} className="card">
              {tab === "logs" && <JobLogs place={place} experiment={experiment} job={found} />}
              {tab === "files" && <JobFiles place={place} experiment={experiment} job={found} />}
              {tab === "events" && (
                <DataState query={events} what={t.things.events}>
                  {(list) => <EventList events={list} />}
                </DataState>
              )}
              {tab === "metrics" && (
                <Suspense fallback={<p className="loading">{t.job.openingMetrics}</p>}>
                  <JobMetrics place={place} experiment={experiment} job={found} />
                </Suspense>
              )}
              {tab === "spec" && <JobSpec place={place} experiment={experiment} job={found} />}
            </div>
          </>
        )}
      </DataState>
      <CommandStrip label={t.common.sameByCommandLine} lines={linesOf(tab, { place, experiment, name })} />
    </>
  );
}

function linesOf(tab: Tab, { place, experiment, name }: Props) {
  const lines = commandLines(place, location.origin);
  if (tab === "logs") return [lines.stream(experiment, name, "stdout.txt")];
  if (tab === "metrics") return [lines.jobMetrics(experiment, name)];
  if (tab === "files") return [lines.files(experiment, name, "stdouterr")];
  if (tab === "events") return [lines.events(jobPath(place, experiment, name))];
  return [lines.job(experiment, name), lines.attempts(experiment, name)];
}

function Head({ place, job }: { place: Place; job: JobResponse }) {
  const [verb, ask] = useState<BulkVerb>();
  const [, go] = useLocation();
  const row = jobRow(job);
  const close = () => ask(undefined);
  return (
    <>
      <nav aria-label={t.common.whereThisIs} className="trail">
        <Link href={pages.jobs(place)}>{t.job.jobs}</Link> /{" "}
        <Link href={`${pages.jobs(place)}?experiment=${encodeURIComponent(row.experiment)}`} translate="no">
          {row.experiment}
        </Link>
      </nav>
      <div className="page-head">
        <h1>
          <span translate="no">{row.name}</span> <StateMark state={row.isDeleting ? "deleting" : row.state} />
        </h1>
        <div className="actions">
          <Link
            href={`${pages.newJob(place)}?like=${encodeURIComponent(`${row.experiment}/${row.name}`)}`}
            className="button"
          >
            {t.job.clone}
          </Link>
          <button type="button" disabled={hasEnded(row)} onClick={() => ask("terminate")}>
            {t.common.terminate}
          </button>
          <button type="button" className="danger" onClick={() => ask("delete")}>
            {t.common.delete}
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
      <Fact term={t.job.cluster}>
        <Link href={pages.cluster(place, row.cluster)} translate="no">
          {row.cluster}
        </Link>
      </Fact>
      <Fact term={t.job.nodes}>{formats.number(row.nodes)}</Fact>
      <Fact term={t.job.toolkit}>
        <span translate="no">{row.tool}</span>
      </Fact>
      <Fact term={t.job.priority}>{wordFor(properties.schedulingPriority, t.queue.priorities)}</Fact>
      <Fact term={t.job.atMost}>
        <span translate="no">{properties.constraints.maxWallClockTime}</span>
      </Fact>
      {row.exitCode !== undefined && <Fact term={t.job.exitCode}>{row.exitCode}</Fact>}
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
