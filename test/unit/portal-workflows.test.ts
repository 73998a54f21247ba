// Where the steps of a workflow stand in its drawing, and how keys go through them. No browser.
import { describe, expect, it } from "vitest";
import type { WorkflowResponse, WorkflowStepResponse } from "../../domain/workflow/wire.ts";
import { neighbour, placed, startedPage, workflowLines } from "../../portal/lib/workflows.ts";

const place = { subscriptionId: "s", group: "rg", workspace: "w" };
const step = (id: string): WorkflowStepResponse => ({ id, state: "succeeded" });
/** Of steps named by letters, and edges such as `ab`. */
const graph = (steps: string, edges: readonly string[]) =>
  ({
    id: "/w",
    name: "w",
    type: "t",
    properties: {
      steps: [...steps].map(step),
      edges: edges.map(([from = "", to = ""]) => ({ from, to })),
      state: "succeeded",
      startTime: "2026-11-29T10:00:00Z",
      more: false,
    },
  }) satisfies WorkflowResponse;
const drawn = (workflow: WorkflowResponse) =>
  placed(workflow).all.map(({ step: { id }, layer, row }) => `${id} ${layer} ${row}`);

describe("a workflow's drawing", () => {
  it("has a chain in one line", () => {
    expect(drawn(graph("abc", ["ab", "bc"]))).toEqual(["a 0 0", "b 1 0", "c 2 0"]);
  });

  it("has a row for each branch, however deep, and no two steps in one place", () => {
    const branched = graph("abdcef", ["ab", "bd", "ac", "ce", "cf"]);
    expect(drawn(branched)).toEqual(["a 0 0", "b 1 0", "d 2 0", "c 1 1", "e 2 1", "f 2 2"]);
    expect(placed(branched)).toMatchObject({ layers: 3, rows: 3 });
    expect(new Set(drawn(branched).map((text) => text.slice(2))).size).toBe(6);
  });

  it("begins anew with a step whose predecessor is not shown any more", () => {
    expect(drawn(graph("ac", ["bc"]))).toEqual(["a 0 0", "c 0 1"]);
    expect(placed(graph("", []))).toMatchObject({ all: [], rows: 0 });
  });

  it("is walked through by arrows, Home and End", () => {
    const { all } = placed(graph("abdc", ["ab", "bd", "ac"]));
    const walk = (from: string, ...keys: readonly string[]) =>
      keys.reduce<string | undefined>((id, key) => neighbour(all, id ?? "", key), from);
    expect(walk("a", "ArrowRight")).toBe("b");
    expect(walk("a", "ArrowRight", "ArrowDown")).toBe("c");
    expect(walk("c", "ArrowUp", "ArrowRight")).toBe("d");
    expect(walk("d", "ArrowLeft", "ArrowLeft")).toBe("a");
    expect([walk("a", "End"), walk("c", "Home")]).toEqual(["c", "a"]);
    expect([walk("a", "ArrowLeft"), walk("d", "ArrowRight"), walk("a", "x")]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("leads to what a step started, and to the line that restarts it", () => {
    const inExperiment =
      "/subscriptions/s/resourceGroups/rg/providers/Microsoft.BatchAI/workspaces/w/experiments/e";
    expect(startedPage(place, { ...step("a"), job: { id: `${inExperiment}/jobs/j` } })).toBe(
      "/w/rg/w/jobs/e/j",
    );
    expect(startedPage(place, { ...step("a"), sweep: { id: `${inExperiment}/sweeps/s` } })).toBe(
      "/w/rg/w/sweeps/e/s",
    );
    expect(startedPage(place, step("a"))).toBeUndefined();
    const { batchai, curl } = workflowLines(place, "https://a.example").restart("x", ["a", "b"]);
    expect(batchai).toBe("batchai workflow restart -g rg -w w -n x --step a --step b");
    expect(curl).toContain(`-d '{"steps":["a","b"]}'`);
  });
});
