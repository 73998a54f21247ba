// What each job used, attempt by attempt, on which machines and in whose name.
import type { ClusterDocument } from "../../domain/cluster/schema.ts";
import { attemptsWire } from "../../domain/job/attempts.ts";
import { clusterOf } from "../../domain/job/spot/placement.ts";
import { parseDuration } from "../../domain/shared/duration.ts";
import { parseClusterId } from "../../domain/shared/resource-id.ts";
import type { Machine, Period, UsedBy } from "../../domain/usage/cost.ts";
import type { CostGrouping } from "../../domain/usage/wire.ts";
import type { JobSpending, NodeTimeRecord } from "../../services/spending.ts";

interface Known {
  readonly clusters: readonly ClusterDocument[];
  readonly records: readonly NodeTimeRecord[];
  readonly groupBy: CostGrouping;
  readonly period: Period;
}

export function usageOf(jobs: readonly JobSpending[], known: Known): readonly UsedBy[] {
  const machines = machinesOf(known.clusters, known.records);
  // Somebody who saved a trigger is known by name only from what they did themselves.
  const names = new Map(jobs.flatMap(({ madeBy }) => (madeBy?.name ? [[madeBy.actor, madeBy.name]] : [])));
  return jobs
    .filter(
      ({ executionInfo: { endTime } }) => endTime === undefined || Date.parse(endTime) >= known.period.from,
    )
    .flatMap((job) => usedBy(job, known.groupBy, machines, names));
}

interface Machines {
  readonly byGuid: ReadonlyMap<string, Machine>;
  readonly byName: ReadonlyMap<string, Machine>;
}

/** Clusters that are gone are known by the time of their nodes, as long as that is kept. */
function machinesOf(clusters: readonly ClusterDocument[], records: readonly NodeTimeRecord[]): Machines {
  const there = clusters.map(({ cluster, guid, spec }) => ({ ...spec, cluster, guid }));
  const all = [...records, ...there].map(({ cluster, guid, vmSize, vmPriority }) => ({
    guid,
    name: cluster.toLowerCase(),
    machine: { vmSize, vmPriority },
  }));
  return {
    byGuid: new Map(all.map(({ guid, machine }) => [guid, machine])),
    byName: new Map(all.map(({ name, machine }) => [name, machine])),
  };
}

function usedBy(
  job: JobSpending,
  groupBy: CostGrouping,
  machines: Machines,
  names: ReadonlyMap<string, string>,
): readonly UsedBy[] {
  const { experiment, job: name, spec } = job;
  const { value, omitted } = attemptsWire(job);
  const home = parseClusterId(spec.cluster.id).cluster;
  const now = clusterOf(job).cluster.toLowerCase();
  const path = `${experiment}/${name}`;
  const user = userOf(job, names);
  const groupOf = (cluster: string) =>
    ({
      user,
      experiment: { key: experiment.toLowerCase(), name: experiment },
      cluster: { key: cluster.toLowerCase(), name: cluster },
      job: { key: path.toLowerCase(), name: path },
    })[groupBy];
  const common = {
    job: path.toLowerCase(),
    nodeCount: spec.nodeCount,
    checkpointMs: parseDuration(spec.spot?.fallback.checkpointInterval ?? ""),
  };
  const told = value.map((attempt): UsedBy => {
    const cluster = attempt.cluster === undefined ? home : parseClusterId(attempt.cluster).cluster;
    const key = cluster.toLowerCase();
    const machine = key === now ? machineOf(job, machines) : machines.byName.get(key);
    return { ...groupOf(cluster), ...common, attempt, machine };
  });
  const gone: UsedBy = { ...groupOf(home), ...common, attempt: undefined, machine: undefined };
  return [...told, ...Array.from({ length: omitted }, () => gone)];
}

/** Of the cluster to which it came last. Documents of older versions do not tell the priority. */
function machineOf(job: JobSpending, { byGuid }: Machines): Machine | undefined {
  const vmPriority = job.clusterVmPriority ?? byGuid.get(job.clusterGuid)?.vmPriority;
  return vmPriority === undefined ? undefined : { vmSize: job.clusterVmSize, vmPriority };
}

function userOf({ madeBy }: JobSpending, names: ReadonlyMap<string, string>) {
  if (madeBy === undefined) return { key: "", name: "(not recorded)" };
  return { key: madeBy.actor, name: names.get(madeBy.actor) ?? madeBy.actor };
}
