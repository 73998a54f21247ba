// The timer trigger: one run at a time, status kept over restarts. Invariants: an occurrence missed while the host was away runs once, as
// past due; an occurrence that ran is never run again, also when the clock is behind the planned time (the next one is
// counted from the later of both).
import type { Clock, Timer } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import type { Random } from "../../random.ts";
import type { HostedFunction } from "../app/hosted-functions.ts";
import { runWithRetry } from "./retry.ts";
import type { RunFunction } from "./run-function.ts";
import { parseSchedule, type Schedule } from "./schedule.ts";
import { timerStatusText, type TimerStatus, type TimerStatusStore } from "./timer-status.ts";
import type { TriggerListener } from "./trigger-listener.ts";

export interface TimerOptions {
  target: HostedFunction;
  run: RunFunction;
  clock: Clock;
  random: Random;
  logger: Logger;
  status: TimerStatusStore;
  timeZone: string | undefined;
}

/** Schedules that come round faster than this are not monitored. */
const monitoredFromMs = 60_000;

/** Whether the timer's occurrences are remembered over restarts. */
export function isMonitored(target: HostedFunction, schedule: Schedule, nowMs: number): boolean {
  if (target.trigger["useMonitor"] === false) return false;
  let previous = schedule.next(nowMs);
  for (let count = 0; count < 5 && previous !== undefined; count += 1) {
    const following = schedule.next(previous);
    if (following !== undefined && following - previous < monitoredFromMs) return false;
    previous = following;
  }
  return true;
}

/** Throws when the schedule cannot be understood. */
export function timerSchedule(target: HostedFunction, timeZone: string | undefined): Schedule {
  const text = target.trigger["schedule"];
  if (typeof text !== "string" || text === "") throw new Error("the timer has no schedule");
  return parseSchedule(text, timeZone);
}

export function timerListener(options: TimerOptions): TriggerListener {
  const { target, run, clock, random, logger } = options;
  const schedule = timerSchedule(target, options.timeZone);
  const monitored = isMonitored(target, schedule, clock.now());
  const stopped = new AbortController();
  let timer: Timer | undefined;
  let running: Promise<void> | undefined;
  let status: TimerStatus | undefined;
  let writing = false;

  /** `plannedMs`: the occurrence that is due, which may lie a little ahead of the clock. */
  async function fire(plannedMs: number, isPastDue: boolean): Promise<void> {
    const data = { json: timerInput(schedule, monitored ? status : undefined, isPastDue) };
    await runWithRetry(run, target, { data }, { clock, random, signal: stopped.signal });
    if (monitored) await remember(plannedMs);
  }

  async function remember(ranMs: number): Promise<void> {
    status = { lastMs: ranMs, nextMs: schedule.next(ranMs), updatedMs: clock.now() };
    writing = true;
    await options.status.write(target.name, status).catch((error: unknown) => {
      logger.error("timer.statusNotWritten", { function: target.name, reason: String(error) });
    });
    writing = false;
  }

  function begin(plannedMs: number, isPastDue: boolean): void {
    const work = fire(plannedMs, isPastDue).finally(() => {
      running = undefined;
      if (!stopped.signal.aborted) arm(Math.max(clock.now(), plannedMs));
    });
    running = work;
  }

  function arm(afterMs: number): void {
    const next = schedule.next(afterMs);
    if (next === undefined) return logger.warn("timer.neverFires", { function: target.name });
    timer = clock.at(next, () => begin(next, false));
  }

  return {
    async start() {
      const nowMs = clock.now();
      status = monitored ? await options.status.read(target.name) : undefined;
      const due = status && dueOccurrence(schedule, status);
      if (due !== undefined && due <= nowMs) return begin(nowMs, true);
      if (monitored && (!status || status.nextMs !== due)) {
        status = { lastMs: status?.lastMs, nextMs: due ?? schedule.next(nowMs), updatedMs: nowMs };
        await options.status.write(target.name, status);
      }
      if (target.trigger["runOnStartup"] === true) return begin(Math.max(nowMs, status?.lastMs ?? 0), false);
      // A clock set back must not bring an occurrence again that has run.
      arm(Math.max(nowMs, status?.lastMs ?? 0));
    },
    async stop() {
      stopped.abort();
      timer?.cancel();
      await running;
    },
    // A run is an invocation and counted as such; between two attempts of one, only time goes on.
    busy: () => writing,
  };
}

/** What the function is given, as JSON text. */
export function timerInput(
  schedule: Pick<Schedule, "adjustForDst">,
  status: TimerStatus | undefined,
  isPastDue: boolean,
): string {
  return JSON.stringify({
    Schedule: { AdjustForDST: schedule.adjustForDst },
    ScheduleStatus: status ? timerStatusText(status) : null,
    IsPastDue: isPastDue,
  });
}

/** The first occurrence after the last run; the stored `Next` may belong to an older schedule. */
function dueOccurrence(schedule: Schedule, status: TimerStatus): number | undefined {
  return schedule.next(status.lastMs ?? status.updatedMs);
}
