// A run is told before it is ended: SIGTERM, the grace, SIGKILL. Batch kills without a word, so the launcher on the node does it, and Batch
// is for what the launcher did not do in time.
import { formatDuration } from "../shared/duration.ts";

/** Until a launcher has looked for what it should hear of: `pace_notices` and `notice_fetch_s` of node/launcher/notices.sh. */
const noticedMs = 10_000;
/** For several nodes, and for the last of the logs. */
const endingMs = 15_000;

/** How long a run that was asked to stop may take for it. */
export const patienceMs = (graceMs: number): number => (graceMs === 0 ? 0 : noticedMs + graceMs + endingMs);

/** What Batch is told of the time that a run may take. */
export function batchTimeLimit(limitMs: number, graceMs: number): string {
  return formatDuration(limitMs + patienceMs(graceMs));
}
