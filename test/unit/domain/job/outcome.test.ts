import { describe, expect, it } from "vitest";
import { decideOutcome } from "../../../../domain/job/outcome.ts";
import type { CompletedTask, RunEnd } from "../../../../domain/job/outcome.ts";
import { parseLauncherResult } from "../../../../domain/launch/result.ts";
import type { LauncherResult } from "../../../../domain/launch/result.ts";

const losses = { preemptions: 0, resizes: 0, nodeFaults: 0, userRetries: 0 };
const decide = (end: RunEnd, more: object = {}) =>
  decideOutcome({ losses, terminateRequested: false, ...more }, end);
const completed = (task: CompletedTask) => decide({ kind: "taskCompleted", task });
const launcher = (more: Partial<LauncherResult>): LauncherResult => ({
  outcome: "exited",
  exitCode: 0,
  node: "tvm-0",
  detail: "",
  ...more,
});

describe("a completed task", () => {
  it("with exit code 0 is a success", () => {
    expect(completed({ exitCode: 0 })).toEqual({ kind: "succeeded", exitCode: 0 });
  });

  it.each([
    [{ exitCode: 7 }, 7, "JobFailed", "Job failed with non-zero exit code"],
    [
      { exitCode: 7, launcher: launcher({ exitCode: 7 }) },
      7,
      "JobFailed",
      "Job failed with non-zero exit code",
    ],
    [
      { exitCode: 3, launcher: launcher({ outcome: "preparation-failed", exitCode: 3 }) },
      3,
      "JobPreparationFailed",
      "Job preparation task failed with non-zero exit code",
    ],
    [{ exitCode: 241 }, 1, "JobPreparationFailed", "Job preparation task failed with non-zero exit code"],
    [
      { exitCode: 242, launcher: launcher({ outcome: "file-share-mount-failed", exitCode: 242 }) },
      -1,
      "AZFMountError",
      "Unable to mount Azure File",
    ],
    [{ exitCode: 243 }, -1, "BFSMountError", "unable to mount blob fuse file system"],
    [
      { exitCode: 241, launcher: launcher({ exitCode: 241 }) },
      241,
      "JobFailed",
      "Job failed with non-zero exit code",
    ],
  ] as const)("%j failed with exit code %i and %s", (task, exitCode, code, message) => {
    expect(completed(task)).toMatchObject({ kind: "failed", exitCode, errors: [{ code, message }] });
  });

  it("whose output storage did not take is a failure of its own, with the program's exit code", () => {
    const lost = "output directory MODEL";
    const launched = launcher({ outcome: "output-lost", exitCode: 0, lost });
    expect(completed({ exitCode: 245, launcher: launched })).toMatchObject({
      kind: "failed",
      exitCode: 0,
      errors: [{ code: "JobOutputLost", details: [{ name: "Lost", value: lost }] }],
    });
    expect(completed({ exitCode: 245 })).toMatchObject({ exitCode: 0, errors: [{ code: "JobOutputLost" }] });
    expect(completed({ exitCode: 3, launcher: launcher({ exitCode: 3, lost }) })).toMatchObject({
      exitCode: 3,
      errors: [{ code: "JobFailed", details: [{ name: "Lost", value: lost }] }],
    });
  });

  it("passes the launcher's reason on as a detail", () => {
    const outcome = completed({
      exitCode: 243,
      launcher: launcher({ outcome: "blob-mount-failed", detail: "no container x" }),
    });
    expect(outcome).toMatchObject({ errors: [{ details: [{ name: "Info", value: "no container x" }] }] });
  });

  it.each([
    [{ code: "TaskEnded", message: "The task exceeded its wall clock time" }, "JobExceededMaxWallClockTime"],
    [{ code: "TaskEnded", message: "Task Was Ended by User Request" }, "JobTerminated"],
    [
      { category: "UserError", code: "MaxWallClockTimeExceeded", message: "too long" },
      "JobExceededMaxWallClockTime",
    ],
    [{ code: "BlobNotFound", message: "gone" }, "JobLaunchFailed"],
  ])("ended by Batch with %j failed with %s", (failure, code) => {
    const outcome = completed({ exitCode: 137, failure: { category: "UserError", ...failure } });
    expect(outcome).toMatchObject({ kind: "failed", errors: [{ code }] });
    expect(outcome).not.toHaveProperty("exitCode");
  });
});

