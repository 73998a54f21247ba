import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ordered } from "../../../domain/metric/point.ts";
import type { Point } from "../../../domain/metric/point.ts";
import { metricRunOf } from "../../../domain/metric/run.ts";
import type { DocumentStore } from "../../../services/documents.ts";
import { metrics } from "../../../services/documents/metrics.ts";
import { mostSeries } from "../../../services/metrics.ts";
import { memoryDocuments } from "../../support/app/memory-documents.ts";

const run = { group: "sweep", run: "job-1" };
const name = "loss/train #1";
const points = (from: number, count: number): readonly Point[] =>
  Array.from({ length: count }, (_, at) => ({
    step: from + at,
    value: from + at === 7 ? Number.NaN : (from + at) / 2,
  }));

function counted(store: DocumentStore) {
  const seen = { reads: 0, commits: 0 };
  const counting: DocumentStore = {
    ...store,
    get: (key) => ((seen.reads += 1), store.get(key)),
    page: (range) => ((seen.reads += 1), store.page(range)),
    commit: (partition, writes) => ((seen.commits += 1), store.commit(partition, writes)),
  };
  return { store: counting, seen };
}

describe("the metrics of a job", () => {
  it("are its sweep's to keep, or its own", () => {
    expect(metricRunOf({ guid: "j", sweepGuid: "s" })).toEqual({ group: "s", run: "j" });
    expect(metricRunOf({ guid: "j" })).toEqual({ group: "j", run: "j" });
  });

  it("come back in the order in which they came, NaN as NaN, from any point on", async () => {
    const store = metrics(memoryDocuments());
    await store.append(run, [{ name, points: points(5000, 100) }]);
    await store.append(run, [{ name, points: points(0, 3500) }]);
    const all = [...points(5000, 100), ...points(0, 3500)];
    expect(await store.read(run, name)).toEqual(all);
    for (const from of [1, 999, 1000, 2500, 3000, 3599, 3600, 9999])
      expect(await store.read(run, name, from)).toEqual(all.slice(from));
    expect(await store.read(run, "loss")).toEqual([]);
    expect(await store.read({ ...run, run: "job-2" }, name)).toEqual([]);
  });

  it("say their figures and their latest points, by name", async () => {
    const store = metrics(memoryDocuments());
    const added = await store.append(run, [
      { name: "b", points: points(0, 2500) },
      { name: "a", points: [{ step: 0, value: Number.NEGATIVE_INFINITY, time: 5 }] },
    ]);
    const [a, b] = await store.list(run);
    expect(added).toEqual({ series: expect.arrayContaining([a, b]) as unknown, refused: [] });
    expect(a).toMatchObject({
      name: "a",
      figures: { n: 1, last: -Infinity, lastTime: 5 },
      recent: [{ step: 0, value: -Infinity, time: 5 }],
      recentFrom: 0,
    });
    expect(b?.figures).toMatchObject({ n: 2500, lastStep: 2499, minStep: 0, max: 1249.5 });
    expect(b?.recent).toEqual(points(b?.recentFrom ?? 0, 2500 - (b?.recentFrom ?? 0)));
  });

  it("are stored once when requests are repeated, late, and from two processes at once", async () => {
    const documents = memoryDocuments();
    const [one, other] = [metrics(documents), metrics(documents)];
    const batches = [points(0, 900), points(900, 900), points(1800, 900), points(0, 900), points(1000, 50)];
    await Promise.all(
      [...batches, ...batches].map((batch, at) =>
        (at % 2 === 0 ? one : other).append(run, [
          { name, points: batch },
          { name: "other", points: batch.slice(0, 1) },
        ]),
      ),
    );
    expect(ordered(await one.read(run, name))).toEqual(points(0, 2700));
    expect(await one.read(run, name)).toHaveLength(2700);
    expect((await one.list(run)).map(({ figures }) => figures.n)).toEqual([2700, 4]);
  });

  it("are what they are, in whatever parts and order they come", async () => {
    const part = fc.tuple(fc.nat(5200), fc.integer({ min: 1, max: 2300 }));
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 6 }), async (parts) => {
        const store = metrics(memoryDocuments());
        const wanted = new Set<number>();
        for (const [from, count] of parts) {
          await store.append(run, [{ name, points: points(from, count) }]);
          for (const { step } of points(from, count)) wanted.add(step);
        }
        const stored = await store.read(run, name);
        expect(stored.map(({ step }) => step).sort((a, b) => a - b)).toEqual(
          [...wanted].sort((a, b) => a - b),
        );
        const curve = await store.curve(run, name, 10_000);
        expect(curve?.figures.n).toBe(wanted.size);
        expect(curve?.buckets.reduce((sum, { n }) => sum + n, 0)).toBe(wanted.size);
      }),
      { numRuns: 20 },
    );
  });

  it("have a curve of at most as many buckets as asked for, from two documents", async () => {
    const { store: documents, seen } = counted(memoryDocuments());
    const store = metrics(documents);
    await store.append(run, [{ name, points: points(0, 30_000) }]);
    await store.append(run, [
      { name, points: [{ step: 12, value: 1e9 }] },
      { name, points: points(30_000, 10) },
    ]);
    seen.reads = 0;
    const curve = await store.curve(run, name, 500);
    expect(seen.reads).toBe(2);
    expect(curve?.buckets.length).toBeGreaterThan(250);
    expect(curve?.buckets.length).toBeLessThanOrEqual(500);
    expect(curve?.buckets.reduce((sum, { n }) => sum + n, 0)).toBe(30_010);
    expect(curve?.buckets.at(-1)?.to).toEqual({ step: 30_009 });
    expect(await store.curve(run, "none", 500)).toBeUndefined();
  });

  it("cost one write a request after the first", async () => {
    const { store: documents, seen } = counted(memoryDocuments());
    const store = metrics(documents);
    await store.append(run, [{ name, points: points(0, 1) }]);
    Object.assign(seen, { reads: 0, commits: 0 });
    for (let at = 1; at < 11; at += 1)
      await store.append(run, [
        { name, points: points(at, 1) },
        { name: "other", points: points(at, 1) },
      ]);
    expect(seen).toEqual({ reads: 0, commits: 10 });
  });

  it("have no more names than they may", async () => {
    const store = metrics(memoryDocuments());
    const names = Array.from({ length: mostSeries + 2 }, (_, at) => `m${at}`);
    const { refused } = await store.append(
      run,
      names.map((each) => ({ name: each, points: points(0, 1) })),
    );
    expect(refused).toEqual(names.slice(mostSeries));
    expect((await store.append(run, [{ name: "m0", points: points(1, 1) }])).refused).toEqual([]);
    expect(await store.list(run)).toHaveLength(mostSeries);
  });

  it("go some at a time, and another group's stay", async () => {
    const store = metrics(memoryDocuments());
    for (let at = 0; at < 120; at += 1)
      await store.append({ ...run, run: `job-${at}` }, [{ name, points: points(0, 1) }]);
    await store.append(run, [{ name, points: points(1, 2500) }]);
    await store.append({ group: "other", run: "job" }, [{ name, points: points(0, 1) }]);
    let rounds = 0;
    while (!(await store.removeSome("sweep"))) rounds += 1;
    expect(rounds).toBe(4);
    expect(await store.list(run)).toEqual([]);
    expect(await store.read({ group: "other", run: "job" }, name)).toHaveLength(1);
    await store.append(run, [{ name, points: points(0, 1) }]);
    expect(await store.read(run, name)).toEqual(points(0, 1));
  });
});
