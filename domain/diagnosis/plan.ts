// What would become of a cluster or a job before anybody asks for it: what is in its way, and what will be.
import { processorsOf, spelledSize } from "../cluster/vm-size.ts";
import { costSentence, noPriceSentence } from "../price/cost.ts";
import type { NodeRange } from "../price/cost.ts";
import type { KnownPrice, VmPriority } from "../price/table.ts";
import { imageEnd } from "../cluster/images.ts";
import { retiredReason, sizeNotices } from "../cluster/vm-life.ts";
import type { ImageReference } from "../cluster/schema.ts";
import type { UsageResponse } from "../shared/answers.ts";
import { familyOf } from "../usage/vm-family.ts";
import { processorUsageNames } from "../usage/usage-names.ts";
import { clusterCauses } from "./cluster-causes.ts";
import type { ClusterFacts } from "./facts.ts";

export interface Finding {
  readonly what: "size" | "image" | "quota" | "cluster" | "nodes" | "price";
  readonly verdict: "fine" | "warning" | "cannotRun";
  readonly says: string;
}

export interface PlannedCluster {
  readonly vmSize: string;
  readonly vmPriority: "dedicated" | "lowpriority";
  /** The most that it may have. */
  readonly nodes: number;
  readonly image: ImageReference | undefined;
}

export interface ClusterSurroundings {
  readonly usages: readonly UsageResponse[];
  readonly now: Date;
  /** The local cloud has machines of every size, also of those that Azure has no more. */
  readonly isLocalCloud: boolean;
}

export function planCluster(cluster: PlannedCluster, surroundings: ClusterSurroundings): Finding[] {
  return [ofSize(cluster, surroundings), ofImage(cluster, surroundings), ...ofQuota(cluster, surroundings)];
}

function ofSize({ vmSize }: PlannedCluster, { now, isLocalCloud }: ClusterSurroundings): Finding {
  const what = "size";
  const retired = retiredReason(vmSize, now);
  if (retired !== undefined) return { what, verdict: isLocalCloud ? "warning" : "cannotRun", says: retired };
  const [notice] = sizeNotices(vmSize, now);
  if (notice !== undefined) return { what, verdict: "warning", says: notice.message };
  return { what, verdict: "fine", says: `${vmSize}, ${processorsOf(vmSize)} processors a node` };
}

function ofImage({ image }: PlannedCluster, { now }: ClusterSurroundings): Finding {
  const what = "image";
  if (image === undefined) return { what, verdict: "fine", says: "the service's own image" };
  const name = [image.publisher, image.offer, image.sku].join(":");
  const end = imageEnd(image);
  if (end === undefined)
    return { what, verdict: "fine", says: `${name}; Azure Batch says whether it has it` };
  const isOver = end.isRetired || Date.parse(end.on) < now.getTime();
  if (!isOver) return { what, verdict: "fine", says: `${name} is supported until ${end.on}` };
  return {
    what,
    verdict: "warning",
    says: `support of ${name} ended on ${end.on}${end.isRetired ? "; the service's own image runs instead" : ""}`,
  };
}

function ofQuota({ vmSize, vmPriority, nodes }: PlannedCluster, { usages }: ClusterSurroundings): Finding[] {
  const what = "quota";
  const rowOf = (name: string) => usages.find(({ name: { value } }) => value === name);
  const clusters = rowOf("Clusters");
  if (clusters !== undefined && clusters.currentValue >= clusters.limit)
    return [
      {
        what,
        verdict: "cannotRun",
        says: `there are ${clusters.currentValue} of at most ${clusters.limit} clusters`,
      },
    ];
  const each = processorsOf(vmSize);
  const rooms = processorUsageNames(vmPriority, familyOf(vmSize)).flatMap((name): Finding[] => {
    const row = rowOf(name);
    if (row === undefined) return [];
    const left = Math.max(0, row.limit - row.currentValue);
    const possible = Math.floor(left / each);
    if (possible >= nodes) return [];
    const says = `${name}: ${left} of ${row.limit} are left, ${nodes} nodes want ${nodes * each}; there is room for ${possible}`;
    return [{ what, verdict: possible === 0 ? "cannotRun" : "warning", says }];
  });
  return rooms.length > 0 ? rooms : [{ what, verdict: "fine", says: `there is room for ${nodes} nodes` }];
}

export interface PlannedNodes extends NodeRange {
  readonly vmSize: string;
  readonly vmPriority: VmPriority;
  readonly location: string;
  readonly hours: number | undefined;
  /** When these nodes are needed; absent: in any case. */
  readonly when?: string;
}

/** What they cost. @param prices what is known of the region. */
export function planPrice(nodes: PlannedNodes, prices: readonly KnownPrice[]): Finding {
  const { vmSize, vmPriority, location, hours, when } = nodes;
  const price = prices.find((one) => one.vmSize === spelledSize(vmSize) && one.vmPriority === vmPriority);
  const says =
    price === undefined
      ? noPriceSentence(spelledSize(vmSize), location, vmPriority)
      : costSentence(price, nodes, hours);
  return { what: "price", verdict: "fine", says: when === undefined ? says : `${when}: ${says}` };
}

/** @param cluster undefined where there is none of the name. */
export function planJob(
  nodeCount: number,
  clusterName: string,
  cluster: ClusterFacts | undefined,
): Finding[] {
  if (cluster === undefined)
    return [{ what: "cluster", verdict: "cannotRun", says: `there is no cluster '${clusterName}'` }];
  const lasting = new Set(["ClusterDeleting", "ClusterFailed", "ClusterCannotHaveNodes"]);
  const causes = clusterCauses(clusterName, cluster).map(({ code, says }): Finding => ({
    what: "cluster",
    verdict: lasting.has(code) ? "cannotRun" : "warning",
    says,
  }));
  const { autoScale, manual } = cluster.scaleSettings;
  const most = autoScale?.maximumNodeCount ?? manual?.targetNodeCount ?? 0;
  const { idleNodeCount } = cluster.nodeStateCounts;
  const nodes: Finding =
    nodeCount > most
      ? {
          what: "nodes",
          verdict: "cannotRun",
          says: `the job wants ${nodeCount} nodes, the cluster may have ${most}`,
        }
      : {
          what: "nodes",
          verdict: "fine",
          says: `${nodeCount} of at most ${most} nodes; ${idleNodeCount} are idle now`,
        };
  return [...causes, nodes];
}
