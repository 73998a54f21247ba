// Which running tasks give way to tasks of jobs with a higher priority. Pure over its data. A job offers its tasks with
// allowTaskPreemption; they are requeued, the latest and least important first, and never more than the waiting work can
// use. Source: "Job - Add" (allowTaskPreemption), "Create a job with a priority".
import type { Job, Node, Pool, TaskRun } from "./model.ts";
import { jobsInOrder, nodeAccepts } from "./placement.ts";
import { maxParallelTasks } from "./task-limits.ts";

const priorityOf = (job: Job) => job.spec.priority ?? 0;

/** Room on a node, with what is being vacated already and what was promised in this pass. */
class Room {
  readonly node: Node;
  readonly #candidates: TaskRun[];
  #free: number;

  constructor(node: Node, slotsPerNode: number) {
    this.node = node;
    const runs = [...node.runs.keys()];
    this.#candidates = runs
      .filter((run) => !run.cancelled && run.task.job.spec.allowTaskPreemption === true)
      .sort((a, b) => priorityOf(a.task.job) - priorityOf(b.task.job) || b.task.stateAt - a.task.stateAt);
    const staying = runs.filter((run) => !run.cancelled).reduce((sum, run) => sum + run.slots, 0);
    this.#free = slotsPerNode - staying;
  }

  /** The runs that must end for `slots` to fit beside work of at least `priority`; undefined when they never do. */
  toFit(slots: number, priority: number): TaskRun[] | undefined {
    const chosen: TaskRun[] = [];
    let free = this.#free;
    for (const run of this.#candidates) {
      if (free >= slots) break;
      if (priorityOf(run.task.job) >= priority) break;
      chosen.push(run);
      free += run.slots;
    }
    return free >= slots ? chosen : undefined;
  }

  take(slots: number, ended: readonly TaskRun[]): void {
    this.#free -= slots;
    for (const run of ended) this.end(run);
  }

  end(run: TaskRun): void {
    const index = this.#candidates.indexOf(run);
    if (index < 0) return;
    this.#candidates.splice(index, 1);
    this.#free += run.slots;
  }
}

export function runsToPreempt(pool: Pool, preemptible: ReadonlySet<Job>): TaskRun[] {
  const lowest = Math.min(...[...preemptible].filter((job) => job.runs.size > 0).map(priorityOf));
  const waiting = jobsInOrder(pool).filter((job) => priorityOf(job) > lowest);
  if (waiting.length === 0) return [];
  const rooms = [...pool.nodes]
    .filter((node) => pool.slots.takesWork(node))
    .map((node) => new Room(node, pool.slots.slotsPerNode));
  const victims: TaskRun[] = [];
  for (const job of waiting) for (const run of makeWay(job, rooms)) victims.push(run);
  return victims;
}

/** Promises room to the job's waiting tasks, lane by lane, while some is found. Tasks on several nodes wait their turn. */
function makeWay(job: Job, rooms: readonly Room[]): TaskRun[] {
  const victims: TaskRun[] = [];
  let allowed = maxParallelTasks(job) - job.runs.size;
  for (const lane of job.ready.lanes()) {
    const task = job.ready.peek(lane);
    if (task === undefined || lane.instances > 0) continue;
    for (let left = lane.size; left > 0 && allowed > 0; left -= 1) {
      const place = cheapest(
        rooms.filter((room) => nodeAccepts(job, task, room.node)),
        lane.slots,
        priorityOf(job),
      );
      if (place === undefined) break;
      place.room.take(lane.slots, place.runs);
      for (const run of place.runs) for (const room of rooms) if (room !== place.room) room.end(run);
      victims.push(...place.runs);
      allowed -= 1;
    }
  }
  return victims;
}

function cheapest(rooms: readonly Room[], slots: number, priority: number) {
  let best: { room: Room; runs: TaskRun[] } | undefined;
  for (const room of rooms) {
    const runs = room.toFit(slots, priority);
    if (runs !== undefined && (best === undefined || runs.length < best.runs.length)) best = { room, runs };
    if (best?.runs.length === 0) break;
  }
  return best;
}
