// Whether a gang failed because a node was lost: what Batch says of its nodes decides, and how long it is waited for.
import { describe, expect, it } from "vitest";
import { lossBehind, mayBeOfLoss } from "../../../../domain/job/gang-loss.ts";
import { parseLauncherResult } from "../../../../domain/launch/result.ts";

const started = "2026-01-01T10:00:00Z";
const ended = "2026-01-01T11:00:00Z";
const gang = { nodes: ["a", "b"], startTime: started, endTime: ended, silent: false, spot: true };
const booted = "2026-01-01T09:00:00Z";
const node = (id: string, state = "idle", lastBootTime = booted) => ({ id, state, lastBootTime });
const at = (secondsLater: number) => ({
  now: new Date(Date.parse(ended) + secondsLater * 1_000),
  nodeLossMs: 300_000,
});

describe("behind the failure of a gang", () => {
  it.each(["preempted", "unusable", "unknown", "creating", "starting", "rebooting"])(
    "is a loss where a node is %s",
    (state) => {
      expect(lossBehind(gang, [node("a"), node("b", state)], at(1))).toBe("preempted");
      expect(lossBehind({ ...gang, spot: false }, [node("a"), node("b", state)], at(1))).toBe("nodeLost");
    },
  );

  it("is a loss where a node is another machine than at the start of the run", () => {
    const again = node("b", "idle", "2026-01-01T11:00:05Z");
    expect(lossBehind(gang, [node("a"), again], at(10))).toBe("preempted");
  });

  it("is none where all are there and answered, at once", () => {
    for (const state of ["idle", "running", "offline", "leavingpool"])
      expect(lossBehind(gang, [node("a"), node("b", state)], at(0))).toBeUndefined();
    expect(lossBehind(gang, [node("a")], at(0))).toBeUndefined();
    expect(lossBehind(gang, [node("a"), node("b"), node("other", "preempted")], at(0))).toBeUndefined();
  });

  it("may be one for some time where a node is silent, and is one when it leaves", () => {
    const silent = { ...gang, silent: true };
    expect(lossBehind(silent, [node("a"), node("b")], at(299))).toBe("unheard");
    expect(lossBehind(silent, [node("a"), node("b")], at(300))).toBeUndefined();
    expect(lossBehind(silent, [node("a")], at(1))).toBe("preempted");
    expect(lossBehind(silent, [node("a"), node("b", "leavingpool")], at(1))).toBe("preempted");
    expect(lossBehind({ ...silent, endTime: undefined }, [node("a"), node("b")], at(1))).toBeUndefined();
  });

  it("is looked for where a program failed, or the launcher could not reach a node, and nowhere else", () => {
    const result = (outcome: string) =>
      parseLauncherResult(`outcome ${outcome}\nsilent 10.0.0.5\nend result\n`);
    expect(result("exited")?.silent).toBe("10.0.0.5");
    for (const outcome of ["exited", "launch-failed", "ended"])
      expect([outcome, mayBeOfLoss(result(outcome), 1)]).toEqual([outcome, true]);
    for (const outcome of ["preparation-failed", "container-failed", "time-over", "evicted", "output-lost"])
      expect([outcome, mayBeOfLoss(result(outcome), 1)]).toEqual([outcome, false]);
    expect([mayBeOfLoss(undefined, 1), mayBeOfLoss(undefined, 241)]).toEqual([true, false]);
  });
});
