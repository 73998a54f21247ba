import { describe, expect, it } from "vitest";
import { nextStep } from "../../../../domain/job/next-step.ts";
import type { TaskSnapshot } from "../../../../domain/job/task.ts";
import type { JobView } from "../../../../domain/job/view.ts";

const start = "2026-01-01T00:00:00.000Z";
const task = (state: TaskSnapshot["state"], more: Partial<TaskSnapshot> = {}): TaskSnapshot => ({
  state,
  requeueCount: 0,
  ...more,
});
const view = (more: Partial<JobView> = {}): JobView => ({
  kind: "unfinished",
  executionState: "queued",
  deleting: false,
  clusterGone: false,
  attempt: 1,
  losses: { preemptions: 0, resizes: 0, nodeFaults: 0, userRetries: 0 },
  maxWallClockMs: 60_000,
  ...more,
});
const outOfTime = { category: "UserError", code: "MaxWallClockTimeExceeded", message: "" };
const ended = { category: "UserError", code: "TaskEnded", message: "" };
const denied = { category: "UserError", code: "BlobAccessDenied", message: "" };

describe("what a run needs next", () => {
  it.each<[string, JobView, object]>([
    ["no task yet: wait for nodes", view(), { kind: "wait" }],
    ["a waiting task: wait", view({ task: task("active") }), { kind: "wait" }],
    [
      "a cluster that can never have nodes: the job says why",
      view({ task: task("active"), clusterUnschedulable: "SubnetNotFound: no such subnet" }),
      {
        kind: "end",
        end: {
          kind: "refused",
          reason: "the cluster cannot have nodes: SubnetNotFound: no such subnet",
        },
        stop: true,
      },
    ],
    [
      "a job that runs does not mind that no further node can be had",
      view({
        executionState: "running",
        startTime: start,
        task: task("running", { startTime: start }),
        clusterUnschedulable: "SubnetNotFound: no such subnet",
      }),
      { kind: "wait" },
    ],
    [
      "a job that is to be terminated, while its launcher has time for that: ask it",
      view({
        executionState: "terminating",
        mayStillStop: true,
        task: task("running", { startTime: start }),
      }),
      { kind: "askToStop", request: "stop" },
    ],
    [
      "a job that is to be terminated and does not run yet: end it",
      view({ executionState: "terminating", mayStillStop: true, task: task("active") }),
      { kind: "end", end: { kind: "terminated" }, stop: true },
    ],
    [
      "a job that is to be deleted: nobody waits for its program",
      view({
        executionState: "terminating",
        deleting: true,
        mayStillStop: true,
        task: task("running", { startTime: start }),
      }),
      { kind: "halt", stop: true },
    ],
    ["a preparing task: wait", view({ task: task("preparing") }), { kind: "wait" }],
    [
      "a task that started: say so",
      view({ task: task("running", { startTime: start }) }),
      { kind: "started", startTime: start },
    ],
    [
      "a running task that is known: wait",
      view({ executionState: "running", startTime: start, task: task("running", { startTime: start }) }),
      { kind: "wait" },
    ],
    [
      "a running task with a later start: say so",
      view({
        executionState: "running",
        startTime: "2025-12-31T00:00:00.000Z",
        task: task("running", { startTime: start }),
      }),
      { kind: "started" },
    ],
    [
      "a running job whose task waits again: back into the queue",
      view({ executionState: "running", task: task("active") }),
      { kind: "requeue", hadStarted: true },
    ],
    [
      "a running job whose task Batch does not know: lost",
      view({ executionState: "running" }),
      { kind: "end", end: { kind: "nodeLost" } },
    ],
    [
      "an ended task: its end",
      view({ task: task("completed", { exitCode: 0 }) }),
      { kind: "end", end: { kind: "taskCompleted", task: { exitCode: 0 } } },
    ],
    [
      "a termination: stop and end",
      view({ executionState: "terminating", task: task("running", { startTime: start }) }),
      { kind: "end", stop: true, end: { kind: "terminated" } },
    ],
    [
      "a termination of what never was submitted",
      view({ executionState: "terminating" }),
      { kind: "end", stop: false, end: { kind: "terminated" } },
    ],
    [
      "a cluster that is gone: end",
      view({ clusterGone: true }),
      { kind: "end", end: { kind: "clusterDeleted" } },
    ],
    ["a deletion: halt", view({ deleting: true, task: task("running") }), { kind: "halt", stop: true }],
    [
      "a task cut short after its time: out of time",
      view({
        executionState: "running",
        task: task("completed", { startTime: start, endTime: "2026-01-01T00:01:00.000Z", failure: ended }),
      }),
      { kind: "end", end: { kind: "wallClockExceeded" } },
    ],
    [
      "a task that Batch says was out of time: that, whatever else is known",
      view({
        executionState: "terminating",
        task: task("completed", { startTime: start, endTime: start, exitCode: 143, failure: outOfTime }),
      }),
      { kind: "end", end: { kind: "wallClockExceeded" } },
    ],
    [
      "a task cut short by a shrink that terminates",
      view({
        executionState: "running",
        task: task("completed", { startTime: start, endTime: start, failure: ended }),
      }),
      { kind: "end", end: { kind: "deallocated", option: "terminate" } },
    ],
    [
      "a task that Batch started anew by itself, too late for its links: lost with its node",
      view({ executionState: "running", task: task("completed", { requeueCount: 1, failure: denied }) }),
      { kind: "end", end: { kind: "nodeLost" } },
    ],
    [
      "a task whose staged files were gone: staged again",
      view({ task: task("completed", { failure: { ...denied, code: "BlobNotFound" } }) }),
      { kind: "end", end: { kind: "filesLost" } },
    ],
    [
      "a task that was never allowed to fetch its files: its end",
      view({ task: task("completed", { failure: denied }) }),
      { kind: "end", end: { kind: "taskCompleted", task: { failure: denied } } },
    ],
  ])("%s", (_what, seen, step) => {
    expect(nextStep(seen)).toMatchObject(step);
  });
});
