// The clusters of a workspace, and new ones.
import { useState } from "react";
import { Link } from "wouter";
import type { ClusterResponse } from "../../domain/cluster/wire.ts";
import { useClusters } from "../api/queries.ts";
import { ClusterBar } from "../components/cluster-bar.tsx";
import { CommandStrip } from "../components/command-strip.tsx";
import { DataState, Empty } from "../components/data-state.tsx";
import { NewClusterDialog } from "../components/new-cluster-dialog.tsx";
import { StateMark, Time } from "../components/state.tsx";
import { commandLines } from "../lib/command-lines.ts";
import { quoted } from "../lib/request-lines.ts";
import { scaleText } from "../lib/scale-text.ts";
import { pages } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";

export default function Clusters({ place }: { place: Place }) {
  const clusters = useClusters(place);
  const [isAsked, ask] = useState(false);
  return (
    <>
      <div className="page-head">
        <h1>Clusters</h1>
        <button type="button" className="primary" onClick={() => ask(true)}>
          New cluster
        </button>
      </div>
      <DataState query={clusters} what="the clusters">
        {(found) =>
          found.length === 0 ? <NoCluster place={place} /> : <ClusterTable place={place} clusters={found} />
        }
      </DataState>
      {isAsked && <NewClusterDialog place={place} onClose={() => ask(false)} />}
      <CommandStrip
        label="The same by command line"
        lines={[commandLines(place, location.origin).clusters()]}
      />
    </>
  );
}

function NoCluster({ place }: { place: Place }) {
  const inPlace = `-g ${quoted(place.group)} -w ${quoted(place.workspace)}`;
  const batchai = `batchai cluster create ${inPlace} -n nodes -s STANDARD_D2S_V3 -t 1 --afs-name results --afs-mount-path out`;
  return (
    <Empty title="There is no cluster">
      <p>
        One node, whose jobs write to the file share <code>results</code> of the storage account. The share
        must exist.
      </p>
      <CommandStrip label="Create a cluster" lines={[{ batchai }]} />
    </Empty>
  );
}

function ClusterTable({ place, clusters }: { place: Place; clusters: readonly ClusterResponse[] }) {
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label="Clusters">
      <table>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">State</th>
            <th scope="col">Nodes</th>
            <th scope="col">Scale</th>
            <th scope="col">Size</th>
            <th scope="col">Created</th>
          </tr>
        </thead>
        <tbody>
          {clusters.map(({ id, name, properties }) => (
            <tr key={id}>
              <th scope="row">
                <Link href={pages.cluster(place, name)}>{name}</Link>
              </th>
              <td>
                <StateMark
                  state={
                    properties.provisioningState === "succeeded"
                      ? properties.allocationState
                      : properties.provisioningState
                  }
                />
                {(properties.errors ?? []).length > 0 && (
                  <span className="error-text"> {properties.errors?.[0]?.code}</span>
                )}
              </td>
              <td>
                <ClusterBar counts={properties.nodeStateCounts} />
              </td>
              <td>{scaleText(properties.scaleSettings)}</td>
              <td>
                {properties.vmSize} <span className="muted">{properties.vmPriority}</span>
              </td>
              <td>
                <Time value={properties.creationTime} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
