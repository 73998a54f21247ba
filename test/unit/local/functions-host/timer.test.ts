import { describe, expect, it } from "vitest";
import { manualClock, type Clock } from "../../../../local/clock.ts";
import { silentLogger } from "../../../../local/logger.ts";
import { seededRandom } from "../../../../local/random.ts";
import type { HostedFunction } from "../../../../local/functions-host/app/hosted-functions.ts";
import { retryDelayMs } from "../../../../local/functions-host/triggers/retry.ts";
import { parseSchedule } from "../../../../local/functions-host/triggers/schedule.ts";
import { isMonitored, timerListener } from "../../../../local/functions-host/triggers/timer.ts";
import type { TimerStatus } from "../../../../local/functions-host/triggers/timer-status.ts";

const midnight = Date.UTC(2026, 0, 1);
const minute = 60_000;

function timerFunction(trigger: Record<string, unknown>): HostedFunction {
  const binding = { name: "timer", type: "timerTrigger", direction: "in" as const, ...trigger };
  return {
    metadata: { name: "tick", bindings: { timer: binding } },
    callback: () => undefined,
    name: "tick",
    kind: "timer",
    trigger: binding,
    inputs: [],
    outputs: [],
  };
}

/** Runs are recorded by the clock's time; `status` is what storage holds. */
function listenerOn(
  clock: Clock,
  trigger: Record<string, unknown>,
  status: { current: TimerStatus | undefined },
) {
  const runs: { at: number; pastDue: boolean }[] = [];
  const listener = timerListener({
    target: timerFunction(trigger),
    run: (_target, event) => {
      runs.push({
        at: clock.now(),
        pastDue: (JSON.parse(event.data.json!) as { IsPastDue: boolean }).IsPastDue,
      });
      return Promise.resolve({ ok: true, result: undefined, response: { invocationId: "" } });
    },
    clock,
    random: seededRandom(1),
    logger: silentLogger,
    status: {
      read: () => Promise.resolve(status.current),
      write: (_name, next) => {
        status.current = next;
        return Promise.resolve();
      },
    },
    timeZone: undefined,
  });
  return { listener, runs };
}

describe("the timer trigger", () => {
  it("does not fire twice for one occurrence when the clock is behind the planned time", async () => {
    const clock = manualClock(midnight);
    // Wakes 40 ms early, as a machine whose clock is being corrected does.
    const early: Clock = { now: () => clock.now(), at: (atMs, fire) => clock.at(atMs - 40, fire) };
    const { listener, runs } = listenerOn(early, { schedule: "0 0 * * * *" }, { current: undefined });
    await listener.start();
    await clock.advance(2 * 60 * minute + minute);
    expect(runs.map((run) => run.at - midnight)).toEqual([60 * minute - 40, 120 * minute - 40]);
    await listener.stop();
  });

  it("on its very first start has nothing past due", async () => {
    const clock = manualClock(midnight + 5 * minute);
    const status = { current: undefined as TimerStatus | undefined };
    const { listener, runs } = listenerOn(clock, { schedule: "0 0 0 * * *" }, status);
    await listener.start();
    await clock.advance(minute);
    expect([runs, status.current?.nextMs]).toEqual([[], midnight + 24 * 60 * minute]);
    await listener.stop();
  });

  it("past due takes precedence over runOnStartup: one run, not two", async () => {
    const clock = manualClock(midnight + 90 * minute);
    const last = { lastMs: midnight, nextMs: midnight + 60 * minute, updatedMs: midnight };
    const { listener, runs } = listenerOn(
      clock,
      { schedule: "0 0 * * * *", runOnStartup: true },
      { current: last },
    );
    await listener.start();
    await clock.advance(minute);
    expect(runs.map((run) => run.pastDue)).toEqual([true]);
    await listener.stop();
  });

  it("is not monitored with useMonitor false or a schedule under a minute", () => {
    const monitored = (trigger: Record<string, unknown>) =>
      isMonitored(timerFunction(trigger), parseSchedule(trigger["schedule"] as string), midnight);
    expect(monitored({ schedule: "0 * * * * *" })).toBe(true);
    expect(monitored({ schedule: "*/30 * * * * *" })).toBe(false);
    expect(monitored({ schedule: "0 0 * * * *", useMonitor: false })).toBe(false);
  });
});

describe("a retry policy", () => {
  it("waits a fixed delay, or a growing one between its bounds", () => {
    const random = seededRandom(3);
    expect(retryDelayMs({ retryStrategy: "fixedDelay", delayInterval: { seconds: 7 } }, 3, random)).toBe(
      7_000,
    );
    const growing = {
      retryStrategy: "exponentialBackoff" as const,
      minimumInterval: { seconds: 2 },
      maximumInterval: { seconds: 20 },
    };
    const second = retryDelayMs(growing, 2, random);
    expect(second).toBeGreaterThanOrEqual(4_000);
    expect(second).toBeLessThanOrEqual(4_800);
    expect(retryDelayMs(growing, 9, random)).toBe(20_000);
  });
});
