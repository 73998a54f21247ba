// Whether a node was lost behind the failure of a gang. A program whose peer goes away with its machine fails itself (its connection is reset),
// often before Batch knows of the loss: that is no failure of the program. Positive evidence only: what Batch says of the run's nodes. Where
// the launcher found a node silent, Batch has some time to say so; where all of them answered, the job has failed at once. See docs/adr/0039.
import { z } from "zod";
import { reservedExits } from "../launch/result.ts";
import type { LauncherResult } from "../launch/result.ts";

/** `unheard`: a node is silent, and Batch may still tell of its loss. */
export const LossBehind = z.enum(["preempted", "nodeLost", "unheard"]);
export type LossBehind = z.infer<typeof LossBehind>;

interface FailedGang {
  /** The ids of its nodes. */
  readonly nodes: readonly string[];
  /** Of its task, by Batch's clock. */
  readonly startTime?: string | undefined;
  readonly endTime?: string | undefined;
  /** Some of them did not answer the first. */
  readonly silent: boolean;
  /** They are on loan. */
  readonly spot: boolean;
}

interface SeenNode {
  readonly id: string;
  readonly state: string;
  readonly lastBootTime?: string | undefined;
}

/** The machine is there, and runs what it is given; one that leaves a shrinking pool may have waited for the end of the run. */
const intact = new Set(["idle", "running", "offline", "leavingpool"]);

/** @param seen nodes of the pool, as Batch tells of them now. */
export function lossBehind(
  gang: FailedGang,
  seen: readonly SeenNode[],
  { now, nodeLossMs }: { readonly now: Date; readonly nodeLossMs: number },
): LossBehind | undefined {
  const byId = new Map(seen.map((node) => [node.id, node]));
  if (gang.nodes.some((id) => isLost(byId.get(id), gang))) return gang.spot ? "preempted" : "nodeLost";
  const endedAt = gang.endTime === undefined ? NaN : Date.parse(gang.endTime);
  return gang.silent && now.getTime() - endedAt < nodeLossMs ? "unheard" : undefined;
}

function isLost(node: SeenNode | undefined, { startTime, silent }: FailedGang): boolean {
  // A shrinking pool, too, takes nodes out when their runs have ended: one that had answered until then is no loss.
  if (node === undefined || node.state === "leavingpool") return silent;
  if (!intact.has(node.state)) return true;
  // The same node on another machine, or on one that was started anew.
  const { lastBootTime } = node;
  return (
    lastBootTime !== undefined && startTime !== undefined && Date.parse(lastBootTime) > Date.parse(startTime)
  );
}

/** An end of which a lost peer may be the cause. */
export function mayBeOfLoss(launcher: LauncherResult | undefined, exitCode: number | undefined): boolean {
  if (launcher === undefined) return !reserved.has(exitCode);
  return (
    launcher.outcome === "exited" || launcher.outcome === "launch-failed" || launcher.outcome === "ended"
  );
}
const reserved = new Set<number | undefined>(Object.values(reservedExits));
