// The one monitor of a cluster while it has work or its nodes move: polls, notifies, waits. Polls rarely when nothing
// changes, soon again when something does or a signal comes. Ends when there is nothing to poll for; a job that is submitted
// or resized meanwhile starts it anew.
import type { z } from "zod";
import { applyScale, pollCluster } from "../../contracts/cluster-activities.ts";
import type { Seen } from "../../contracts/cluster-activities.ts";
import type { ClusterIdentity } from "../../contracts/refs.ts";
import { changed } from "../../contracts/instances.ts";
import { monitorClusterOrchestration } from "../../contracts/orchestrations.ts";
import { safetyIntervalMs } from "../../domain/job/safety.ts";
import { callOnce } from "../lib/call.ts";
import type { OrchestrationContext, Steps } from "../lib/call.ts";
import { continueAsNew, defineOrchestration, note } from "../lib/define-orchestration.ts";
import { listenTo } from "../lib/wait.ts";

/** Every execution replays from its start, and waits that lost to their timer stay open: keep it short. */
const roundsPerExecution = 25;
const slowdown = 1.5;
/** Idle polls in a row before the end, so that work that arrives at the last moment is still seen. */
const idleRounds = 2;

export const monitorCluster = defineOrchestration(monitorClusterOrchestration, function* (context, input) {
  const { cluster, minIntervalMs, maxIntervalMs } = input;
  let seen: Readonly<Record<string, Seen>> = input.seen;
  let intervalMs = input.intervalMs ?? minIntervalMs;
  let { auditedAt } = input;
  let idle = 0;
  const signals = listenTo(context, changed);
  for (let round = 0; round < roundsPerExecution; round += 1) {
    const now = context.df.currentUtcDateTime.getTime();
    const audit = auditedAt === undefined || now - auditedAt >= safetyIntervalMs(maxIntervalMs);
    const answer = yield* pollOnce(context, { cluster, seen: { ...seen }, audit });
    if (answer.kind === "gone") return undefined;
    const quiet = answer.kind === "unavailable" || !answer.changed;
    intervalMs = quiet ? Math.min(intervalMs * slowdown, maxIntervalMs) : minIntervalMs;
    if (answer.kind === "polled") {
      seen = answer.seen;
      if (audit) auditedAt = now;
      if (answer.rescale === true) yield* rescaleOnce(context, cluster);
      idle = answer.idle ? idle + 1 : 0;
    }
    // Who reads this while the next poll is under way relies on the one after that, which an idle cluster does not get.
    // Once more before the end, so that a signal of the last moment is heard; whoever comes later sees that it may not be.
    const last = idle >= idleRounds;
    note(context, { alert: !quiet && idle === 0, ending: last });
    const waited = yield* signals.wait(last ? minIntervalMs : intervalMs);
    if (last && waited.kind === "timeout") return undefined;
    if (waited.kind === "event") {
      intervalMs = minIntervalMs;
      idle = 0;
    }
  }
  continueAsNew(context, { ...input, seen, intervalMs, ...(auditedAt === undefined ? {} : { auditedAt }) });
  return undefined;
});

/** A poll that fails says nothing and changes nothing. */
function* pollOnce(
  context: OrchestrationContext,
  input: z.output<typeof pollCluster.input>,
): Steps<
  | {
      kind: "polled";
      seen: Record<string, Seen>;
      changed: boolean;
      idle: boolean;
      rescale?: boolean | undefined;
    }
  | { kind: "gone" }
  | { kind: "unavailable" }
> {
  try {
    return yield* callOnce(context, pollCluster, input);
  } catch {
    return { kind: "unavailable" };
  }
}

/** When Batch is busy or cannot be reached, the next poll asks again. */
function* rescaleOnce(context: OrchestrationContext, cluster: ClusterIdentity): Steps<void> {
  try {
    yield* callOnce(context, applyScale, { cluster });
  } catch {
    return;
  }
}
