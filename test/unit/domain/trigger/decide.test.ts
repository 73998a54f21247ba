import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fireTimesAfter } from "../../../../domain/schedule/fire-times.ts";
import { decide } from "../../../../domain/trigger/decide.ts";
import type { TriggerEvent } from "../../../../domain/trigger/event.ts";
import type { Firing } from "../../../../domain/trigger/firing.ts";
import { now } from "../samples.ts";
import { trigger } from "./samples.ts";

const time = now.toISOString();
const firing = (more: Partial<Firing> = {}): Firing => ({
  id: "f",
  event: { kind: "schedule", time },
  receivedAt: time,
  decision: "waiting",
  reason: "",
  decidedAt: time,
  tries: 0,
  submitted: false,
  duplicates: 0,
  ...more,
});
const nobody = { saversRoles: ["submitter"] as const, now: now.getTime(), active: 0, queued: 0 };
const schedule = (more: object = {}, cron = "* * * * *") =>
  trigger({ on: { schedule: { cron, ...more } }, overlap: "queue" });
const event = (kind: "run" | "jobCompleted", depth = 0): TriggerEvent =>
  kind === "run"
    ? { kind, id: "r", parameters: {} }
    : { kind, experiment: "e", job: "j", guid: "g", state: "succeeded", depth };

describe("an event of a trigger", () => {
  it("starts a job when nothing is in its way", () => {
    expect(decide(trigger(), firing(), nobody)).toEqual({
      decision: "started",
      reason: "the time has come",
      replaces: false,
    });
  });

  it("is skipped while the trigger is paused, unless somebody asks for it", () => {
    const paused = { ...trigger(), enabled: false, paused: { by: "ada", at: time, reason: "stocktaking" } };
    expect(decide(paused, firing(), nobody)).toEqual({
      decision: "skipped",
      reason: "the trigger is paused: stocktaking",
    });
    expect(decide(paused, firing({ decision: "queued" }), nobody).decision).toBe("queued");
    expect(decide(paused, firing({ event: event("run") }), nobody).decision).toBe("started");
    expect(decide(paused, firing({ replayed: true }), nobody).decision).toBe("started");
  });

  it("fails when whoever saved the trigger may not submit jobs", () => {
    const reading = { ...nobody, saversRoles: ["reader"] as const };
    expect(decide(trigger(), firing({ event: event("run") }), reading)).toMatchObject({ decision: "failed" });
  });

  it("ends a circle of jobs that start one another", () => {
    const chain = trigger({ on: { jobCompleted: { experiment: "e" } } });
    expect(decide(chain, firing({ event: event("jobCompleted", 19) }), nobody).decision).toBe("started");
    expect(decide(chain, firing({ event: event("jobCompleted", 20) }), nobody).decision).toBe("skipped");
  });

  it.each([
    ["skip", 0, "started"],
    ["skip", 1, "skipped"],
    ["queue", 1, "queued"],
    ["replace", 1, "started"],
    ["allow", 7, "started"],
  ] as const)("with overlap %s and %i jobs that have not ended is %s", (overlap, active, decision) => {
    const verdict = decide(trigger({ on: { schedule: { cron: "* * * * *" } }, overlap }), firing(), {
      ...nobody,
      active,
    });
    expect(verdict.decision).toBe(decision);
    if (verdict.decision === "started") expect(verdict.replaces).toBe(overlap === "replace");
  });

  it("waits behind those that came before, though a place is free", () => {
    expect(decide(schedule(), firing(), { ...nobody, queued: 2 }).decision).toBe("queued");
    expect(decide(schedule(), firing({ decision: "queued" }), { ...nobody, queued: 2 }).decision).toBe(
      "started",
    );
  });

  it.each([
    ["none", false, 59, "started"],
    ["none", false, 60, "skipped"],
    ["last", true, 120, "skipped"],
    ["last", false, 120, "started"],
    ["all", true, 120, "started"],
  ])(
    "of a schedule with catchup %s, a later one passed: %s, %i s late: is %s",
    (catchup, superseded, late, decision) => {
      const situation = { ...nobody, now: now.getTime() + late * 1000 };
      expect(decide(schedule({ catchup }), firing({ superseded }), situation).decision).toBe(decision);
    },
  );
});

describe("all slots of two days with a change of the clock", () => {
  it("have one decision each, whatever the policies, the downtime and the length of jobs", () => {
    const choices = fc.record({
      cron: fc.constantFrom("*/10 * * * *", "30 2 * * *", "0 */3 * * *", "15,45 1-3 * * *"),
      catchup: fc.constantFrom("none", "last", "all"),
      overlap: fc.constantFrom("allow", "skip", "queue", "replace"),
      gap: fc.constantFrom("next", "skip"),
      from: fc.constantFrom("2026-03-28T12:00:00Z", "2026-10-24T12:00:00Z"),
      downMinutes: fc.integer({ min: 0, max: 600 }),
      jobMinutes: fc.integer({ min: 1, max: 200 }),
    });
    fc.assert(
      fc.property(choices, ({ cron, catchup, overlap, gap, from, downMinutes, jobMinutes }) => {
        const subject = trigger({
          on: { schedule: { cron, catchup, gap, timeZone: "Europe/Berlin" } },
          overlap,
        });
        const begin = Date.parse(from);
        const end = begin + 48 * 3_600_000;
        const { schedule: spec } = subject.spec.on;
        if (spec === undefined) throw new Error("the sample has a schedule");
        const slots = fireTimesAfter(spec, begin, 1_000).filter(({ at }) => at <= end);
        const up = begin + 6 * 3_600_000 + downMinutes * 60_000;
        const counted = { started: 0, queued: 0, skipped: 0, failed: 0 };
        let ends: number[] = [];
        for (const { at } of slots) {
          const isDown = at > begin + 6 * 3_600_000 && at <= up;
          const lookedAt = isDown ? up : at;
          const superseded = slots.some((other) => other.at > at && other.at <= lookedAt);
          ends = ends.filter((moment) => moment > lookedAt);
          const situation = { ...nobody, now: lookedAt, active: ends.length, queued: 0 };
          const event = { kind: "schedule", time: new Date(at).toISOString() } as const;
          const verdict = decide(subject, firing({ event, superseded }), situation);
          counted[verdict.decision] += 1;
          if (verdict.decision !== "started") expect(verdict.reason).not.toBe("");
          else ends = [...(verdict.replaces ? [] : ends), lookedAt + jobMinutes * 60_000];
          if (overlap !== "allow") expect(ends.length).toBeLessThanOrEqual(1);
        }
        const { started, queued, skipped, failed } = counted;
        expect(started + queued + skipped + failed).toBe(slots.length);
        if (catchup === "all" && (overlap === "allow" || overlap === "replace"))
          expect(started).toBe(slots.length);
      }),
      { numRuns: 100, seed: 3 },
    );
  });
});
