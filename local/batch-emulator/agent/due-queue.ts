// Many deadlines behind one timer of a clock: a binary heap, so that a million simulated tasks cost what their number
// costs, whatever the clock does with its timers. Invariant: entries come out by time, then in the order they went in.
import type { Clock, Timer } from "../../clock.ts";

interface Entry {
  readonly atMs: number;
  readonly order: number;
  readonly fire: () => void;
  cancelled: boolean;
}

export interface DueQueue {
  /** Calls `fire` at `atMs`; the answer takes it back. */
  add(atMs: number, fire: () => void): () => void;
  /** Nothing fires any more. */
  close(): void;
}

export function createDueQueue(clock: Clock): DueQueue {
  const heap: Entry[] = [];
  let added = 0;
  let timer: { readonly atMs: number; readonly handle: Timer } | undefined;

  const arm = () => {
    const first = heap[0];
    if (timer && (!first || timer.atMs > first.atMs)) {
      timer.handle.cancel();
      timer = undefined;
    }
    if (first && !timer) timer = { atMs: first.atMs, handle: clock.at(first.atMs, fireDue) };
  };
  const fireDue = () => {
    timer = undefined;
    for (let first = heap[0]; first && first.atMs <= clock.now(); first = heap[0]) {
      take(heap);
      if (!first.cancelled) first.fire();
    }
    arm();
  };
  return {
    add(atMs, fire) {
      const entry: Entry = { atMs, order: added++, fire, cancelled: false };
      put(heap, entry);
      if (heap[0] === entry) arm();
      return () => void (entry.cancelled = true);
    },
    close() {
      heap.length = 0;
      arm();
    },
  };
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

function put(heap: Entry[], entry: Entry): void {
  let at = heap.length;
  while (at > 0) {
    const above = (at - 1) >> 1;
    const parent = heap[above] as Entry;
    if (!isBefore(entry, parent)) break;
    heap[at] = parent;
    at = above;
  }
  heap[at] = entry;
}

/** Removes the first. */
function take(heap: Entry[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  let at = 0;
  for (;;) {
    let below = 2 * at + 1;
    const left = heap[below];
    if (!left) break;
    const right = heap[below + 1];
    if (right && isBefore(right, left)) below += 1;
    const child = heap[below] as Entry;
    if (!isBefore(child, last)) break;
    heap[at] = child;
    at = below;
  }
  heap[at] = last;
}
