// The tasks of one job that could start now, first come first served, one lane per shape (slots and instances), so that
// a scheduling pass looks at one task per shape and never scans the queue. Invariant: a task is in at most one lane, and
// only while its `ticket` is that of its entry; removal just voids the ticket.
import type { Task } from "./model.ts";

interface Lane {
  readonly slots: number;
  readonly instances: number;
  tasks: (Task | undefined)[];
  tickets: number[];
  head: number;
  /** Tasks that wait in this lane. */
  size: number;
  /** Passes in which later work overtook the head of this lane. */
  overtaken: number;
}

export type { Lane };

let lastTicket = 0;

export class ReadyQueue {
  readonly #lanes: Lane[] = [];
  #size = 0;

  /** Tasks that wait. */
  get size(): number {
    return this.#size;
  }

  add(task: Task): void {
    if (task.ticket !== 0) return;
    const lane = this.#lane(slotsOf(task), instancesOf(task));
    task.ticket = lastTicket += 1;
    lane.tasks.push(task);
    lane.tickets.push(task.ticket);
    lane.size += 1;
    this.#size += 1;
  }

  remove(task: Task): void {
    if (task.ticket === 0) return;
    task.ticket = 0;
    this.#lane(slotsOf(task), instancesOf(task)).size -= 1;
    this.#size -= 1;
  }

  /** Lanes that have a task, the one that waited longest first. */
  lanes(): Lane[] {
    const waiting = this.#lanes.filter((lane) => this.peek(lane) !== undefined);
    if (waiting.length > 1) waiting.sort((a, b) => (a.tickets[a.head] ?? 0) - (b.tickets[b.head] ?? 0));
    return waiting;
  }

  peek(lane: Lane): Task | undefined {
    while (lane.head < lane.tasks.length) {
      const task = lane.tasks[lane.head];
      if (task !== undefined && task.ticket === lane.tickets[lane.head]) return task;
      this.#drop(lane);
    }
    return undefined;
  }

  /** Takes the task that `peek` shows. */
  take(lane: Lane): Task | undefined {
    const task = this.peek(lane);
    if (task === undefined) return undefined;
    this.#drop(lane);
    task.ticket = 0;
    lane.size -= 1;
    this.#size -= 1;
    lane.overtaken = 0;
    return task;
  }

  #drop(lane: Lane): void {
    lane.tasks[lane.head] = undefined;
    lane.head += 1;
    if (lane.head > 1024 && lane.head * 2 > lane.tasks.length) {
      lane.tasks = lane.tasks.slice(lane.head);
      lane.tickets = lane.tickets.slice(lane.head);
      lane.head = 0;
    }
  }

  #lane(slots: number, instances: number): Lane {
    let lane = this.#lanes.find((one) => one.slots === slots && one.instances === instances);
    if (lane === undefined) {
      lane = { slots, instances, tasks: [], tickets: [], head: 0, size: 0, overtaken: 0 };
      this.#lanes.push(lane);
    }
    return lane;
  }
}

/** Slots that the task takes on each of its nodes. */
export const slotsOf = (task: Task): number => task.spec.requiredSlots ?? 1;

/** Nodes that the task needs at once; 0 for a plain task. */
export const instancesOf = (task: Task): number =>
  task.spec.multiInstanceSettings === undefined
    ? 0
    : (task.spec.multiInstanceSettings.numberOfInstances ?? 1);
