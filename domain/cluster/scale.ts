// Auto scale: how many nodes a cluster should have for the work it has. Grows at once, shrinks only after the surplus has
// lasted a while, and never below what running jobs hold, so that only idle nodes go. Manual clusters do not pass here.
import type { ScaleSettings } from "./schema.ts";

/** How long surplus nodes are kept (the original kept them about eight minutes; it was not a setting of the API). */
export const defaultIdleGraceMs = 8 * 60_000;

export interface ClusterLoad {
  /** Nodes that running jobs hold. */
  readonly runningNodes: number;
  /** Nodes that queued jobs ask for, all together. */
  readonly queuedNodes: number;
}

export interface ScaleState {
  /** Nodes the pool was last asked for. */
  readonly target: number;
  /** Epoch milliseconds since when more nodes than needed are wanted; absent when there is no surplus. */
  readonly surplusSinceMs?: number | undefined;
}

export type ScaleStep =
  /** Nothing to do; look again at `lookAtMs` at the latest, when it is given. */
  | { readonly kind: "stay"; readonly state: ScaleState; readonly lookAtMs?: number }
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
    lookAtMs: since + idleGraceMs,
  };
}
