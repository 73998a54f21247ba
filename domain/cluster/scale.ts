// Auto scale: how many nodes a cluster should have for the work it has. Grows at once, shrinks only after the surplus has
// lasted a while, and never below what running jobs hold, so that only idle nodes go. Manual clusters do not pass here.
import type { ClusterDocument, ScaleSettings, ScaleState } from "./schema.ts";

/** How long surplus nodes are kept (the original kept them about eight minutes; it was not a setting of the API). */
export const defaultIdleGraceMs = 8 * 60_000;

export interface ClusterLoad {
  /** Nodes that running jobs hold. */
  readonly runningNodes: number;
  /** Nodes that queued jobs ask for, all together. */
  readonly queuedNodes: number;
}

export type ScaleStep =
  /** Nothing to do; look again at `nextCheckMs` at the latest, when it is given. */
  | { readonly kind: "stay"; readonly state: ScaleState; readonly nextCheckMs?: number }
  | { readonly kind: "resize"; readonly nodes: number; readonly state: ScaleState };

/** Nodes for the load, within the settings' bounds; running jobs keep theirs even when the bounds were lowered. */
export function wantedNodes(scale: NonNullable<ScaleSettings["autoScale"]>, load: ClusterLoad): number {
  const asked = Math.max(scale.minimumNodeCount, load.runningNodes + load.queuedNodes);
  return Math.max(load.runningNodes, Math.min(scale.maximumNodeCount, asked));
}

export function nextScaleStep(
  scale: NonNullable<ScaleSettings["autoScale"]>,
  load: ClusterLoad,
  state: ScaleState,
  now: Date,
  idleGraceMs = defaultIdleGraceMs,
): ScaleStep {
  const wanted = wantedNodes(scale, load);
  if (wanted > state.target) return { kind: "resize", nodes: wanted, state: { target: wanted } };
  if (wanted === state.target) return { kind: "stay", state: { target: state.target } };
  // Above the maximum there is nothing to wait for: the settings were lowered.
  const ceiling = Math.max(scale.maximumNodeCount, load.runningNodes);
  if (state.target > ceiling) return { kind: "resize", nodes: ceiling, state: { target: ceiling } };
  const since = state.surplusSinceMs ?? now.getTime();
  if (now.getTime() - since >= idleGraceMs)
    return { kind: "resize", nodes: wanted, state: { target: wanted } };
  return {
    kind: "stay",
    state: { target: state.target, surplusSinceMs: since },
    nextCheckMs: since + idleGraceMs,
  };
}

/** Nodes to ask for at creation. */
export function initialNodeCount(scale: ScaleSettings): number {
  if (scale.autoScale === undefined) return scale.manual?.targetNodeCount ?? 0;
  return Math.max(scale.autoScale.minimumNodeCount, scale.autoScale.initialNodeCount);
}

/** A manual cluster at 0 is paused, not small: its jobs wait for a resize. */
export function largestSize(cluster: ClusterDocument): number {
  const { manual, autoScale } = cluster.spec.scaleSettings;
  if (autoScale !== undefined) return autoScale.maximumNodeCount;
  const target = manual?.targetNodeCount ?? 0;
  return target === 0 ? Number.POSITIVE_INFINITY : target;
}

/** Nodes that the pool should have now, if they can be had. */
export function targetNodeCount(cluster: ClusterDocument): number {
  const initial = initialNodeCount(cluster.spec.scaleSettings);
  return cluster.spec.scaleSettings.autoScale === undefined
    ? initial
    : (cluster.autoScale?.target ?? initial);
}

/** Nodes that the pool was, or is to be, asked for: the target, or what quota left of it. */
export function poolNodeCount(cluster: ClusterDocument): number {
  const target = targetNodeCount(cluster);
  return cluster.quota?.asked === target ? cluster.quota.granted : target;
}

/** One step of auto scale; the same document when it is a manual cluster or nothing changes. */
export function autoScaled(
  cluster: ClusterDocument,
  load: ClusterLoad,
  now: Date,
  idleGraceMs = defaultIdleGraceMs,
): ClusterDocument {
  const scale = cluster.spec.scaleSettings.autoScale;
  if (scale === undefined) return cluster;
  const before = cluster.autoScale ?? { target: targetNodeCount(cluster) };
  const { state } = nextScaleStep(scale, load, before, now, idleGraceMs);
  const same = state.target === before.target && state.surplusSinceMs === before.surplusSinceMs;
  return same ? cluster : { ...cluster, autoScale: state };
}
