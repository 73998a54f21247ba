// What the trials of a sweep took that ran here: how long each was on its node, and how long it had waited for one. A forecast
// that is given this is of the very run, and of more of it.
import type { SweepSpec } from "./spec.ts";
import type { Trial } from "./trial.ts";

export interface Measured {
  /** Trials whose whole length is known. */
  readonly trials: number;
  /** By number, milliseconds from the start on a node to the end; of trials that were stopped nobody knows what they would have taken. */
  readonly workMs: readonly (number | undefined)[];
  /** By number, milliseconds from when there was room for it to its start. */
  readonly delayMs: readonly (number | undefined)[];
  /** The mean of these. */
  readonly usualDelayMs: number;
}

interface Span {
  readonly index: number;
  readonly from: number;
  readonly until: number;
}

/** @param startedAt when the sweep last began or went on. @returns undefined while no trial has ended by itself. */
export function measured(spec: SweepSpec, trials: readonly Trial[], startedAt: number): Measured | undefined {
  const ended = trials.filter(({ state }) => state === "succeeded" || state === "failed").flatMap(spanOf);
  if (ended.length === 0) return undefined;
  // What ran before the sweep went on, again, or elsewhere, did not wait for a place among these.
  const own = trials.filter(({ attempt, imported }) => attempt === 1 && imported !== true);
  const delays = delaysOf(
    spec,
    own.flatMap(spanOf).filter(({ from }) => from >= startedAt),
    startedAt,
  );
  return {
    trials: ended.length,
    workMs: byIndex(ended.map(({ index, from, until }) => [index, until - from])),
    delayMs: byIndex(delays),
    usualDelayMs: delays.reduce((sum, [, ms]) => sum + ms, 0) / Math.max(1, delays.length),
  };
}

function spanOf({ index, startTime, endTime }: Trial): readonly Span[] {
  if (startTime === undefined || endTime === undefined) return [];
  const from = Date.parse(startTime);
  return [{ index, from, until: Math.max(from, Date.parse(endTime)) }];
}

/** Trials are made in the order of their numbers, each when there is room for it, and when those have ended that its suggestion learns from. */
function delaysOf(
  { limits: { maxConcurrentTrials: places }, algorithm, lag }: SweepSpec,
  spans: readonly Span[],
  startedAt: number,
): readonly (readonly [index: number, ms: number])[] {
  const ends = spans.map(({ until }) => until).sort((a, b) => a - b);
  const ordered = spans.toSorted((a, b) => a.index - b.index);
  let [learned, known] = [0, startedAt];
  return ordered.map(({ index, from }, at) => {
    while (algorithm.type === "tpe" && learned < at && (ordered[learned]?.index ?? index) <= index - lag)
      known = Math.max(known, ordered[learned++]?.until ?? known);
    const room = at < places ? startedAt : (ends[at - places] ?? from);
    return [index, Math.max(0, from - Math.max(room, known))];
  });
}

function byIndex(pairs: readonly (readonly [index: number, ms: number])[]): readonly (number | undefined)[] {
  const known: (number | undefined)[] = [];
  for (const [index, ms] of pairs) known[index] = ms;
  return Array.from(known);
}
