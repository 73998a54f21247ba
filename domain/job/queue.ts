// Which of a cluster's waiting jobs may start now. A job takes all its nodes at once; the queue is served in order; the
// first job that does not fit is its head, and what stands behind may overtake it only when that cannot delay it. Nobody
// knows how long a job runs, so that "cannot" means: in whatever order the running jobs end and nodes arrive.
// Why it is so: docs/adr/0014-the-queue-is-ours.md
import { refOf } from "../shared/resource-id.ts";
import type { JobDocument } from "./schema.ts";
import { policyChecks } from "./spot/placement.ts";

export interface Waiting {
  readonly nodeCount: number;
}

export interface Room {
  /** Nodes that no job holds and that may be given away. */
  readonly free: number;
  /** Nodes that each of the running jobs holds. */
  readonly held: readonly number[];
  /** Nodes on their way; each may arrive at any time. */
  readonly coming: number;
  /** Nodes that the cluster can have at most as it is set now. */
  readonly most: number;
}

/**
 * @param queue in the order in which it is to be served.
 * @returns the jobs to start, in order.
 */
export function jobsToStart<Job extends Waiting>(queue: readonly Job[], room: Room): readonly Job[] {
  // What only a resize could ever start is in nobody's way.
  const able = queue.filter(({ nodeCount }) => nodeCount <= room.most);
  const inOrder: Job[] = [];
  let { free } = room;
  for (const job of able) {
    if (job.nodeCount > free) break;
    inOrder.push(job);
    free -= job.nodeCount;
  }
  const [head, ...behind] = able.slice(inOrder.length);
  if (head === undefined) return inOrder;
  const held = [...room.held, ...inOrder.map(({ nodeCount }) => nodeCount)];
  return [...inOrder, ...overtaking(head, behind, { ...room, free, held })];
}

function overtaking<Job extends Waiting>(head: Job, behind: readonly Job[], room: Room): readonly Job[] {
  const chosen: Job[] = [];
  const held = [...room.held];
  let { free } = room;
  for (const job of behind) {
    if (free <= 0) break;
    if (job.nodeCount > free || delays(job, head, { ...room, free, held })) continue;
    chosen.push(job);
    held.push(job.nodeCount);
    free -= job.nodeCount;
  }
  return chosen;
}

/** True when some jobs may end, or nodes arrive, with which the head would start if this job had not. */
function delays(job: Waiting, head: Waiting, room: Room): boolean {
  const missing = head.nodeCount - room.free;
  const sums = reachableSums(
    [...room.held, ...Array<number>(room.coming).fill(1)],
    missing + job.nodeCount - 1,
  );
  for (let sum = missing; sum < missing + job.nodeCount; sum += 1) if (sums[sum] === true) return true;
  return false;
}

/** `result[s]`: some of the sizes add up to s; up to `limit`. */
function reachableSums(sizes: readonly number[], limit: number): readonly boolean[] {
  const reachable = Array<boolean>(limit + 1).fill(false);
  reachable[0] = true;
  for (const size of sizes)
    for (let sum = limit; sum >= size; sum -= 1) if (reachable[sum - size] === true) reachable[sum] = true;
  return reachable;
}

/** A job as its cluster's queue knows it. */
export function activeJobOf(job: JobDocument) {
  const { schedulingPriority: priority, nodeCount } = job.spec;
  const checks = policyChecks(job);
  return {
    jobGuid: job.guid,
    ref: refOf(job),
    priority,
    nodeCount,
    attempt: job.attempt,
    since: job.creationTime,
    ...(checks === undefined ? {} : { policyChecks: checks }),
  };
}
