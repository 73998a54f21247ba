// A sweep in virtual time: the very rules of `advance`, on trials whose durations, evictions and curves are drawn from what
// the caller expects, or has measured. Says when the sweep would end and what it would cost, as bands over several runs.
import { parseDuration } from "../shared/duration.ts";
import { advance } from "./advance.ts";
import { costOf } from "./budget.ts";
import type { Expectations } from "./expectations.ts";
import type { Measured } from "./measured.ts";
import { valueOfLoss } from "./objective.ts";
import { normalQuantile } from "./search/normal.ts";
import { draws } from "./search/random.ts";
import type { SweepSpec } from "./spec.ts";
import { policyOf } from "./standing.ts";
import { observed } from "./stopping/marks.ts";
import { isOver } from "./trial.ts";
import type { Trial } from "./trial.ts";

const runs = 9;
/** Every report is followed by a look at all trials: how many such looks at a trial one forecast may take. */
const mostWork = 2_000_000;

/** Why these cannot be run in virtual time while somebody waits. */
export function forecastProblem({ limits }: SweepSpec, { reports }: Expectations): string | undefined {
  if (limits.maxTrials ** 2 * reports <= mostWork) return undefined;
  const most = Math.floor(Math.sqrt(mostWork / reports));
  return `takes at most ${most} trials of ${reports} reports each; ask for fewer, and scale what it says`;
}

interface Outcome {
  readonly ms: number;
  readonly nodeMs: number;
  readonly trials: number;
  readonly stopped: number;
}

/** What trials take: as measured where they were, as expected elsewhere. */
interface Outlook extends Expectations {
  readonly measured?: Measured | undefined;
}

/** @param expected says how long trials take, or they are measured. */
export function forecast(spec: SweepSpec, expected: Expectations, measured?: Measured) {
  const outcomes = Array.from({ length: runs }, (_, run) => simulate(spec, { ...expected, measured }, run));
  const band = (figure: (outcome: Outcome) => number) => {
    const sorted = outcomes.map(figure).sort((a, b) => a - b);
    return { low: sorted[0] ?? 0, median: sorted[(runs - 1) / 2] ?? 0, high: sorted[runs - 1] ?? 0 };
  };
  const nodeHours = mapBand(
    band(({ nodeMs }) => nodeMs),
    (nodeMs) => costOf(undefined, nodeMs).nodeHours,
  );
  const { pricePerNodeHour = spec.budget?.pricePerNodeHour, currency = spec.budget?.currency } = expected;
  return {
    runs,
    ...(measured === undefined ? {} : { measuredTrials: measured.trials }),
    seconds: band(({ ms }) => ms / 1000),
    nodeHours,
    ...(pricePerNodeHour === undefined
      ? {}
      : { amount: mapBand(nodeHours, (hours) => hours * pricePerNodeHour), currency }),
    trials: band(({ trials }) => trials),
    stopped: band(({ stopped }) => stopped),
  };
}

type Band = { readonly low: number; readonly median: number; readonly high: number };

function mapBand({ low, median, high }: Band, map: (value: number) => number): Band {
  return { low: map(low), median: map(median), high: map(high) };
}

interface Running {
  /** On a node: from here on it costs something. */
  readonly startedAt: number;
  /** Virtual time at which each report comes; the last is the end. */
  readonly reportsAt: readonly number[];
  readonly nodeMs: number;
  reported: number;
}

/** Suggestions cost time and change no duration: points are drawn at random, with the waiting that the algorithm has. */
function cheap(spec: SweepSpec): SweepSpec {
  const { algorithm } = spec;
  if (algorithm.type !== "tpe") return spec;
  return { ...spec, algorithm: { ...algorithm, startupTrials: Number.MAX_SAFE_INTEGER } };
}

export function simulate(asked: SweepSpec, expected: Outlook, run: number): Outcome {
  const slots =
    expected.nodes === undefined ? Number.POSITIVE_INFINITY : Math.floor(expected.nodes / asked.nodeCount);
  const { limits } = asked;
  const spec = cheap({
    ...asked,
    limits: { ...limits, maxConcurrentTrials: Math.max(1, Math.min(limits.maxConcurrentTrials, slots)) },
  });
  const running = new Map<number, Running>();
  const unwanted = new Set<number>();
  let trials: readonly Trial[] = [];
  let now = 0;
  for (;;) {
    const next = advance(spec, {
      trials,
      now,
      startedAt: 0,
      failuresForgiven: 0,
      terminateRequested: false,
      unwanted,
    });
    trials = next.trials.map((trial) => settle(spec, expected, running, trial, now, run));
    if (trials.every(isOver) && (next.ending !== undefined || running.size === 0)) break;
    const [index, at] = soonest(running);
    if (index === undefined) continue;
    now = at;
    trials = trials.map((trial) =>
      trial.index === index ? report(spec, expected, running, trial, run) : trial,
    );
  }
  return {
    ms: now,
    nodeMs: trials.reduce((sum, { spent }) => sum + spent, 0),
    trials: trials.length,
    stopped: trials.filter(({ state }) => state === "stopped" || state === "canceled").length,
  };
}

