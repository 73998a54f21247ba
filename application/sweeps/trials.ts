// What can be asked about the trials of a sweep. Everything but points is answered from two reads: the sweep and its record.
import { AppError } from "../../domain/shared/errors.ts";
import { formatId } from "../../domain/shared/resource-id.ts";
import type { SweepRef } from "../../domain/shared/resource-id.ts";
import { archiveOf } from "../../domain/sweep/archive.ts";
import type { SweepArchive } from "../../domain/sweep/archive.ts";
import { toWireNumber } from "../../domain/metric/number.ts";
import { ordered } from "../../domain/metric/point.ts";
import type { MetricRun } from "../../domain/metric/run.ts";
import { curveWire, pointWire } from "../../domain/metric/wire.ts";
import { valueOfLoss } from "../../domain/sweep/objective.ts";
import type { SweepDocument } from "../../domain/sweep/schema.ts";
import { allDecisions, policyOf } from "../../domain/sweep/standing.ts";
import { decisionSentence } from "../../domain/sweep/stopping/sentence.ts";
import { trialFilter, trialOrder } from "../../domain/sweep/trial-query.ts";
import { trialView, trialWire } from "../../domain/sweep/wire.ts";
import type { TrialView, TrialWire } from "../../domain/sweep/wire.ts";
import type { Trial } from "../../domain/sweep/trial.ts";
import type { Services } from "../../services/services.ts";
import { existing } from "../existing.ts";
import { trialNotFound } from "./sweeps.ts";

interface Known {
  readonly sweep: SweepDocument;
  readonly trials: readonly Trial[];
}

async function known(services: Services, ref: SweepRef): Promise<Known> {
  const sweep = await existing(services, ref);
  const stored = await services.sweepRecords.read(sweep.guid);
  return { sweep, trials: stored?.record.trials ?? [] };
}

/** All that another deployment needs to go on with it, but its template's secrets. */
export async function archivedSweep(services: Services, ref: SweepRef): Promise<SweepArchive> {
  const { sweep, trials } = await known(services, ref);
  return archiveOf(sweep, trials);
}

export interface TrialQuery {
  readonly filter?: string | undefined;
  readonly orderBy?: string | undefined;
}

export interface FoundTrials {
  readonly trials: readonly TrialView[];
  /** The whole of one of them: of a page, not of ten thousand that were sorted for it. */
  readonly whole: (view: TrialView) => TrialWire;
  /** Of the whole sweep, whatever was asked for. */
  readonly counts: Readonly<Record<string, number>>;
}

export async function findTrials(services: Services, ref: SweepRef, query: TrialQuery): Promise<FoundTrials> {
  const [matches, order] = [trialFilter(query.filter), trialOrder(query.orderBy)];
  const { sweep, trials } = await known(services, ref);
  const found = () => order(trials.map((trial) => viewOf(sweep, trial)).filter(matches));
  const counts: Record<string, number> = {};
  for (const { state } of trials) counts[state] = (counts[state] ?? 0) + 1;
  const whole = (view: TrialView) => {
    const trial = trials[view.trial];
    if (trial === undefined) throw new Error(`Trial ${view.trial} is not where it was.`);
    return trialWire(sweep.sweep, sweep.spec, trial, view);
  };
  return { trials: foundOnce(trials, query, found), whole, counts };
}

/** Who turns the pages of a list asks for the same order again and again; while no trial changes, it is the same list. */
const lists = new WeakMap<readonly Trial[], Map<string, readonly TrialView[]>>();
const mostLists = 10;

function foundOnce(
  trials: readonly Trial[],
  { filter, orderBy }: TrialQuery,
  find: () => readonly TrialView[],
): readonly TrialView[] {
  const known = lists.get(trials) ?? new Map<string, readonly TrialView[]>();
  lists.set(trials, known);
  const asked = JSON.stringify([filter ?? "", orderBy ?? ""]);
  const found = known.get(asked) ?? find();
  if (known.size >= mostLists) known.clear();
  known.set(asked, found);
  return found;
}

/** A trial that did not change between two requests is the same object, and so is its view. */
const views = new WeakMap<Trial, TrialView>();

function viewOf(sweep: SweepDocument, trial: Trial): TrialView {
  const known = views.get(trial);
  if (known !== undefined) return known;
  const view = trialView(sweep.sweep, sweep.spec, trial);
  views.set(trial, view);
  return view;
}

export async function findTrial(services: Services, ref: SweepRef, index: number): Promise<TrialWire> {
  const { sweep, trials } = await known(services, ref);
  const trial = trials[index];
  if (trial === undefined) throw trialNotFound(ref, index);
  return trialWire(sweep.sweep, sweep.spec, trial);
}

/** The best trial with its job, in whose output its model is. */
export async function bestTrialOf(services: Services, ref: SweepRef) {
  const { sweep, trials } = await known(services, ref);
  const found = sweep.summary.best;
  const trial = found === undefined ? undefined : trials[found.trial];
  if (trial === undefined)
    throw new AppError(
      "TrialNotFound",
      `No trial of the sweep ${ref.sweep} has reported '${sweep.spec.objective.metric}' yet`,
    );
  const wire = trialWire(sweep.sweep, sweep.spec, trial);
  if (trial.imported === true) return wire;
  const { subscriptionId, resourceGroup, workspace, experiment } = ref;
  const job = { kind: "job", subscriptionId, resourceGroup, workspace, experiment, job: wire.job } as const;
  return { ...wire, jobId: trial.reusedFrom ?? formatId(job) };
}

export async function decisionsOfSweep(services: Services, ref: SweepRef) {
  const { sweep, trials } = await known(services, ref);
  const { goal } = sweep.spec.objective;
  return allDecisions(sweep.spec, trials).flatMap((decision) => {
    const policy = policyOf(sweep.spec, decision.trial);
    if (policy === undefined) return [];
    const { trial, at, step, stop, rank, of, loss, cutOffLoss } = decision;
    return [
      {
        trial,
        at,
        step,
        verdict: stop ? ("stop" as const) : ("continue" as const),
        value: toWireNumber(valueOfLoss(goal, loss)),
        ...(cutOffLoss === undefined ? {} : { cutOff: toWireNumber(valueOfLoss(goal, cutOffLoss)) }),
        rank,
        of,
        policy: policy.type,
        sentence: decisionSentence(policy, goal, decision),
      },
    ];
  });
}

export interface PointQuery {
  readonly trial: number;
  readonly metric: string;
}

/** Of the trial's last attempt; undefined where no job of it has run here. */
async function runOf(services: Services, ref: SweepRef, index: number): Promise<MetricRun | undefined> {
  const { sweep, trials } = await known(services, ref);
  const trial = trials[index];
  if (trial === undefined) throw trialNotFound(ref, index);
  return trial.jobGuid === undefined ? undefined : { group: sweep.guid, run: trial.jobGuid };
}

/** For a chart: at most `count` buckets with the extremes of each. */
export async function metricBuckets(
  services: Services,
  ref: SweepRef,
  { trial, metric }: PointQuery,
  count: number,
) {
  const run = await runOf(services, ref, trial);
  const curve = run === undefined ? undefined : await services.metrics.curve(run, metric, count);
  return { trial, metric, ...curveWire(curve) };
}

export async function metricPoints(services: Services, ref: SweepRef, { trial, metric }: PointQuery) {
  const run = await runOf(services, ref, trial);
  const points = run === undefined ? [] : await services.metrics.read(run, metric);
  return ordered(points).map(pointWire);
}