it("what Batch says of the time comes before the launcher, which knows only that it was told to stop", () => {
  const failure = { category: "UserError", code: "MaxWallClockTimeExceeded", message: "" };
  const outcome = completed({
    exitCode: 143,
    failure,
    launcher: launcher({ outcome: "ended", exitCode: 143 }),
  });
  expect(outcome).toMatchObject({ kind: "failed", errors: [{ code: "JobExceededMaxWallClockTime" }] });
});

it("of a run that its launcher ended at the end of its time, or for its nodes, is what made it do so", () => {
  const told = (outcome: "time-over" | "evicted" | "rehearsed" | "requeued" | "deallocated") =>
    completed({ exitCode: 143, launcher: launcher({ outcome, exitCode: 143 }) });
  expect(told("time-over")).toMatchObject({
    kind: "failed",
    errors: [{ code: "JobExceededMaxWallClockTime" }],
  });
  expect(told("evicted")).toEqual({
    kind: "retry",
    losses: { ...losses, preemptions: 1 },
    cause: "preempted",
  });
  expect(told("rehearsed")).toEqual({ kind: "retry", losses, cause: "rehearsed" });
  expect(told("requeued")).toEqual({ kind: "retry", losses: { ...losses, resizes: 1 }, cause: "resized" });
  expect(told("deallocated")).toMatchObject({ kind: "failed", errors: [{ code: "JobNodeDeallocated" }] });
});

describe("an end without a completed task", () => {
  it("is another run when its staged files were lost, and a failed launch when that goes on", () => {
    expect(decide({ kind: "filesLost" })).toEqual({
      kind: "retry",
      losses: { ...losses, nodeFaults: 1 },
      cause: "filesLost",
    });
    const last = decide({ kind: "filesLost" }, { losses: { ...losses, nodeFaults: 2 } });
    expect(last).toMatchObject({ kind: "failed", errors: [{ code: "JobLaunchFailed" }] });
  });

  it("is a termination when the user asked for it, whatever came first", () => {
    for (const kind of [
      "terminated",
      "preempted",
      "nodeLost",
      "clusterDeleted",
      "wallClockExceeded",
    ] as const) {
      expect(decide({ kind }, { terminateRequested: true })).toEqual({
        kind: "failed",
        errors: [{ code: "JobTerminated", message: "The specified job has been terminated by the user" }],
      });
    }
    expect(decide({ kind: "taskCompleted", task: { exitCode: 0 } }, { terminateRequested: true }).kind).toBe(
      "succeeded",
    );
  });

  it("counts losses apart, and only node faults are limited", () => {
    const many = { preemptions: 99, resizes: 99, nodeFaults: 1, userRetries: 0 };
    expect(decide({ kind: "preempted" }, { losses: many })).toEqual({
      kind: "retry",
      losses: { ...many, preemptions: 100 },
      cause: "preempted",
    });
    expect(decide({ kind: "deallocated", option: "requeue" }, { losses: many })).toEqual({
      kind: "retry",
      losses: { ...many, resizes: 100 },
      cause: "resized",
    });
    expect(decide({ kind: "nodeLost" }, { losses: many })).toEqual({
      kind: "retry",
      losses: { ...many, nodeFaults: 2 },
      cause: "nodeFault",
    });
    expect(decide({ kind: "nodeLost" }, { losses: { ...many, nodeFaults: 2 } })).toMatchObject({
      kind: "failed",
      errors: [{ code: "JobNodeLost" }],
    });
  });

  it("is final when the cluster shrank with 'terminate' or was deleted", () => {
    expect(decide({ kind: "deallocated", option: "terminate" })).toMatchObject({
      errors: [{ code: "JobNodeDeallocated" }],
    });
    expect(decide({ kind: "clusterDeleted" })).toMatchObject({ errors: [{ code: "ClusterDeleted" }] });
  });
});

describe("the launcher's result file", () => {
  it("is read, and not taken when it is cut off or something else", () => {
    const text = "outcome exited\nexitCode 7\nnode tvm 1\ndetail a b  c\nend result\n";
    expect(parseLauncherResult(text)).toEqual({
      outcome: "exited",
      exitCode: 7,
      node: "tvm 1",
      detail: "a b  c",
    });
    expect(parseLauncherResult(text.slice(0, -12))).toBeUndefined();
    expect(parseLauncherResult(text.replace("exited", "exploded"))).toBeUndefined();
    expect(parseLauncherResult("")).toBeUndefined();
  });
});
