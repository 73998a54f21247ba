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
import { t, wordFor } from "../texts/texts.ts";
import { TableFrame } from "../components/table-frame.tsx";

export default function Clusters({ place }: { place: Place }) {
  const clusters = useClusters(place);
  const [isAsked, ask] = useState(false);
  return (
    <>
      <div className="page-head">
        <h1>{t.clusters.title}</h1>
        <button type="button" className="primary" onClick={() => ask(true)}>
          {t.clusters.newCluster}
        </button>
      </div>
      <DataState query={clusters} what={t.things.clusters}>
        {(found) =>
          found.length === 0 ? <NoCluster place={place} /> : <ClusterTable place={place} clusters={found} />
        }
      </DataState>
      {isAsked && <NewClusterDialog place={place} onClose={() => ask(false)} />}
      <CommandStrip
        label={t.common.sameByCommandLine}
        lines={[commandLines(place, location.origin).clusters()]}
      />
    </>
  );
}

function NoCluster({ place }: { place: Place }) {
  const inPlace = `-g ${quoted(place.group)} -w ${quoted(place.workspace)}`;
  const batchai = `batchai cluster create ${inPlace} -n nodes -s STANDARD_D2S_V3 -t 1 --afs-name results --afs-mount-path out`;
  return (
    <Empty title={t.clusters.none}>
      <p>{t.clusters.oneNode(<code>results</code>)}</p>
      <CommandStrip label={t.clusters.createOne} lines={[{ batchai }]} />
    </Empty>
  );
}

function ClusterTable({ place, clusters }: { place: Place; clusters: readonly ClusterResponse[] }) {
  return (
    <TableFrame label={t.clusters.title}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t.clusters.name}</th>
            <th scope="col">{t.clusters.state}</th>
            <th scope="col">{t.clusters.nodes}</th>
            <th scope="col">{t.clusters.scale}</th>
            <th scope="col">{t.clusters.size}</th>
            <th scope="col">{t.clusters.created}</th>
          </tr>
        </thead>
        <tbody>
          {clusters.map(({ id, name, properties }) => (
            <tr key={id}>
              <th scope="row">
                <Link href={pages.cluster(place, name)} translate="no">
                  {name}
                </Link>
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
                  <span
                    className="error-text"
                    translate="no"
                  >{` ${properties.errors?.[0]?.code ?? ""}`}</span>
                )}
              </td>
              <td>
                <ClusterBar counts={properties.nodeStateCounts} />
              </td>
              <td>{scaleText(properties.scaleSettings)}</td>
              <td>
                <span translate="no">{properties.vmSize}</span>{" "}
                <span className="muted">{wordFor(properties.vmPriority, t.clusters.vmPriorities)}</span>
              </td>
              <td>
                <Time value={properties.creationTime} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableFrame>
  );
}
