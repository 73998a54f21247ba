import { describe, expect, it } from "vitest";
import { refuseOwnMembers } from "../../../../domain/shared/own-members.ts";
import { decideOutcome } from "../../../../domain/job/outcome.ts";
import { Retries } from "../../../../domain/job/retries.ts";

const losses = { preemptions: 7, resizes: 2, nodeFaults: 0, userRetries: 0 };
const ended = (exitCode: number) => ({ kind: "taskCompleted", task: { exitCode } }) as const;
const run = (retries: Retries | undefined, done = 0) => ({
  losses: { ...losses, userRetries: done },
  retries,
  terminateRequested: false,
});

describe("retries of a job", () => {
  it("run a failed program again as often as they say, and count that apart from evictions", () => {
    expect(decideOutcome(run({ onFailure: 2 }, 1), ended(7))).toEqual({
      kind: "retry",
      losses: { ...losses, userRetries: 2 },
      cause: "userRetry",
      exitCode: 7,
    });
    expect(decideOutcome(run({ onFailure: 2 }, 2), ended(7))).toMatchObject({ kind: "failed", exitCode: 7 });
    expect(decideOutcome(run(undefined), ended(7))).toMatchObject({ kind: "failed" });
  });

  it("are for the exit codes that they name alone", () => {
    const retries = { onFailure: 2, onExitCodes: [75, 137] };
    expect(decideOutcome(run(retries), ended(75))).toMatchObject({ kind: "retry" });
    expect(decideOutcome(run(retries), ended(1))).toMatchObject({ kind: "failed", exitCode: 1 });
  });

  it("run a preparation that failed again, but nothing that would fail the same way", () => {
    const launcher = (outcome: "preparation-failed" | "blob-mount-failed" | "time-over", exitCode: number) =>
      decideOutcome(run({ onFailure: 1 }), {
        kind: "taskCompleted",
        task: { exitCode, launcher: { outcome, exitCode, node: "", detail: "" } },
      });
    expect(launcher("preparation-failed", 3)).toMatchObject({ kind: "retry", exitCode: 3 });
    expect(launcher("blob-mount-failed", 243)).toMatchObject({ kind: "failed" });
    expect(launcher("time-over", 143)).toMatchObject({ kind: "failed" });
  });

  it("never run a job again that somebody terminates", () => {
    const terminated = { ...run({ onFailure: 5 }), terminateRequested: true };
    expect(decideOutcome(terminated, ended(143))).toMatchObject({ errors: [{ code: "JobTerminated" }] });
  });

  it("say how many node faults a job survives: none, or more than usual", () => {
    const lost = { kind: "nodeLost" } as const;
    expect(decideOutcome(run({ onNodeFault: 0 }), lost)).toMatchObject({
      errors: [{ code: "JobNodeLost", details: [{ value: "a run was lost to faulty nodes" }] }],
    });
    const four = { ...run({ onNodeFault: 5 }), losses: { ...losses, nodeFaults: 4 } };
    expect(decideOutcome(four, lost)).toMatchObject({ kind: "retry", cause: "nodeFault" });
  });
});

describe("a request of retries", () => {
  const problem = (value: unknown) => Retries.safeParse(value).error?.issues[0]?.message;

  it("is refused with what is expected", () => {
    expect(problem({ onFailure: 101 })).toBe("expected a whole number from 0 to 100");
    expect(problem({ onFailure: 1, onExitCodes: [0] })).toBe("expected a whole number from 1 to 255");
    expect(problem({ onFailure: 1, onExitCodes: [256] })).toBe("expected a whole number from 1 to 255");
    expect(problem({ onFailure: 1, onExitCodes: [3, 3] })).toBe("expected each exit code once");
    expect(problem({ onFailure: 1, onExitCodes: [] })).toMatch(/^expected at least one/);
    expect(problem({ onExitCodes: [3] })).toMatch(/set onFailure, too$/);
  });

  it("belongs to our own version of the API", () => {
    expect(() => refuseOwnMembers("job", { properties: { retries: { onFailure: 1 } } })).toThrow(
      "properties.retries: the service of 2018 had no such member; send the request with api-version=2026-11-01",
    );
    for (const body of [{ properties: { retries: null } }, { properties: {} }, {}, null, []])
      expect(() => refuseOwnMembers("job", body)).not.toThrow();
  });
});
