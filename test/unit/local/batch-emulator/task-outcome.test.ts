import { describe, expect, it } from "vitest";
import {
  attemptResult,
  shouldRetry,
} from "../../../../local/batch-emulator/service/launches/task-outcome.ts";

const failure = { category: "ServerError", code: "TaskSupervisorEnded", message: "…", details: [] } as const;

describe("an attempt that was killed because its supervisor was", () => {
  const result = attemptResult({ kind: "aborted", failure, endedAt: 5 }, false);

  it("is a failure with its cause, not another start without a word", () => {
    expect(result).toEqual({ exitCode: 137, failure, phase: "ran" });
  });

  it("is tried again only where the task allows retries, and then counts as one", () => {
    const retried = (retries: number, limit: number) => result && shouldRetry(result, retries, limit, false);
    expect([retried(0, 0), retried(0, 1), retried(1, 1), retried(7, -1)]).toEqual([false, true, false, true]);
  });
});

describe("an attempt of which nothing is left after a restart", () => {
  it("is requeued", () => {
    expect(attemptResult({ kind: "lost", endedAt: 5 }, false)).toBeUndefined();
  });
});
