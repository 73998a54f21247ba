// A workspace at a glance: how many jobs in which state, what runs, what failed last, what the clusters have to spare.
import { Link } from "wouter";
import type { ClusterResponse } from "../../domain/cluster/wire.ts";
import { useClusters, useJobs } from "../api/queries.ts";
import { ClusterBar } from "../components/cluster-bar.tsx";
import { CommandStrip } from "../components/command-strip.tsx";
import { DataState, Empty } from "../components/data-state.tsx";
import { StateMark, Time, useNow } from "../components/state.tsx";
import { commandLines } from "../lib/command-lines.ts";
import { countsByState, durationMs, jobStates, sorted, viewOf } from "../lib/jobs.ts";
import type { JobRow } from "../lib/jobs.ts";
import { pages } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { durationText } from "../lib/texts.ts";
import { formats } from "../lib/formats.ts";
import { t } from "../texts/texts.ts";

const shown = 6;

export default function Overview({ place }: { place: Place }) {
  const jobs = useJobs(place, "");
  const clusters = useClusters(place);
  const lines = commandLines(place, location.origin);
  return (
    <>
      <div className="page-head">
        <h1 translate="no">{place.workspace}</h1>
        <Link href={pages.newJob(place)} className="button primary">
          {t.overview.newJob}
        </Link>
      </div>
      <DataState query={jobs} what={t.things.jobs}>
        {({ jobs: found }) => (
          <>
            <Counts place={place} jobs={found} />
            <div className="columns">
              <RunningJobs place={place} jobs={found} />
              <FailedJobs place={place} jobs={found} />
            </div>
          </>
        )}
      </DataState>
      <section aria-labelledby="clusters-title" className="card">
        <h2 id="clusters-title">{t.overview.clusters}</h2>
        <DataState query={clusters} what={t.things.clusters}>
          {(found) => <ClusterList place={place} clusters={found} />}
        </DataState>
      </section>
      <CommandStrip
        label={t.common.sameByCommandLine}
        lines={[lines.workspace(), lines.clusters(), lines.experiments()]}
      />
    </>
  );
}

function Counts({ place, jobs }: { place: Place; jobs: readonly JobRow[] }) {
  const counts = countsByState(jobs);
  return (
    <ul className="counts" aria-label={t.overview.jobsByState}>
      {jobStates
        .filter((state) => state !== "terminating" || counts.terminating > 0)
        .map((state) => (
          <li key={state}>
            <Link href={`${pages.jobs(place)}?state=${state}`} className={`count count-${state}`}>
              <strong>{formats.number(counts[state])}</strong>
              <StateMark state={state} />
            </Link>
          </li>
        ))}
    </ul>
  );
}

const byTime = viewOf(new URLSearchParams());

function RunningJobs({ place, jobs }: { place: Place; jobs: readonly JobRow[] }) {
  const now = useNow();
  const running = sorted(
    jobs.filter(({ state }) => state === "running" || state === "terminating"),
    byTime,
    0,
  );
  return (
    <section aria-labelledby="running-title" className="card">
      <h2 id="running-title">{t.overview.runningNow}</h2>
      {running.length === 0 && (
        <Empty title={t.overview.nothingRuns}>
          <Link href={pages.newJob(place)}>{t.overview.submitJob}</Link>
        </Empty>
      )}
      <ul className="job-list">
        {running.slice(0, shown).map((job) => (
          <li key={job.id}>
            <JobLink place={place} job={job} />
            <span className="muted">
              <span translate="no">{job.cluster}</span> · {durationText(durationMs(job, now) ?? 0)}
            </span>
          </li>
        ))}
      </ul>
      <More place={place} state="running" count={running.length} />
    </section>
  );
}

function FailedJobs({ place, jobs }: { place: Place; jobs: readonly JobRow[] }) {
  const failed = jobs
    .filter(({ state }) => state === "failed")
    .toSorted((a, b) => ((a.ended ?? "") < (b.ended ?? "") ? 1 : -1));
  return (
    <section aria-labelledby="failed-title" className="card">
      <h2 id="failed-title">{t.overview.failedLast}</h2>
      {failed.length === 0 && <p className="muted">{t.overview.noneFailed}</p>}
      <ul className="job-list">
        {failed.slice(0, shown).map((job) => (
          <li key={job.id}>
            <JobLink place={place} job={job} />
            <span className="muted">
              {job.error === undefined ? (
                job.exitCode !== undefined && t.common.exitCode(job.exitCode)
              ) : (
                <span translate="no">{job.error.code}</span>
              )}
              {job.ended !== undefined && (
                <>
                  {" · "}
                  <Time value={job.ended} />
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
      <More place={place} state="failed" count={failed.length} />
    </section>
  );
}

function JobLink({ place, job }: { place: Place; job: JobRow }) {
  return (
    <Link href={pages.job(place, job.experiment, job.name)}>
      <span translate="no">{job.name}</span>{" "}
      <span className="muted">{t.overview.inExperiment(<span translate="no">{job.experiment}</span>)}</span>
    </Link>
  );
}

function More({ place, state, count }: { place: Place; state: string; count: number }) {
  if (count <= shown) return null;
  return <Link href={`${pages.jobs(place)}?state=${state}`}>{t.overview.all(count)}</Link>;
}

function ClusterList({ place, clusters }: { place: Place; clusters: readonly ClusterResponse[] }) {
  if (clusters.length === 0)
    return (
      <Empty title={t.overview.noCluster}>
        <Link href={pages.clusters(place)}>{t.overview.howToMake}</Link>
      </Empty>
    );
  return (
    <ul className="cluster-list">
      {clusters.map((cluster) => (
        <li key={cluster.id}>
          <Link href={pages.cluster(place, cluster.name)} translate="no">
            {cluster.name}
          </Link>
          <span className="muted" translate="no">
            {cluster.properties.vmSize}
          </span>
          <ClusterBar counts={cluster.properties.nodeStateCounts} />
        </li>
      ))}
    </ul>
  );
}
