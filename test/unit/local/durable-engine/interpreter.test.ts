// The interpreter as a table: actions and history in, decisions out. Histories are written as the engine writes them.
import { describe, expect, it } from "vitest";
import { interpret, mismatchText } from "../../../../local/durable-engine/service/interpreter/interpret.ts";
import { retryDelayMs } from "../../../../local/durable-engine/service/interpreter/retry.ts";
import { rows } from "./support/interpreter-rows.ts";
import {
  activity,
  any,
  completed,
  continueAsNew,
  created,
  lock,
  raised,
  scheduled,
  sent,
  start,
  startMs,
  timer,
  timerCreated,
  turn,
  wait,
} from "./support/histories.ts";

function summary(found: ReturnType<typeof interpret>): string[] {
  const relative = (ms: number) => `+${ms - startMs}`;
  return found.decisions.map((decision) => {
    const head = `${decision.kind}:${decision.id}`;
    switch (decision.kind) {
      case "activity":
        return `${head} ${decision.name}`;
      case "http":
        return `${head} ${decision.call.method} ${decision.call.uri}`;
      case "subOrchestration":
        return `${head} ${decision.name} ${decision.instanceId}`;
      case "timer":
        return `${head} ${relative(decision.fireAtMs)}`;
      case "send": {
        const { message } = decision;
        const extra =
          message.kind === "lock"
            ? ` ${message.lockset.join(",")}`
            : message.kind === "signal" && message.dueMs !== undefined
              ? ` ${relative(message.dueMs)}`
              : "";
        return `${head} ${decision.event} ${decision.target} ${message.kind}${extra}`;
      }
    }
  });
}

describe("the interpreter", () => {
  it.each(rows)("$name", ({ actions, history, over = false, decisions, settled }) => {
    const found = interpret({ actions, history, executionId: "exec", over });
    expect(found.mismatch).toBeUndefined();
    expect(summary(found)).toEqual(decisions);
    if (settled !== undefined) expect(found.settled).toBe(settled);
  });

  it("gives equal results for equal arguments and leaves them unchanged", () => {
    for (const { actions, history, over = false } of rows) {
      const input = { actions, history, executionId: "exec", over };
      const before = JSON.stringify(input);
      expect(interpret(input)).toEqual(interpret(input));
      expect(JSON.stringify(input)).toBe(before);
    }
  });

  it("reports ContinueAsNew with its input and carries over events that come after it", () => {
    const found = interpret({
      actions: [activity("A"), continueAsNew({ n: 2 })],
      history: [...start(), scheduled(0, "A"), ...turn(raised("Early"), completed(0), raised("Late"))],
      executionId: "exec",
      over: true,
    });
    expect(found.continueAsNew).toEqual({ input: { n: 2 } });
    expect(found.carryOver).toHaveLength(1);
    expect(found.settled).toBe(true);
  });

  it("lists cancelled timers that have not fired", () => {
    const found = interpret({
      actions: [any(wait("Go"), timer(5000, true))],
      history: [...start(), timerCreated(0), ...turn(raised("Go"))],
      executionId: "exec",
      over: true,
    });
    expect(found).toMatchObject({ cancelledTimers: [0], settled: true });
  });

  it("knows which locks are held", () => {
    const history = [...start(), sent(0, "@c@a", "op", "l1"), ...turn(raised("l1"))];
    const locks = lock("l1", ["c", "a"], ["c", "b"]);
    expect(interpret({ actions: [locks], history, executionId: "e", over: false }).heldLocks).toEqual([
      "@c@a",
      "@c@b",
    ]);
  });
});

describe("an orchestrator that no longer fits its history", () => {
  const history = [...start(), scheduled(0, "A"), ...turn(completed(0)), scheduled(1, "B")];

  it("is found out by another name under the same number", () => {
    const { mismatch } = interpret({
      actions: [activity("A"), activity("X")],
      history,
      executionId: "exec",
      over: false,
    });
    expect(mismatch).toMatchObject({ position: 6, number: 1 });
    const text = mismatch === undefined ? "" : mismatchText("main", mismatch);
    expect(text).toContain("Non-Deterministic workflow detected: orchestrator 'main', history position 6");
    expect(text).toContain("TaskScheduled event with number 1 records activity 'B'");
    expect(text).toContain("asked for activity 'X'");
  });

  it("is found out by another kind of action", () => {
    const { mismatch } = interpret({
      actions: [activity("A"), timer(5)],
      history,
      executionId: "exec",
      over: false,
    });
    expect(mismatch).toMatchObject({ recorded: "activity 'B'", replayed: "a timer" });
  });

  it("is found out by an action that isn't there any more", () => {
    const { mismatch } = interpret({ actions: [activity("A")], history, executionId: "exec", over: true });
    expect(mismatch).toMatchObject({ number: 1, replayed: undefined });
  });

  it.each([
    ["a sub-orchestration", created(0, "Child", "c"), "sub-orchestration 'Child'"],
    ["a timer", timerCreated(0), "a timer"],
    ["a message", sent(0, "@c@a", "op", "r"), "message 'op' to entity '@c@a'"],
  ])("is found out by %s that it hasn't asked for", (_kind, recorded, text) => {
    const { mismatch } = interpret({
      actions: [activity("A")],
      history: [...start(), recorded],
      executionId: "exec",
      over: false,
    });
    expect(mismatch).toMatchObject({ recorded: text, replayed: "activity 'A'" });
  });
});

describe("the delay before a retry", () => {
  const base = { firstIntervalMs: 100, maxAttempts: 9, backoff: 2, maxIntervalMs: 350, timeoutMs: 10_000 };

  it.each([
    [0, 100],
    [1, 200],
    [2, 350],
    [5, 350],
  ])("after %i earlier failures is %i ms", (failures, delay) => {
    expect(retryDelayMs(base, failures, 0, 0)).toBe(delay);
  });

  it("is zero when the overall timeout has passed", () => {
    expect(retryDelayMs(base, 0, 0, 10_000)).toBe(0);
  });
});
