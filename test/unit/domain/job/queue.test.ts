import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jobsToStart } from "../../../../domain/job/queue.ts";
import type { Room } from "../../../../domain/job/queue.ts";

const queueOf = (...sizes: number[]) => sizes.map((nodeCount, index) => ({ nodeCount, name: `j${index}` }));
const room = (free: number, held: number[] = [], coming = 0): Room => ({
  free,
  held,
  coming,
  most: free + held.reduce((sum, nodes) => sum + nodes, 0) + coming,
});
const started = (queue: ReturnType<typeof queueOf>, where: Room) =>
  jobsToStart(queue, where).map(({ name }) => name);

describe("a cluster's queue", () => {
  it("starts jobs in order, each with all its nodes at once", () => {
    expect(started(queueOf(1, 2, 1), room(4))).toEqual(["j0", "j1", "j2"]);
    expect(started(queueOf(2, 2), room(3))).toEqual(["j0"]);
  });

  it("never splits the nodes between two gangs", () => {
    expect(started(queueOf(3, 3), room(2, [], 2))).toEqual([]);
    expect(started(queueOf(3, 3), room(4))).toEqual(["j0"]);
  });

  it("lets a small job pass a head that must wait for the running gang anyway", () => {
    expect(started(queueOf(2, 1), room(1, [2]))).toEqual(["j1"]);
  });

  it("lets nothing pass a head that the next ending job, or an arriving node, would start", () => {
    expect(started(queueOf(2, 1), room(1, [1, 1]))).toEqual([]);
    expect(started(queueOf(2, 1), room(1, [], 1))).toEqual([]);
  });

  it("is not held up by a job that no node count of the cluster could start", () => {
    expect(started(queueOf(5, 1), room(2))).toEqual(["j1"]);
  });
});

interface Lasting {
  readonly nodeCount: number;
  readonly lasts: number;
}

/** Serves the queue until the one at `watched` starts. @returns that time. */
function startOf(
  nodes: number,
  running: readonly Lasting[],
  queue: readonly Lasting[],
  overtake: boolean,
): number {
  const ends = running.map(({ nodeCount, lasts }) => ({ nodeCount, at: lasts }));
  const waiting = [...queue];
  const [head] = waiting;
  for (let now = 0; ; now = Math.min(...ends.map(({ at }) => at))) {
    for (let index = ends.length - 1; index >= 0; index -= 1)
      if ((ends[index]?.at ?? 0) <= now) ends.splice(index, 1);
    const held = ends.map(({ nodeCount }) => nodeCount);
    const free = nodes - held.reduce((sum, taken) => sum + taken, 0);
    const able = overtake ? waiting : waiting.slice(0, 1);
    for (const job of jobsToStart(able, { free, held, coming: 0, most: nodes })) {
      if (job === head) return now;
      waiting.splice(waiting.indexOf(job), 1);
      ends.push({ nodeCount: job.nodeCount, at: now + job.lasts });
    }
  }
}

describe("backfill", () => {
  const lasting = (nodes: number) =>
    fc.record({ nodeCount: fc.integer({ min: 1, max: nodes }), lasts: fc.integer({ min: 1, max: 50 }) });
  const scene = fc.integer({ min: 2, max: 12 }).chain((nodes) =>
    fc.record({
      nodes: fc.constant(nodes),
      running: fc.array(lasting(nodes), { maxLength: 6 }),
      queue: fc.array(lasting(nodes), { minLength: 1, maxLength: 8 }),
    }),
  );

  it("never delays the head of the queue, whatever jobs run and however long", () => {
    let overtook = 0;
    fc.assert(
      fc.property(scene, ({ nodes, running: given, queue }) => {
        const running: Lasting[] = [];
        let taken = 0;
        for (const job of given)
          if (taken + job.nodeCount <= nodes) {
            running.push(job);
            taken += job.nodeCount;
          }
        const held = running.map(({ nodeCount }) => nodeCount);
        const now = jobsToStart(queue, { free: nodes - taken, held, coming: 0, most: nodes });
        expect(now.reduce((sum, { nodeCount }) => sum + nodeCount, taken)).toBeLessThanOrEqual(nodes);
        if (now.length > 0 && !now.includes(queue[0] as Lasting)) overtook += 1;
        expect(startOf(nodes, running, queue, true)).toBe(startOf(nodes, running, queue, false));
      }),
      { numRuns: 2_000 },
    );
    expect(overtook, "the property is not empty").toBeGreaterThan(20);
  });
});
