import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rescaleCluster } from "../../../../domain/cluster/rules.ts";
import {
  autoScaled,
  defaultIdleGraceMs,
  nextScaleStep,
  targetNodeCount,
  wantedNodes,
} from "../../../../domain/cluster/scale.ts";
import { ClusterPatch } from "../../../../domain/cluster/schema.ts";
import type { ScaleState } from "../../../../domain/cluster/schema.ts";
import { parse } from "../../../../domain/shared/parse.ts";
import { cluster } from "../samples.ts";

const scale = { minimumNodeCount: 0, maximumNodeCount: 4, initialNodeCount: 0 };
const at = (minutes: number) => new Date(minutes * 60_000);
const idle = { runningNodes: 0, queuedNodes: 0 };

describe("auto scale", () => {
  it("follows the recorded example: up for a job, idle for eight minutes, down to nothing", () => {
    const up = nextScaleStep(scale, { runningNodes: 0, queuedNodes: 1 }, { target: 0 }, at(0));
    expect(up).toEqual({ kind: "resize", nodes: 1, state: { target: 1 } });
    const busy = nextScaleStep(scale, { runningNodes: 1, queuedNodes: 0 }, up.state, at(12));
    expect(busy).toEqual({ kind: "stay", state: { target: 1 } });
    const done = nextScaleStep(scale, idle, busy.state, at(13));
    expect(done).toEqual({
      kind: "stay",
      state: { target: 1, surplusSinceMs: 13 * 60_000 },
      nextCheckMs: 21 * 60_000,
    });
    expect(nextScaleStep(scale, idle, done.state, at(20))).toMatchObject({
      kind: "stay",
      nextCheckMs: 21 * 60_000,
    });
    expect(nextScaleStep(scale, idle, done.state, at(21))).toEqual({
      kind: "resize",
      nodes: 0,
      state: { target: 0 },
    });
  });

  it("forgets a surplus when work comes back", () => {
    const surplus: ScaleState = { target: 2, surplusSinceMs: 0 };
    const busy = nextScaleStep(scale, { runningNodes: 1, queuedNodes: 1 }, surplus, at(7));
    expect(busy).toEqual({ kind: "stay", state: { target: 2 } });
    expect(nextScaleStep(scale, idle, busy.state, at(9))).toMatchObject({ kind: "stay" });
  });

  it("goes below a lowered maximum at once, but leaves running jobs their nodes", () => {
    const lowered = { ...scale, maximumNodeCount: 1 };
    expect(nextScaleStep(lowered, { runningNodes: 2, queuedNodes: 5 }, { target: 4 }, at(0))).toMatchObject({
      kind: "resize",
      nodes: 2,
    });
  });

  it("never leaves its bounds, never takes a running job's node, and settles", () => {
    const load = fc.record({ runningNodes: fc.nat(10), queuedNodes: fc.nat(10) });
    const bounds = fc.tuple(fc.nat(6), fc.nat(6)).map(([a, b]) => ({
      minimumNodeCount: Math.min(a, b),
      maximumNodeCount: Math.max(a, b),
      initialNodeCount: 0,
    }));
    fc.assert(
      fc.property(bounds, fc.array(load, { minLength: 1 }), fc.nat(12), (settings, loads, target) => {
        let state: ScaleState = { target };
        let minutes = 0;
        for (const now of loads) {
          const step = nextScaleStep(settings, now, state, at((minutes += 1)));
          if (step.kind === "resize") {
            expect(step.nodes).toBeGreaterThanOrEqual(Math.max(settings.minimumNodeCount, now.runningNodes));
            expect(step.nodes).toBeLessThanOrEqual(Math.max(settings.maximumNodeCount, now.runningNodes));
            expect(step.nodes).not.toBe(state.target);
          }
          state = step.state;
        }
        const last = loads.at(-1) ?? idle;
        const first = nextScaleStep(settings, last, state, at(minutes));
        const later = nextScaleStep(
          settings,
          last,
          first.state,
          new Date(minutes * 60_000 + defaultIdleGraceMs),
        );
        expect(later.state.target).toBe(wantedNodes(settings, last));
      }),
    );
  });
});

describe("a cluster's target", () => {
  const auto = (more: object = {}) =>
    cluster({ scaleSettings: { autoScale: { minimumNodeCount: 1, maximumNodeCount: 4, ...more } } });

  it("is the manual count, or what auto scale reached, at first the larger of minimum and initial count", () => {
    expect(targetNodeCount(cluster({ scaleSettings: { manual: { targetNodeCount: 3 } } }))).toBe(3);
    expect(targetNodeCount(auto())).toBe(1);
    expect(targetNodeCount(auto({ initialNodeCount: 3 }))).toBe(3);
    expect(targetNodeCount(autoScaled(auto(), { runningNodes: 0, queuedNodes: 2 }, at(0)))).toBe(2);
  });

  it("does not move for a manual cluster or when nothing changed", () => {
    const manual = cluster();
    expect(autoScaled(manual, { runningNodes: 0, queuedNodes: 9 }, at(0))).toBe(manual);
    const steady = auto();
    expect(autoScaled(steady, idle, at(0))).toBe(steady);
  });

  it("starts from where it is when the settings change", () => {
    const patch = (scaleSettings: object) => parse(ClusterPatch, { properties: { scaleSettings } });
    const manual = cluster({ scaleSettings: { manual: { targetNodeCount: 3 } } });
    const toAuto = rescaleCluster(manual, patch({ autoScale: { minimumNodeCount: 0, maximumNodeCount: 4 } }));
    expect(targetNodeCount(toAuto)).toBe(3);
    const back = rescaleCluster(toAuto, patch({ manual: { targetNodeCount: 0 } }));
    expect(targetNodeCount(back)).toBe(0);
    expect(back).not.toHaveProperty("autoScale");
  });
});
