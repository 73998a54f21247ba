import { describe, expect, it } from "vitest";
import { attemptsWire, onNodes } from "../../../../domain/job/attempts.ts";
import type { Outcome } from "../../../../domain/job/outcome.ts";
import { endedRun, requeuedRun, startedJob, returnedRun } from "../../../../domain/job/rules.ts";
import type { JobDocument } from "../../../../domain/job/schema.ts";
import { job, later, now } from "../samples.ts";

const running = (of: JobDocument = job()) => onNodes(startedJob(of, now, now), ["n1", "n2"]);
const times = { startTime: now, endTime: later };
const again = (cause: "preempted" | "userRetry", exitCode?: number): Outcome => ({
  kind: "retry",
  losses: job().losses,
  cause,
  ...(exitCode === undefined ? {} : { exitCode }),
});
const errors = (code: string) => [{ code, message: "…" }];

describe("the attempts of a job", () => {
  it("are one that goes on, with its nodes, once it has started", () => {
    expect(attemptsWire(job()).value).toEqual([]);
    expect(attemptsWire(running())).toEqual({
      value: [{ number: 1, start: 1, nodes: ["n1", "n2"], startTime: now.toISOString() }],
      omitted: 0,
      preemptions: 0,
      resizes: 0,
      nodeFaults: 0,
      userRetries: 0,
    });
  });

  it("have a cause, times and an exit code once they ended", () => {
    const first = endedRun(running(), again("userRetry", 7), times, later);
    const second = endedRun(running(first), again("preempted"), times, later);
    const done = endedRun(startedJob(second, later, later), { kind: "succeeded", exitCode: 0 }, times, later);
    const ends = { startTime: now.toISOString(), endTime: later.toISOString() };
    expect(attemptsWire(done).value).toEqual([
      { number: 1, start: 1, nodes: ["n1", "n2"], cause: "userRetry", exitCode: 7, ...ends },
      { number: 2, start: 1, nodes: ["n1", "n2"], cause: "preempted", ...ends },
      { number: 3, start: 1, nodes: [], cause: "finished", exitCode: 0, ...ends },
    ]);
  });

  it("that Batch began anew by itself share their number", () => {
    const back = startedJob(requeuedRun(running(), 2, 1, later), later, later);
    const shown = attemptsWire(back);
    expect(shown.value.map(({ number, start, cause }) => [number, start, cause])).toEqual([
      [1, 1, "preempted"],
      [1, 2, "preempted"],
      [1, 3, undefined],
    ]);
    expect(shown.preemptions).toBe(2);
  });

  it("that are taken back from Batch are lost or never began", () => {
    const cause = (of: JobDocument, hadStarted: boolean) => {
      const back = returnedRun(of, { hadStarted, requeueCount: 1 }, later);
      return [back.attempt, back.attempts?.map((one) => one.cause)];
    };
    expect(cause(running(), true)).toEqual([2, ["preempted"]]);
    expect(cause(job(), false)).toEqual([2, ["withdrawn"]]);
  });

  it.each([
    ["JobTerminated", "terminated"],
    ["JobExceededMaxWallClockTime", "timeOver"],
    ["ClusterDeleted", "clusterDeleted"],
    ["JobNodeLost", "nodeFault"],
    ["JobNodeDeallocated", "resized"],
    ["JobFailed", "failed"],
    ["AZFMountError", "failed"],
  ])("end with the job by %s as %s", (code, cause) => {
    const done = endedRun(running(), { kind: "failed", errors: errors(code) }, times, later);
    expect(attemptsWire(done).value).toMatchObject([{ cause }]);
  });

  it("do not count a job that ends while it waits", () => {
    const done = endedRun(job(), { kind: "failed", errors: errors("JobTerminated") }, {}, later);
    expect(attemptsWire(done).value).toEqual([]);
  });

  it("are kept as far as the newest go, and those before are counted", () => {
    let many = job();
    for (let run = 0; run < 40; run += 1) many = endedRun(running(many), again("preempted"), times, later);
    const shown = attemptsWire(
      onNodes(
        running(many),
        Array.from({ length: 99 }, (_, at) => `n${at}`),
      ),
    );
    expect([shown.value.length, shown.omitted, shown.value[0]?.number]).toEqual([33, 8, 9]);
    expect(shown.value.at(-1)?.nodes).toHaveLength(16);
  });
});
