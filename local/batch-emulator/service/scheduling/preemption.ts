// Which running tasks give way to tasks of jobs with a higher priority. Pure over its data. A job offers its tasks with
// allowTaskPreemption; they are requeued, the latest and least important first, and never more than the waiting work can
// use. Source: "Job - Add" (allowTaskPreemption), "Create a job with a priority".
import type { Job, Node, Pool, TaskRun } from "../entities/model.ts";
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

export interface Clearance {
  readonly runs: readonly TaskRun[];
  /** Nodes with the priority of the job that they are cleared for: what was just displaced must not move in again. */
  readonly keptFor: ReadonlyMap<Node, number>;
}

export function clearanceFor(pool: Pool, preemptible: ReadonlySet<Job>): Clearance {
  const lowest = Math.min(...[...preemptible].filter((job) => job.runs.size > 0).map(priorityOf));
  const waiting = jobsInOrder(pool).filter((job) => priorityOf(job) > lowest);
  const keptFor = new Map<Node, number>();
  if (waiting.length === 0) return { runs: [], keptFor };
  const rooms = [...pool.nodes]
    .filter((node) => pool.slots.takesWork(node))
    .map((node) => new Room(node, pool.slots.slotsPerNode));
  const runs: TaskRun[] = [];
  for (const job of waiting)
    for (const place of makeWay(job, rooms)) {
      runs.push(...place.runs);
      const { node } = place.room;
      keptFor.set(node, Math.min(keptFor.get(node) ?? Infinity, priorityOf(job)));
    }
  return { runs, keptFor };
}

interface Place {
  readonly room: Room;
  readonly runs: readonly TaskRun[];
}

/** Promises room to the job's waiting tasks, lane by lane, while some is found. Tasks on several nodes wait their turn. */
function makeWay(job: Job, rooms: readonly Room[]): Place[] {
  const places: Place[] = [];
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
      places.push(place);
      allowed -= 1;
    }
  }
  return places;
}

function cheapest(rooms: readonly Room[], slots: number, priority: number): Place | undefined {
  let best: Place | undefined;
  for (const room of rooms) {
    const runs = room.toFit(slots, priority);
    if (runs !== undefined && (best === undefined || runs.length < best.runs.length)) best = { room, runs };
    if (best?.runs.length === 0) break;
  }
  return best;
}
