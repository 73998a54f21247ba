// Time as an input. Everything in the local cloud that waits, polls or stamps goes through one Clock, so that tests and
// simulations can drive days of timers in milliseconds. Invariant: timers fire in order of their due time, then of
// their creation, and never before it; time never goes back.

export interface Timer {
  /** Safe to call more than once, and after the timer fired. */
  cancel(): void;
}

export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Calls `fire` once at `atMs` (epoch milliseconds), or as soon as possible when that is in the past. */
  at(atMs: number, fire: () => void): Timer;
  /** The machine's time of day, where that is another: it may go back. */
  wall?(): number;
}

/** By which others on the machine date what they ask for. */
export const timeOfDay = (clock: Clock): number => clock.wall?.() ?? clock.now();

/** Node's timers know nothing of a time of day that is set forward, or of a machine that slept: who waits longer looks again. */
const longestDelayMs = 60_000;
/** Node's timers count whole milliseconds from another moment, and may come so much before the time of day. */
const roundingMs = 2;

/** `notBeforeMs`: a moment that has been, of which the time of day, `wall`, may know nothing any more. */
export function systemClock(notBeforeMs = 0, wall = () => Date.now()): Clock {
  const now = steadyTime(wall, () => performance.now(), notBeforeMs);
  return {
    now,
    wall,
    at(atMs, fire) {
      let handle: NodeJS.Timeout;
      const arm = () => {
        const left = atMs - now();
        handle = left > longestDelayMs ? setTimeout(arm, longestDelayMs) : setTimeout(due, Math.max(0, left));
      };
      const due = () => {
        const left = atMs - now();
        if (left > 0 && left <= roundingMs) handle = setTimeout(due, left);
        else fire();
      };
      arm();
      return { cancel: () => clearTimeout(handle) };
    },
  };
}

/** Less than this is how times of day are kept right in small steps. */
const setMs = 1_000;

/** The time of day as one that goes on, at the speed of `elapsed`, when the time of day is set back: whoever waits waits no
 *  longer, and what happens later is of a later time. When it is set forward again, the two meet. */
export function steadyTime(wall: () => number, elapsed: () => number, notBeforeMs = 0): () => number {
  let last = { wall: wall(), elapsed: elapsed() };
  let aheadMs = notBeforeMs - last.wall > setMs ? notBeforeMs - last.wall : 0;
  let highest = 0;
  return () => {
    const seen = { wall: wall(), elapsed: elapsed() };
    const setBy = seen.wall - last.wall - (seen.elapsed - last.elapsed);
    if (Math.abs(setBy) > setMs) aheadMs = Math.max(0, aheadMs - Math.round(setBy));
    last = seen;
    highest = Math.max(highest, seen.wall + aheadMs);
    return highest;
  };
}

/** Resolves after `ms` of the clock's time; rejects with the signal's reason when it is aborted first. */
export function delay(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(abortReason(signal));
    const onAbort = () => {
      timer.cancel();
      if (signal) reject(abortReason(signal));
    };
    const timer = clock.at(clock.now() + ms, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error("aborted");
}

export interface ManualClock extends Clock {
  /** Moves time forward, firing what falls due on the way; lets the event loop settle after each firing. */
  advance(ms: number): Promise<void>;
  /** Due time of the earliest pending timer, or undefined. */
  next(): number | undefined;
}

interface Pending {
  readonly atMs: number;
  readonly order: number;
  readonly fire: () => void;
}

export function manualClock(startMs: number = Date.UTC(2026, 0, 1)): ManualClock {
  let nowMs = startMs;
  let created = 0;
  const pending = new Set<Pending>();
  const earliest = () => {
    let first: Pending | undefined;
    for (const timer of pending) {
      if (!first || timer.atMs < first.atMs || (timer.atMs === first.atMs && timer.order < first.order))
        first = timer;
    }
    return first;
  };
  return {
    now: () => nowMs,
    at(atMs, fire) {
      const timer: Pending = { atMs: Math.max(atMs, nowMs), order: created++, fire };
      pending.add(timer);
      return { cancel: () => void pending.delete(timer) };
    },
    next: () => earliest()?.atMs,
    async advance(ms) {
      const target = nowMs + ms;
      await settle();
      for (let timer = earliest(); timer && timer.atMs <= target; timer = earliest()) {
        pending.delete(timer);
        nowMs = Math.max(nowMs, timer.atMs);
        timer.fire();
        await settle();
      }
      nowMs = target;
    },
  };
}

/** Lets promise chains and a few turns of the event loop run. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export interface OwnedClock extends Clock {
  /** Cancels every timer armed through this clock, and arms none from then on. */
  close(): void;
}

/** The same time, with timers that end together with their owner: a part that stops leaves none behind. */
export function ownedClock(clock: Clock): OwnedClock {
  const timers = new Set<Timer>();
  let closed = false;
  return {
    now: () => clock.now(),
    wall: () => timeOfDay(clock),
    at(atMs, fire) {
      if (closed) return { cancel: () => {} };
      const timer = clock.at(atMs, () => {
        timers.delete(owned);
        fire();
      });
      const owned: Timer = {
        cancel: () => {
          timers.delete(owned);
          timer.cancel();
        },
      };
      timers.add(owned);
      return owned;
    },
    close: () => {
      closed = true;
      for (const timer of [...timers]) timer.cancel();
    },
  };
}
