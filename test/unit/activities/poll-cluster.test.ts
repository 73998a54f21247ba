import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stateCounts } from "../../../activities/cluster/observe-nodes.ts";
import { freshTasks } from "../../../activities/cluster/poll-tasks.ts";
import type { BatchTask } from "../../../services/batch.ts";

const at = (ms: number, fraction = "") =>
  new Date(Date.UTC(2026, 0, 1) + ms).toISOString().replace("Z", `${fraction}Z`);
const task = (id: string, stateTransitionTime: string, state: BatchTask["state"] = "active"): BatchTask => ({
  id,
  state,
  stateTransitionTime,
  requeueCount: 0,
});

describe("tasks changed since the last look", () => {
  it("are told once, also those of the very moment of the mark", () => {
    const first = freshTasks([task("a", at(5)), task("b", at(9))], { upTo: at(0), keys: [] });
    expect(first.fresh.map(({ id }) => id)).toEqual(["a", "b"]);
    const second = freshTasks([task("b", at(9)), task("c", at(9, "0001"))], first.seen);
    expect(second.fresh.map(({ id }) => id)).toEqual(["c"]);
    expect(freshTasks([task("b", at(9)), task("c", at(9, "0001"))], second.seen).fresh).toEqual([]);
  });

  it("that moved on within one moment are told again", () => {
    const first = freshTasks([task("a", at(5), "active")], { upTo: at(0), keys: [] });
    expect(first.fresh).toHaveLength(1);
    expect(freshTasks([task("a", at(5), "running")], first.seen).fresh).toHaveLength(1);
  });

  it("are all told, each once, however the looks fall", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 30 }),
        fc.array(fc.integer({ min: 0, max: 30 })),
        (times, looks) => {
          const tasks = times.map((ms, index) => task(String(index), at(ms)));
          let seen = { upTo: at(0), keys: [] as string[] };
          const told: string[] = [];
          for (const look of [...looks.toSorted((a, b) => a - b), 31]) {
            const visible = tasks.filter(
              ({ stateTransitionTime }) =>
                stateTransitionTime <= at(look) && Date.parse(stateTransitionTime) >= Date.parse(seen.upTo),
            );
            const step = freshTasks(visible, seen);
            told.push(...step.fresh.map(({ id }) => id));
            seen = step.seen;
          }
          expect(told.toSorted()).toEqual(tasks.map(({ id }) => id).toSorted());
        },
      ),
    );
  });
});

describe("node counts", () => {
  it("put every state of Batch into one of five", () => {
    const counts = {
      creating: 1,
      idle: 2,
      leavingPool: 4,
      offline: 8,
      preempted: 16,
      rebooting: 32,
      reimaging: 64,
      running: 128,
      starting: 256,
      startTaskFailed: 512,
      unknown: 1024,
      unusable: 2048,
      waitingForStartTask: 4096,
      total: 8191,
    };
    const mapped = stateCounts(counts);
    expect(Object.values(mapped).reduce((sum, count) => sum + count, 0)).toBe(counts.total);
    expect(mapped).toMatchObject({ idleNodeCount: 2, runningNodeCount: 128 });
  });
});
