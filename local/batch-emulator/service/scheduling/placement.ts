// The decision of the scheduler: which task goes to which node(s) next. Pure over its data structures: no clock, no
// processes. Order: job priority, then round robin between jobs, then first come first served; a shape that does not fit
// may be overtaken, but a wide one only so often before nodes are kept for it.
import { jobNodeKey } from "../entities/records.ts";
import type { Job, Node, Pool, Task } from "../entities/model.ts";
import type { Lane } from "../entities/ready-queue.ts";
import { maxParallelTasks } from "./task-limits.ts";

export interface Placement {
  readonly task: Task;
  readonly nodes: readonly Node[];
}

export interface PlacementRules {
  readonly overtakesBeforeReservation: number;
  /** A growing number, for round robin. */
  tick(): number;
  /** The least priority of jobs that may use a node which is being cleared for others; undefined: any. */
  keptFor?(node: Node): number | undefined;
}

/** Takes the next task that fits out of its queue; undefined when nothing fits (or nodes are kept for a wide task). */
export function placeNext(pool: Pool, rules: PlacementRules): Placement | undefined {
  if (!pool.slots.hasFree) return undefined;
  const passed: Lane[] = [];
  for (const job of jobsInOrder(pool)) {
    for (const lane of job.ready.lanes()) {
      const task = job.ready.peek(lane);
      if (task === undefined) continue;
      const nodes = nodesFor(pool, job, task, lane, rules);
      if (nodes !== undefined) {
        job.ready.take(lane);
        job.lastPick = rules.tick();
        for (const wide of passed) wide.overtaken += 1;
        return { task, nodes };
      }
      if (!couldEverFit(pool, job, task, lane)) continue;
      if (lane.overtaken >= rules.overtakesBeforeReservation) return undefined;
      passed.push(lane);
    }
  }
  return undefined;
}

/** Jobs that may start a task now: highest priority first; among equals the one served longest ago, or the oldest where the
 *  pool's jobDefaultOrder says so. */
export function jobsInOrder(pool: Pool): Job[] {
  const jobs: Job[] = [];
  for (const job of pool.readyJobs) {
    if (job.ready.size === 0) pool.readyJobs.delete(job);
    else if (job.state === "active" && job.runs.size < maxParallelTasks(job)) jobs.push(job);
  }
  if (jobs.length < 2) return jobs;
  const oldestFirst = pool.spec.taskSchedulingPolicy?.jobDefaultOrder === "creationtime";
  return jobs.sort(
    (a, b) =>
      (b.spec.priority ?? 0) - (a.spec.priority ?? 0) ||
      (oldestFirst ? 0 : a.lastPick - b.lastPick) ||
      a.row - b.row,
  );
}

function nodesFor(
  pool: Pool,
  job: Job,
  task: Task,
  lane: Lane,
  rules: PlacementRules,
): readonly Node[] | undefined {
  const accepts = (node: Node) =>
    nodeAccepts(job, task, node) && (rules.keptFor?.(node) ?? -Infinity) <= (job.spec.priority ?? 0);
  if (lane.instances > 0) return canRunGangs(pool) ? pool.slots.findIdle(lane.instances, accepts) : undefined;
  const hinted = hint(pool, task);
  if (hinted !== undefined && pool.slots.fits(hinted, lane.slots) && accepts(hinted)) return [hinted];
  const node = pool.slots.find(lane.slots, pool.spec.taskSchedulingPolicy?.nodeFillType ?? "Spread", accepts);
  return node === undefined ? undefined : [node];
}

/** A node where the job's preparation failed takes no task of it. */
export function nodeAccepts(job: Job, task: Task, node: Node): boolean {
  if (task.manager && job.spec.jobManagerTask?.allowLowPriorityNode === false && !node.isDedicated)
    return false;
  if (job.nodes.size === 0) return true;
  const on = job.nodes.get(jobNodeKey(node.pool.id, node.id));
  return !(
    on?.preparation.result === "failure" &&
    job.spec.jobPreparationTask?.waitForSuccess !== false &&
    on.boots === node.boots
  );
}

/** "Task - Add": affinityId is a node's or another task's, a soft hint. */
function hint(pool: Pool, task: Task): Node | undefined {
  const wanted = task.spec.affinityInfo?.affinityId.replace(/^TVM:/, "").toLowerCase();
  return wanted === undefined ? undefined : pool.nodes.get(wanted);
}

/** "Use multi-instance tasks": inter-node communication and one slot per node, else the task stays active for ever. */
const canRunGangs = (pool: Pool) =>
  pool.spec.enableInterNodeCommunication === true && pool.slots.slotsPerNode === 1;

/** Nodes are kept only for what some of them would take once they are free; the rest would hold up the whole pool. */
function couldEverFit(pool: Pool, job: Job, task: Task, lane: Lane): boolean {
  if (lane.instances > 0 ? !canRunGangs(pool) : lane.slots > pool.slots.slotsPerNode) return false;
  return pool.slots.has(Math.max(1, lane.instances), (node) => nodeAccepts(job, task, node));
}
