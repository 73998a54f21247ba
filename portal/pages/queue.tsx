// What waits, in the order in which it is served and why it waits; and how much of what is limited is in use.
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { call } from "../api/http.ts";
import { longMs, useClusters, useJobs } from "../api/queries.ts";
import { CommandStrip } from "../components/command-strip.tsx";
import { DataState, Empty } from "../components/data-state.tsx";
import { Time } from "../components/state.tsx";
import { commandLines } from "../lib/command-lines.ts";
import { pages, usagesPath } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { queuesOf } from "../lib/queue.ts";
import type { ClusterQueue } from "../lib/queue.ts";
import { formats } from "../lib/formats.ts";
import { t, wordFor } from "../texts/texts.ts";
import { TableFrame } from "../components/table-frame.tsx";

const mostRows = 100;

export default function Queue({ place, location: region }: { place: Place; location: string }) {
  const jobs = useJobs(place, "");
  const clusters = useClusters(place);
  const lines = commandLines(place, location.origin);
  return (
    <>
      <div className="page-head">
        <h1>{t.queue.title}</h1>
      </div>
      <DataState query={clusters} what={t.things.clusters}>
        {(found) => (
          <DataState query={jobs} what={t.things.queue}>
            {(list) => <Queues place={place} queues={queuesOf(list.jobs, found)} isWhole={list.isWhole} />}
          </DataState>
        )}
      </DataState>
      <Quotas place={place} region={region} />
      <CommandStrip label={t.common.sameByCommandLine} lines={[lines.usages(region)]} />
    </>
  );
}

function Queues(props: { place: Place; queues: readonly ClusterQueue[]; isWhole: boolean }) {
  const { place, queues, isWhole } = props;
  if (queues.length === 0)
    return isWhole ? (
      <Empty title={t.queue.nothingWaits}>
        <p>{t.queue.jobsWait(<Link href={pages.newJob(place)}>{t.queue.submitOne}</Link>)}</p>
      </Empty>
    ) : (
      <p className="loading">{t.queue.reading}</p>
    );
  return queues.map(({ cluster, waiting }) => (
    <section key={cluster} className="card" aria-label={t.queue.of(cluster)}>
      <h2>
        <Link href={pages.cluster(place, cluster)} translate="no">
          {cluster}
        </Link>
        : {t.counts.waitingJobs(waiting.length)}
      </h2>
      <TableFrame label={t.queue.waitingOn(cluster)}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t.queue.position}</th>
              <th scope="col">{t.queue.job}</th>
              <th scope="col">{t.queue.priority}</th>
              <th scope="col">{t.queue.nodes}</th>
              <th scope="col">{t.queue.since}</th>
              <th scope="col">{t.queue.why}</th>
            </tr>
          </thead>
          <tbody>
            {waiting.slice(0, mostRows).map(({ job, position, reason }) => (
              <tr key={job.id}>
                <td>{formats.number(position)}</td>
                <th scope="row">
                  <Link href={pages.job(place, job.experiment, job.name)} translate="no">
                    {job.experiment}/{job.name}
                  </Link>
                </th>
                <td>{wordFor(job.priority, t.queue.priorities)}</td>
                <td>{formats.number(job.nodes)}</td>
                <td>
                  <Time value={job.created} />
                </td>
                <td>{reason}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableFrame>
      {waiting.length > mostRows && <p className="muted">{t.counts.firstOf(mostRows, waiting.length)}</p>}
      <p className="muted">{t.queue.order}</p>
    </section>
  ));
}

interface Usage {
  readonly currentValue: number;
  readonly limit: number;
  readonly name: { readonly value: string; readonly localizedValue: string };
}

/** What the service says where there is no limit. */
const unlimited = 2_147_483_647;

function Quotas({ place, region }: { place: Place; region: string }) {
  const usages = useQuery({
    queryKey: ["usages", place.subscriptionId, region],
    queryFn: async ({ signal }) =>
      (await call<{ readonly value: readonly Usage[] }>(usagesPath(place, region), { signal })).value,
    refetchInterval: longMs,
  });
  return (
    <section aria-labelledby="quotas-title">
      <h2 id="quotas-title">{t.queue.quotasTitle}</h2>
      <DataState query={usages} what={t.things.quotas}>
        {(found) => (
          <TableFrame label={t.queue.quotas}>
            <table>
              <thead>
                <tr>
                  <th scope="col">{t.queue.what}</th>
                  <th scope="col">{t.queue.inUse}</th>
                  <th scope="col">{t.queue.limit}</th>
                  <th scope="col">
                    <span className="sr-only">{t.queue.share}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {found.map(({ name, currentValue, limit }) => (
                  <tr key={name.value}>
                    <th scope="row" lang="en">
                      {name.localizedValue}
                    </th>
                    <td>{formats.number(currentValue)}</td>
                    <td>{limit === unlimited ? t.queue.noLimit : formats.number(limit)}</td>
                    <td>
                      {limit !== unlimited && (
                        <span className="share" aria-hidden="true">
                          <i
                            style={{ width: `${Math.min(100, (currentValue / Math.max(1, limit)) * 100)}%` }}
                          />
                        </span>
                      )}
                      {currentValue >= limit && <strong className="error-text">{t.queue.reached}</strong>}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </TableFrame>
        )}
      </DataState>
    </section>
  );
}
