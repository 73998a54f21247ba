// What becomes of an event, and why. Pure: the caller reads the situation and writes the decision.
import { isAllowed } from "../shared/roles.ts";
import type { Role } from "../shared/roles.ts";
import { templateOf } from "./action.ts";
import { depthOf } from "./event.ts";
import type { Firing } from "./firing.ts";
import type { TriggerDocument } from "./schema.ts";

export interface Situation {
  /** What whoever saved the trigger may do now where its jobs and sweeps are made. */
  readonly saversRoles: readonly Role[];
  /** Epoch milliseconds. */
  readonly now: number;
  /** Its jobs and sweeps that have not ended; counted where they matter. */
  readonly active: number;
  /** Earlier events of the trigger that wait for their turn. */
  readonly queued: number;
}

export type Verdict =
  | { readonly decision: "started"; readonly reason: string; readonly replaces: boolean }
  | { readonly decision: "queued" | "skipped" | "failed"; readonly reason: string };

/** A fire time that is looked at so much later was missed. */
const missedAfterMs = 60_000;
/** Jobs and sweeps that start others: a circle ends here. */
const longestChain = 20;

export function decide(trigger: TriggerDocument, firing: Firing, situation: Situation): Verdict {
  return (
    refusal(trigger, firing, situation) ??
    missed(trigger, firing, situation) ??
    turn(trigger, firing, situation)
  );
}

function refusal(trigger: TriggerDocument, firing: Firing, { saversRoles }: Situation): Verdict | undefined {
  const { savedBy, paused, enabled } = trigger;
  const { event, replayed } = firing;
  const asked = event.kind === "run" || replayed === true;
  if (!enabled && !asked) {
    const reason = `the trigger is paused${paused?.reason === undefined ? "" : `: ${paused.reason}`}`;
    // What came before the pause keeps its place.
    return { decision: firing.decision === "queued" ? "queued" : "skipped", reason };
  }
  if (!isAllowed(saversRoles, "submitter"))
    return {
      decision: "failed",
      reason: `'${savedBy.subject}', who saved the trigger, may not submit jobs; somebody who may saves it again`,
    };
  if (depthOf(event) >= longestChain)
    return {
      decision: "skipped",
      reason: `${longestChain} jobs or sweeps started one another in a row; the chain ends here, for it may be a circle`,
    };
  return undefined;
}

function missed({ spec }: TriggerDocument, firing: Firing, { now }: Situation): Verdict | undefined {
  const { event, superseded, replayed, overlap } = firing;
  // An overlap of its own has what somebody asked for, such as a backfill.
  if (event.kind !== "schedule" || replayed === true || overlap !== undefined) return undefined;
  const { catchup } = spec.on.schedule ?? { catchup: "last" };
  const seconds = Math.round((now - Date.parse(event.time)) / 1000);
  if (catchup === "none" && seconds * 1000 >= missedAfterMs)
    return { decision: "skipped", reason: `missed by ${seconds} s, and catchup is 'none'` };
  if (catchup === "last" && superseded === true)
    return {
      decision: "skipped",
      reason: `missed by ${seconds} s; catchup 'last' runs only the last missed time`,
    };
  return undefined;
}

function turn({ spec }: TriggerDocument, firing: Firing, { active, queued }: Situation): Verdict {
  const overlap = firing.overlap ?? spec.overlap;
  const { maxConcurrent } = spec;
  const started = { decision: "started", reason: startReason(firing) } as const;
  if (overlap === "allow") return { ...started, replaces: false };
  const running = `${active} of at most ${maxConcurrent} ${templateOf(spec.action).kind}s of the trigger have not ended`;
  if (overlap === "replace") {
    const replaces = active >= maxConcurrent;
    return replaces
      ? { ...started, reason: `${started.reason}; ${running}: they are terminated`, replaces }
      : { ...started, replaces };
  }
  const ahead = firing.decision === "queued" ? 0 : queued;
  if (active < maxConcurrent && (overlap === "skip" || ahead === 0)) return { ...started, replaces: false };
  if (overlap === "skip") return { decision: "skipped", reason: `${running}, and overlap is 'skip'` };
  return { decision: "queued", reason: ahead === 0 ? running : `${running}, ${ahead} events wait before` };
}

function startReason({ event, replayed }: Firing): string {
  const again = replayed === true ? "replayed: " : "";
  switch (event.kind) {
    case "schedule":
      return `${again}the time has come${event.edge === undefined ? "" : edges[event.edge]}`;
    case "blobCreated":
      return `${again}the blob was written`;
    case "blobBatch":
      return `${again}${event.blobs.length} blobs were gathered`;
    case "queueMessage":
      return `${again}the message came`;
    case "webhook":
      return `${again}the webhook came`;
    case "jobCompleted":
      return `${again}job ${event.job} ${event.state}`;
    case "sweepCompleted":
      return `${again}sweep ${event.sweep} ${event.state}`;
    case "run":
      return `${again}somebody asked for it`;
  }
}
const edges = {
  gap: "; the clock was set forward over the time that was meant",
  repeated: "; the clock shows it for the second time",
} as const;
