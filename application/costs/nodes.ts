// What the nodes of clusters were there for, whether jobs used them or not; also those of clusters that are gone.
import type { ClusterDocument } from "../../domain/cluster/schema.ts";
import { spansUntil } from "../../domain/cluster/node-time.ts";
import type { Period } from "../../domain/usage/cost.ts";
import type { PriceOf } from "../../domain/usage/money.ts";
import { nodeCostOf } from "../../domain/usage/node-cost.ts";
import type { NodeUse } from "../../domain/usage/node-cost.ts";
import type { NodeTimeRecord } from "../../services/spending.ts";
import { firstOf } from "./first-of.ts";

interface Asked {
  readonly period: Period;
  readonly priceOf: PriceOf;
  readonly top: number;
  /** ISO 8601. */
  readonly now: string;
}

export function nodesOf(
  clusters: readonly ClusterDocument[],
  records: readonly NodeTimeRecord[],
  { period, priceOf, top, now }: Asked,
) {
  const uses: readonly NodeUse[] = [
    ...records.map(({ cluster, vmSize, vmPriority, spans }) => ({
      cluster,
      machine: { vmSize, vmPriority },
      spans,
    })),
    ...clusters.map((document) => ({
      cluster: document.cluster,
      machine: { vmSize: document.spec.vmSize, vmPriority: document.spec.vmPriority },
      spans: spansUntil(document, now),
    })),
  ];
  const cost = (some: readonly NodeUse[]) => nodeCostOf(some, period, priceOf);
  const there = new Map(clusters.map((document) => [document.cluster.toLowerCase(), document]));
  const all = [...byCluster(uses)].flatMap(([name, used]) => {
    const document = there.get(name);
    const told = cost(used);
    const last = used.at(-1);
    if (last === undefined || (told.nodeHours === 0 && document === undefined)) return [];
    const idleNodes = document?.nodeStateCounts.idleNodeCount;
    const idle = idleNodes === undefined ? {} : { idleNodes };
    return [{ used, shown: { name: last.cluster, ...last.machine, ...idle, ...told } }];
  });
  const { value, others } = firstOf(all.toSorted(byHours), top);
  return {
    ...knownSince(clusters, now),
    total: cost(uses),
    value,
    ...others(cost),
  };
}

function byCluster(uses: readonly NodeUse[]): ReadonlyMap<string, readonly NodeUse[]> {
  const groups = new Map<string, NodeUse[]>();
  for (const use of uses) {
    const name = use.cluster.toLowerCase();
    const known = groups.get(name);
    if (known === undefined) groups.set(name, [use]);
    else known.push(use);
  }
  return groups;
}

interface Named {
  readonly shown: { readonly name: string; readonly nodeHours: number };
}
const byHours = ({ shown: a }: Named, { shown: b }: Named) =>
  b.nodeHours - a.nodeHours || a.name.localeCompare(b.name, "en");

/** Clusters of older versions are told from the first time on that their nodes were counted by this one. */
function knownSince(clusters: readonly ClusterDocument[], now: string): { readonly since?: string } {
  const later = clusters.flatMap(({ creationTime, nodeTime }) =>
    nodeTime?.since === creationTime ? [] : [nodeTime?.since ?? now],
  );
  const since = later.toSorted().at(-1);
  return since === undefined ? {} : { since };
}
