// A cluster: its nodes by what they do, how to reach them, errors, what happened; and its size.
import { useState } from "react";
import { Link, useLocation } from "wouter";
import type { ClusterResponse } from "../../domain/cluster/wire.ts";
import { call } from "../api/http.ts";
import { useCluster, useEvents, useNodes, useRefresh } from "../api/queries.ts";
import { ActionDialog } from "../components/action-dialog.tsx";
import { CommandStrip } from "../components/command-strip.tsx";
import { DataState } from "../components/data-state.tsx";
import { EventList } from "../components/event-list.tsx";
import { FailureList } from "../components/failure-list.tsx";
import { ResizeDialog } from "../components/resize-dialog.tsx";
import { AbsoluteTime, StateMark } from "../components/state.tsx";
import { commandLines } from "../lib/command-lines.ts";
import { nodeStates } from "../lib/nodes.ts";
import { clusterPath, pages } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { scaleText } from "../lib/scale-text.ts";
import { t, wordFor } from "../texts/texts.ts";
import { formats } from "../lib/formats.ts";

export default function Cluster({ place, name }: { place: Place; name: string }) {
  const cluster = useCluster(place, name);
  const events = useEvents([clusterPath(place, name)]);
  const lines = commandLines(place, location.origin);
  return (
    <>
      {cluster.data === undefined && <h1 translate="no">{name}</h1>}
      <DataState query={cluster} what={t.things.cluster(name)}>
        {(found) => <ClusterView place={place} cluster={found} />}
      </DataState>
      <section aria-labelledby="events-title" className="card">
        <h2 id="events-title">{t.cluster.events}</h2>
        <DataState query={events} what={t.things.events}>
          {(found) => <EventList events={found} />}
        </DataState>
      </section>
      <CommandStrip
        label={t.common.sameByCommandLine}
        lines={[lines.cluster(name), lines.events(clusterPath(place, name))]}
      />
    </>
  );
}

function ClusterView({ place, cluster }: { place: Place; cluster: ClusterResponse }) {
  const { name, properties } = cluster;
  const [open, show] = useState<"resize" | "delete">();
  const state =
    properties.provisioningState === "succeeded" ? properties.allocationState : properties.provisioningState;
  return (
    <>
      <div className="page-head">
        <h1>
          <span translate="no">{name}</span> <StateMark state={state} />
        </h1>
        <div className="actions">
          <Link href={`${pages.jobs(place)}?cluster=${encodeURIComponent(name)}`} className="button">
            {t.cluster.itsJobs}
          </Link>
          <button type="button" onClick={() => show("resize")}>
            {t.cluster.resize}
          </button>
          <button type="button" className="danger" onClick={() => show("delete")}>
            {t.common.delete}
          </button>
        </div>
      </div>
      <FailureList errors={properties.errors ?? []} />
      <dl className="facts card">
        <Fact term={t.cluster.size}>
          <span translate="no">{properties.vmSize}</span>,{" "}
          {wordFor(properties.vmPriority, t.clusters.vmPriorities)}
        </Fact>
        <Fact term={t.cluster.scale}>{scaleText(properties.scaleSettings)}</Fact>
        <Fact term={t.cluster.nodesNow}>{formats.number(properties.currentNodeCount)}</Fact>
        <Fact term={t.cluster.created}>
          <AbsoluteTime value={properties.creationTime} />
        </Fact>
        <Fact term={t.cluster.image}>
          <span translate="no">
            {properties.virtualMachineConfiguration.imageReference.offer}{" "}
            {properties.virtualMachineConfiguration.imageReference.sku}
          </span>
        </Fact>
      </dl>
      <Nodes place={place} cluster={cluster} />
      {open === "resize" && <ResizeDialog place={place} cluster={cluster} onClose={() => show(undefined)} />}
      {open === "delete" && <DeleteCluster place={place} name={name} onClose={() => show(undefined)} />}
    </>
  );
}

function Fact({ term, children }: { term: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Nodes({ place, cluster }: { place: Place; cluster: ClusterResponse }) {
  const { nodeStateCounts, currentNodeCount } = cluster.properties;
  const nodes = useNodes(clusterPath(place, cluster.name), currentNodeCount > 0);
  const states = nodeStates(nodeStateCounts).filter(({ count }) => count > 0);
  return (
    <section aria-labelledby="nodes-title" className="card">
      <h2 id="nodes-title">{t.cluster.nodes}</h2>
      {states.length === 0 && <p className="muted">{t.cluster.noNodes}</p>}
      {states.map(({ state, count }) => (
        <div key={state} className="node-group">
          <h3>
            <StateMark state={state} /> {t.counts.nodes(count)}
          </h3>
          <div className="node-cells" aria-hidden="true">
            {Array.from({ length: count }, (_, index) => (
              <i key={index} className={`node-${state}`} />
            ))}
          </div>
        </div>
      ))}
      {nodes.data !== undefined && nodes.data.length > 0 && (
        <details>
          <summary>{t.cluster.bySsh}</summary>
          <ul className="plain-list">
            {nodes.data.map(({ nodeId, ipAddress, port }) => (
              <li key={nodeId}>
                <code>{nodeId}</code>{" "}
                <code>
                  ssh -p {port} {cluster.properties.userAccountSettings.adminUserName}@{ipAddress}
                </code>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function DeleteCluster({ place, name, onClose }: { place: Place; name: string; onClose: () => void }) {
  const refresh = useRefresh();
  const [, go] = useLocation();
  return (
    <ActionDialog
      title={t.cluster.deleteOne(name)}
      verb={t.common.delete}
      lines={[commandLines(place, location.origin).deleteCluster(name)]}
      onClose={onClose}
      act={async () => {
        await call(clusterPath(place, name), { method: "DELETE" });
        refresh();
        go(pages.clusters(place));
      }}
    >
      <p>{t.cluster.deleteNote}</p>
    </ActionDialog>
  );
}
