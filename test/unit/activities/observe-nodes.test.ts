import { expect, it } from "vitest";
import { stateCounts } from "../../../activities/cluster/observe-nodes.ts";

it("rows 29, 37: every node is in exactly one of the five counts, also while it leaves", () => {
  const counts = {
    creating: 1,
    starting: 2,
    waitingForStartTask: 4,
    rebooting: 8,
    reimaging: 16,
    idle: 32,
    running: 64,
    leavingPool: 128,
    preempted: 256,
    unusable: 512,
    startTaskFailed: 1024,
    unknown: 2048,
    offline: 4096,
    total: 8191,
  };
  const shown = stateCounts(counts);
  expect(shown).toEqual({
    preparingNodeCount: 31,
    idleNodeCount: 32,
    runningNodeCount: 64,
    leavingNodeCount: 384,
    unusableNodeCount: 7680,
  });
  expect(Object.values(shown).reduce((sum, nodes) => sum + nodes, 0)).toBe(counts.total);
});
