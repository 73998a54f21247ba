import { afterEach, describe, expect, it, vi } from "vitest";
import { delay, manualClock, ownedClock, steadyTime, systemClock } from "../../../local/clock.ts";

describe("the manual clock", () => {
  it("fires timers in due order, then in creation order, at their own time", async () => {
    const clock = manualClock(1_000);
    const seen: [string, number][] = [];
    const note = (name: string) => () => void seen.push([name, clock.now()]);
    clock.at(1_030, note("late"));
    clock.at(1_010, note("early"));
    clock.at(1_010, note("early too"));
    await clock.advance(25);
    expect(seen).toEqual([
      ["early", 1_010],
      ["early too", 1_010],
    ]);
    await clock.advance(5);
    expect(seen.at(-1)).toEqual(["late", 1_030]);
    expect(clock.now()).toBe(1_030);
  });

  it("fires timers that were armed by timers within the same advance", async () => {
    const clock = manualClock(0);
    const days: number[] = [];
    const tick = () => {
      days.push(clock.now() / 86_400_000);
      clock.at(clock.now() + 86_400_000, tick);
    };
    clock.at(86_400_000, tick);
    await clock.advance(3 * 86_400_000);
    expect(days).toEqual([1, 2, 3]);
  });

  it("does not fire a cancelled timer, and rejects an aborted delay", async () => {
    const clock = manualClock(0);
    let fired = false;
    clock.at(10, () => (fired = true)).cancel();
    const controller = new AbortController();
    const waiting = delay(clock, 10, controller.signal);
    controller.abort(new Error("stopped"));
    await expect(waiting).rejects.toThrow("stopped");
    await clock.advance(20);
    expect(fired).toBe(false);
  });
});

describe("an owned clock", () => {
  it("takes its timers with it when it is closed, and leaves other people's alone", async () => {
    const clock = manualClock(0);
    const owned = ownedClock(clock);
    const fired: string[] = [];
    clock.at(10, () => fired.push("other"));
    owned.at(10, () => fired.push("owned"));
    owned.at(5, () => fired.push("before"));
    await clock.advance(6);
    owned.close();
    owned.at(8, () => fired.push("after"));
    await clock.advance(20);
    expect(fired).toEqual(["before", "other"]);
  });
});

describe("steady time", () => {
  function setUp(notBeforeMs = 0) {
    const time = { wall: 1_000_000, elapsed: 50 };
    const now = steadyTime(
      () => time.wall,
      () => time.elapsed,
      notBeforeMs,
    );
    const pass = (ms: number, setBy = 0) => {
      time.elapsed += ms;
      time.wall += ms + setBy;
      return now();
    };
    return { now, pass };
  }

  it("goes on at its pace when the time of day is set back, and meets it again when that is mended", () => {
    const { pass } = setUp();
    expect(pass(10)).toBe(1_000_010);
    expect(pass(10, -3_600_000)).toBe(1_000_020);
    expect(pass(10)).toBe(1_000_030);
    expect(pass(10, 3_600_000)).toBe(1_000_040);
    expect(pass(10, 7_200_000)).toBe(8_200_050);
  });

  it("never goes back by the small steps that keep the time of day right, and follows them", () => {
    const { pass } = setUp();
    expect(pass(100)).toBe(1_000_100);
    expect(pass(10, -50)).toBe(1_000_100);
    expect(pass(100)).toBe(1_000_160);
  });

  it("begins at a moment that has been, if the time of day is before it", () => {
    expect(setUp(1_500_000).now()).toBe(1_500_000);
    expect(setUp(999_000).now()).toBe(1_000_000);
  });
});

describe("the system's clock", () => {
  afterEach(() => vi.useRealTimers());
  const start = 1_000_000;

  /** What has fired when Node's timers have counted `timersMs`, while the time of day is `behindMs` behind them. */
  function firedAfter(timersMs: number, behindMs: number): boolean {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"], now: start });
    let fired = false;
    systemClock().at(start + 10, () => (fired = true));
    vi.setSystemTime(start - behindMs);
    vi.advanceTimersByTime(timersMs);
    return fired;
  }

  it("fires no timer before its time, though Node's may come a moment early", () => {
    expect([10, 11, 12].map((timersMs) => firedAfter(timersMs, 1))).toEqual([false, true, true]);
  });

  it("fires what fell due by a clock that was set forward, within a minute", () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"], now: start });
    let fired = false;
    systemClock().at(start + 40 * 24 * 3_600_000, () => (fired = true));
    vi.advanceTimersByTime(90_000);
    expect(fired).toBe(false);
    vi.setSystemTime(start + 41 * 24 * 3_600_000);
    vi.advanceTimersByTime(60_000);
    expect(fired).toBe(true);
  });

  it("does not wait again for a clock that was set back", () => {
    expect([9, 10].map((timersMs) => firedAfter(timersMs, 3_600_000))).toEqual([false, true]);
  });
});