/** A new trial starts; one whose end was asked for ends. */
function settle(
  spec: SweepSpec,
  expected: Outlook,
  running: Map<number, Running>,
  trial: Trial,
  now: number,
  run: number,
): Trial {
  if (trial.state === "queued") {
    running.set(trial.index, schedule(spec, expected, trial.index, now, run));
    return { ...trial, state: "running" };
  }
  const under = running.get(trial.index);
  if (trial.state !== "stopping" || under === undefined) return trial;
  running.delete(trial.index);
  const spent = Math.max(0, now - under.startedAt) * spec.nodeCount;
  return { ...trial, state: trial.stopCause === "policy" ? "stopped" : "canceled", spent };
}

function schedule(spec: SweepSpec, expected: Outlook, index: number, now: number, run: number): Running {
  const draw = draws(spec.algorithm.seed + run, "forecast duration", index);
  const u = draw();
  const work = usualMs(expected, index, u) * Math.exp(expected.spread * normalQuantile(Math.max(u, 1e-12)));
  const delay = delayMs(expected, index);
  const startedAt = now + delay;
  const longest =
    spec.limits.trialTimeout === undefined
      ? Number.POSITIVE_INFINITY
      : (parseDuration(spec.limits.trialTimeout) ?? 0);
  let begun = startedAt;
  let done = 0;
  for (;;) {
    const left = Math.min(work - done, longest);
    const until = eviction(spec, expected, draw());
    if (until >= left) {
      const share = (report: number) => begun + Math.max(0, (left * report) / expected.reports);
      const reportsAt = Array.from({ length: expected.reports }, (_, at) => share(at + 1));
      return { startedAt, reportsAt, nodeMs: (begun + left - startedAt) * spec.nodeCount, reported: 0 };
    }
    if (expected.checkpoints) done += until;
    begun += until + delay;
  }
}

/** Of a trial that nobody knows, that of one of those that are known. */
function usualMs({ trialDuration, trialDurations, measured }: Outlook, index: number, u: number): number {
  if (trialDuration !== undefined) return parseDuration(trialDuration) ?? 0;
  const known = trialDurations?.map((text) => parseDuration(text) ?? 0) ?? measured?.workMs ?? [];
  const own = known[index];
  if (own !== undefined) return own;
  const any = known.filter((ms) => ms !== undefined);
  return any[Math.floor(u * any.length)] ?? 0;
}

function delayMs({ startDelay, measured }: Outlook, index: number): number {
  if (startDelay !== undefined) return parseDuration(startDelay) ?? 0;
  return measured?.delayMs[index] ?? measured?.usualDelayMs ?? 0;
}

function eviction(spec: SweepSpec, { evictionsPerNodeHour }: Expectations, u: number): number {
  const perMs = (evictionsPerNodeHour * spec.nodeCount) / 3_600_000;
  return perMs === 0 ? Number.POSITIVE_INFINITY : -Math.log(1 - u) / perMs;
}

function soonest(running: ReadonlyMap<number, Running>): readonly [number | undefined, number] {
  let found: readonly [number | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
  for (const [index, { reportsAt, reported }] of running) {
    const at = reportsAt[reported] ?? Number.POSITIVE_INFINITY;
    if (at < found[1]) found = [index, at];
  }
  return found;
}

function report(
  spec: SweepSpec,
  expected: Outlook,
  running: Map<number, Running>,
  trial: Trial,
  run: number,
): Trial {
  const under = running.get(trial.index);
  if (under === undefined) return trial;
  under.reported += 1;
  const { goal } = spec.objective;
  const quality = draws(spec.algorithm.seed + run, "forecast quality", trial.index)();
  const step = Math.round(((expected.lastStep ?? expected.reports) * under.reported) / expected.reports);
  const value = valueOfLoss(goal, quality + 1 / under.reported);
  const seen = observed(
    { progress: trial.progress, marks: trial.marks },
    { step, value },
    {
      policy: policyOf(spec, trial.index),
      goal,
      trial: trial.index,
    },
  );
  const next = {
    ...trial,
    marks: [...seen.marks],
    ...(seen.progress === undefined ? {} : { progress: seen.progress }),
  };
  if (under.reported < expected.reports) return next;
  running.delete(trial.index);
  return { ...next, state: "succeeded", spent: under.nodeMs };
}
