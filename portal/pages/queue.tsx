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
import { countText } from "../lib/texts.ts";

const mostRows = 100;

export default function Queue({ place, location: region }: { place: Place; location: string }) {
  const jobs = useJobs(place, "");
  const clusters = useClusters(place);
  const lines = commandLines(place, location.origin);
  return (
    <>
      <div className="page-head">
        <h1>Queue and quotas</h1>
      </div>
      <DataState query={clusters} what="the clusters">
        {(found) => (
          <DataState query={jobs} what="the queue">
            {(list) => <Queues place={place} queues={queuesOf(list.jobs, found)} isWhole={list.isWhole} />}
          </DataState>
        )}
      </DataState>
      <Quotas place={place} region={region} />
      <CommandStrip label="The same by command line" lines={[lines.usages(region)]} />
    </>
  );
}

function Queues(props: { place: Place; queues: readonly ClusterQueue[]; isWhole: boolean }) {
  const { place, queues, isWhole } = props;
  if (queues.length === 0)
    return isWhole ? (
      <Empty title="Nothing waits">
        <p>
          Jobs wait here for nodes. <Link href={pages.newJob(place)}>Submit one</Link>
        </p>
      </Empty>
    ) : (
      <p className="loading">Reading the queue …</p>
    );
  return queues.map(({ cluster, waiting }) => (
    <section key={cluster} className="card" aria-label={`Queue of ${cluster}`}>
      <h2>
        <Link href={pages.cluster(place, cluster)}>{cluster}</Link>:{" "}
        {countText(waiting.length, "waiting job")}
      </h2>
      <div className="table-frame" tabIndex={0} role="region" aria-label={`Waiting on ${cluster}`}>
        <table>
          <thead>
            <tr>
              <th scope="col">Position</th>
              <th scope="col">Job</th>
              <th scope="col">Priority</th>
              <th scope="col">Nodes</th>
              <th scope="col">Since</th>
              <th scope="col">Why it waits</th>
            </tr>
          </thead>
          <tbody>
            {waiting.slice(0, mostRows).map(({ job, position, reason }) => (
              <tr key={job.id}>
                <td>{position}</td>
                <th scope="row">
                  <Link href={pages.job(place, job.experiment, job.name)}>
                    {job.experiment}/{job.name}
                  </Link>
                </th>
                <td>{job.priority}</td>
                <td>{job.nodes}</td>
                <td>
                  <Time value={job.created} />
                </td>
                <td>{reason}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {waiting.length > mostRows && (
        <p className="muted">{`The first ${mostRows} of ${waiting.length.toLocaleString()}.`}</p>
      )}
      <p className="muted">
        Served by priority, then by age. A smaller job may go before a larger one where it holds it up in no
        case.
      </p>
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
      <h2 id="quotas-title">Quotas of the whole service</h2>
      <DataState query={usages} what="the quotas">
        {(found) => (
          <div className="table-frame" tabIndex={0} role="region" aria-label="Quotas">
            <table>
              <thead>
                <tr>
                  <th scope="col">What</th>
                  <th scope="col">In use</th>
                  <th scope="col">Limit</th>
                  <th scope="col">
                    <span className="sr-only">Share</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {found.map(({ name, currentValue, limit }) => (
                  <tr key={name.value}>
                    <th scope="row">{name.localizedValue}</th>
                    <td>{currentValue.toLocaleString()}</td>
                    <td>{limit === unlimited ? "none" : limit.toLocaleString()}</td>
                    <td>
                      {limit !== unlimited && (
                        <span className="share" aria-hidden="true">
                          <i
                            style={{ width: `${Math.min(100, (currentValue / Math.max(1, limit)) * 100)}%` }}
                          />
                        </span>
                      )}
                      {currentValue >= limit && <strong className="error-text"> reached</strong>}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </DataState>
    </section>
  );
}
