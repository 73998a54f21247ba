import { describe, expect, it } from "vitest";
import { metricPoints } from "../../../services/documents/metric-points.ts";
import { memoryDocuments } from "../../support/app/memory-documents.ts";

const series = { trial: 3, attempt: 1, metric: "loss/train #1" };
const points = (from: number, count: number) =>
  Array.from({ length: count }, (_, at) => ({
    step: from + at,
    value: from + at === 7 ? Number.NaN : (from + at) / 2,
  }));

describe("points of metrics", () => {
  it("come back in their order, a thousand in a document, NaN as NaN", async () => {
    const store = metricPoints(memoryDocuments());
    await store.append("sweep", [{ series, after: 0, points: points(0, 1500) }]);
    await store.append("sweep", [{ series, after: 1500, points: points(1500, 1000) }]);
    expect(await store.read("sweep", series)).toEqual(points(0, 2500));
    expect(await store.read("sweep", { ...series, metric: "loss" })).toEqual([]);
  });

  it("are stored once when the same are appended twice", async () => {
    const store = metricPoints(memoryDocuments());
    await store.append("sweep", [{ series, after: 0, points: points(0, 10) }]);
    for (let again = 0; again < 2; again += 1)
      await store.append("sweep", [{ series, after: 10, points: points(10, 5) }]);
    expect(await store.read("sweep", series)).toEqual(points(0, 15));
  });

  it("go some at a time, and another sweep's stay", async () => {
    const store = metricPoints(memoryDocuments());
    const many = Array.from({ length: 120 }, (_, trial) => ({
      series: { ...series, trial },
      after: 0,
      points: points(0, 1),
    }));
    await store.append("sweep", many);
    await store.append("other", many.slice(0, 1));
    let rounds = 0;
    while (!(await store.removeSome("sweep"))) rounds += 1;
    expect(rounds).toBe(3);
    expect(await store.read("other", { ...series, trial: 0 })).toHaveLength(1);
  });
});
