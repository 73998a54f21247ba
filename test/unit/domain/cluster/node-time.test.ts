// What is kept of the time of nodes is all of it, however their counts changed, and stays small.
import fc from "fast-check";
import { expect, test } from "vitest";
import { NodeTimeSpan, spansUntil, withNodeTime } from "../../../../domain/cluster/node-time.ts";
import type { NodeTime } from "../../../../domain/cluster/node-time.ts";
import { noNodes } from "../../../../domain/cluster/rules.ts";
import type { NodeStateCounts } from "../../../../domain/cluster/schema.ts";

interface Counted {
  readonly nodeStateCounts: NodeStateCounts;
  readonly nodeTime?: NodeTime | undefined;
}

const begin = Date.UTC(2026, 10, 20);
const at = (minutes: number) => new Date(begin + minutes * 60_000).toISOString();
const counts = (running: number, idle: number, preparing = 0, leaving = 0): NodeStateCounts => ({
  ...noNodes,
  runningNodeCount: running,
  idleNodeCount: idle,
  preparingNodeCount: preparing,
  leavingNodeCount: leaving,
});
const fresh: Counted = { nodeStateCounts: noNodes, nodeTime: { since: at(0), at: at(0), spans: [] } };

/** Counts that were seen one after the other, each after so many minutes. @returns all that was told, and the document. */
function told(steps: readonly { readonly after: number; readonly counts: NodeStateCounts }[]) {
  let document = fresh;
  let minutes = 0;
  const gone: NodeTimeSpan[] = [];
  let most = 0;
  for (const { after, counts: seen } of steps) {
    minutes += after;
    const before = document.nodeTime?.closed;
    document = { ...withNodeTime(document, at(minutes)), nodeStateCounts: seen };
    const closed = document.nodeTime?.closed;
    if (closed !== before) gone.push(...(closed ?? []));
    most = Math.max(most, document.nodeTime?.spans.length ?? 0);
  }
  return { document, gone, most, minutes };
}

const minuteMs = 60_000;
const sum = (spans: readonly NodeTimeSpan[], what: "busy" | "idle" | "preparing" | "other") =>
  spans.reduce((total, span) => total + span[what], 0) / minuteMs;

test("no node-minute is lost or told twice, whatever was counted when; a document keeps eight spans at most", () => {
  const step = fc.record({
    after: fc.oneof(fc.integer({ min: 0, max: 90 }), fc.integer({ min: 0, max: 20_000 })),
    counts: fc
      .tuple(...[0, 1, 2, 3].map(() => fc.integer({ min: 0, max: 4 })))
      .map(([a = 0, b = 0, c = 0, d = 0]) => counts(a, b, c, d)),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 0, max: 500 }), (steps, rest) => {
      const { document, gone, most, minutes } = told(steps);
      const all = [...gone, ...spansUntil(document, at(minutes + rest))];
      const ends = [...steps.map(({ after }) => after), rest].slice(1);
      const expected = (of: (seen: NodeStateCounts) => number) =>
        steps.reduce((total, { counts: seen }, index) => total + of(seen) * (ends[index] ?? 0), 0);
      expect(sum(all, "busy")).toBeCloseTo(expected(({ runningNodeCount }) => runningNodeCount));
      expect(sum(all, "idle")).toBeCloseTo(expected(({ idleNodeCount }) => idleNodeCount));
      expect(sum(all, "preparing")).toBeCloseTo(expected(({ preparingNodeCount }) => preparingNodeCount));
      expect(sum(all, "other")).toBeCloseTo(expected(({ leavingNodeCount }) => leavingNodeCount));
      expect(most).toBeLessThanOrEqual(8);
      for (const [index, span] of all.entries()) {
        expect(NodeTimeSpan.parse(span).from < span.to).toBe(true);
        expect(index === 0 || (all[index - 1]?.to ?? "") <= span.from).toBe(true);
      }
    }),
  );
});

test("a stretch of hours stands for itself; many short ones become one", () => {
  const { document } = told([
    { after: 0, counts: counts(2, 0) },
    ...Array.from({ length: 30 }, (_, index) => ({ after: 1, counts: counts(index % 2, 1) })),
    { after: 600, counts: counts(1, 0) },
  ]);
  expect(document.nodeTime?.spans.map(({ from, to }) => [from, to])).toEqual([
    [at(0), at(30)],
    [at(30), at(630)],
  ]);
});

test("a document of an older version is told from the moment on that it is counted next", () => {
  const old = withNodeTime<Counted>({ nodeStateCounts: counts(0, 3) }, at(60));
  expect(old.nodeTime).toEqual({ since: at(60), at: at(60), spans: [] });
  expect(spansUntil(old, at(120))).toEqual([
    { from: at(60), to: at(120), busy: 0, idle: 3 * 60 * minuteMs, preparing: 0, other: 0 },
  ]);
  expect(spansUntil({ nodeStateCounts: counts(0, 3) }, at(120))).toEqual([]);
});
