// Automatic scaling of pools: sampling, periodic evaluation, and what a result does. The formula language is behind
// AutoscaleEngine. Source: "Automatically scale compute nodes in an Azure Batch pool"; "Pool - Enable Auto Scale".
import { durationMs } from "../../schema/values.ts";
import type { AutoscaleOutcome, AutoscaleSample } from "../ports/autoscale-engine.ts";
import { BatchFault, notEmulated } from "../account/fault.ts";
import type { AutoScaleRun, Pool } from "../entities/model.ts";
import { checkFormula, refuseDeleted, refuseResizing } from "../pools/pool-commands.ts";
import { beginResize, defaultResizeTimeoutMs } from "../pools/pool-control.ts";
import { poolOf } from "../tasks/task-state.ts";
import { touch } from "../account/versions.ts";
import { timeOfDay } from "../../../clock.ts";
import type { Timer } from "../../../clock.ts";
import { tooManyConnected } from "../checks/azure-rules.ts";
import type { AccountState } from "../account/account-state.ts";

const defaultIntervalMs = 15 * 60_000;

interface Timers {
  sampling: Timer;
  evaluation: Timer;
}

export interface AutoscaleControl {
  /** Starts, changes or ends the periodic work of a pool, as its specification says. */
  refresh(pool: Pool): void;
}

export function createAutoscaleControl(account: AccountState): AutoscaleControl {
  const timers = new Map<Pool, Timers>();
  const { clock, parameters } = account;
  const alive = (pool: Pool) =>
    !account.closed && pool.state === "active" && pool.spec.enableAutoScale === true && timers.has(pool);

  const sample = (pool: Pool) => {
    if (!alive(pool)) return;
    account.ports.autoscale?.record(pool.key, timeOfDay(clock), sampleOf(account, pool));
    const timersOfPool = timers.get(pool);
    if (timersOfPool)
      timersOfPool.sampling = clock.at(clock.now() + parameters.autoscaleSampleMs, () => sample(pool));
  };
  const evaluate = (pool: Pool) => {
    if (!alive(pool)) return;
    applyEvaluation(account, pool);
    const timersOfPool = timers.get(pool);
    if (timersOfPool)
      timersOfPool.evaluation = clock.at(clock.now() + intervalOf(account, pool), () => evaluate(pool));
    account.background("autoscale.save", account.commit());
  };
  return {
    refresh(pool) {
      const before = timers.get(pool);
      before?.sampling.cancel();
      before?.evaluation.cancel();
      timers.delete(pool);
      if (pool.spec.enableAutoScale !== true || pool.state !== "active") return;
      timers.set(pool, {
        sampling: clock.at(clock.now(), () => sample(pool)),
        evaluation: clock.at(clock.now() + parameters.autoscaleFirstMs, () => evaluate(pool)),
      });
    },
  };
}

function intervalOf(account: AccountState, pool: Pool): number {
  const wanted = durationMs(pool.spec.autoScaleEvaluationInterval ?? "") ?? defaultIntervalMs;
  return Math.max(1, wanted / account.parameters.autoscaleSpeed);
}

/** What the formula's variables count in this pool now. */
export function sampleOf(account: AccountState, pool: Pool): AutoscaleSample {
  let active = 0;
  let running = 0;
  let succeeded = 0;
  let failed = 0;
  for (const job of account.jobs) {
    if (poolOf(account, job) !== pool) continue;
    if (job.state === "active") active += readyInstances(job.ready.size, job);
    running += job.counts.running;
    succeeded += job.counts.succeeded;
    failed += job.counts.failed;
  }
  const nodes = [...pool.nodes];
  const usable = nodes.filter((node) => node.state === "idle" || node.state === "running").length;
  return {
    ActiveTasks: active,
    RunningTasks: running,
    PendingTasks: active + running,
    SucceededTasks: succeeded,
    FailedTasks: failed,
    CurrentDedicatedNodes: nodes.filter((node) => node.isDedicated && node.allocatedAt > 0).length,
    CurrentLowPriorityNodes: nodes.filter((node) => !node.isDedicated && node.allocatedAt > 0).length,
    PreemptedNodeCount: nodes.filter((node) => node.state === "preempted").length,
    UsableNodeCount: usable,
    SampleNodeCount: usable,
    TaskSlotsPerNode: pool.spec.taskSlotsPerNode ?? 1,
  };
}

/** A waiting multi-instance task counts once per instance. */
function readyInstances(size: number, job: Parameters<typeof poolOf>[1]): number {
  let extra = 0;
  for (const lane of job.ready.lanes()) if (lane.instances > 1) extra += lane.size * (lane.instances - 1);
  return size + extra;
}

function evaluateFormula(account: AccountState, pool: Pool, formula: string): AutoscaleOutcome {
  const engine = account.ports.autoscale;
  if (engine === undefined) throw notEmulated("autoscale formulas");
  return engine.evaluate(pool.key, {
    formula,
    // Formulas name moments that other people chose: by the machine's time.
    now: timeOfDay(account.clock),
    taskSlotsPerNode: pool.spec.taskSlotsPerNode ?? 1,
    current: { targetDedicated: pool.targetDedicated, targetLowPriority: pool.targetLowPriority },
  });
}

const runOf = (account: AccountState, outcome: AutoscaleOutcome): AutoScaleRun => ({
  timestamp: account.clock.now(),
  results: outcome.results,
  ...(outcome.error === undefined ? {} : { error: outcome.error }),
});

function withinLimits(account: AccountState, pool: Pool, outcome: AutoscaleOutcome): AutoscaleOutcome {
  const wrong = tooManyConnected(account, pool.spec, outcome.targetDedicated + outcome.targetLowPriority);
  if (wrong === undefined || outcome.error !== undefined) return outcome;
  return { ...outcome, error: { code: "AutoScalingFormulaEvaluationError", message: wrong } };
}

/** Evaluates the pool's own formula and resizes when the result asks for it; a resize under way is left alone. */
function applyEvaluation(account: AccountState, pool: Pool): void {
  const outcome = withinLimits(
    account,
    pool,
    evaluateFormula(account, pool, pool.spec.autoScaleFormula ?? ""),
  );
  pool.autoScaleRun = runOf(account, outcome);
  account.save(pool);
  if (outcome.error !== undefined || pool.allocation !== "steady") return;
  if (
    outcome.targetDedicated === pool.targetDedicated &&
    outcome.targetLowPriority === pool.targetLowPriority
  )
    return;
  pool.targetDedicated = outcome.targetDedicated;
  pool.targetLowPriority = outcome.targetLowPriority;
  const timeout = durationMs(pool.spec.resizeTimeout ?? "") ?? defaultResizeTimeoutMs;
  beginResize(account, pool, outcome.deallocation, timeout);
}

/** "Pool - Evaluate Auto Scale": a dry run. */
export function evaluateAutoscale(account: AccountState, pool: Pool, formula: string): AutoScaleRun {
  if (pool.spec.enableAutoScale !== true)
    throw new BatchFault(
      409,
      "OperationInvalidForCurrentState",
      "Automatic scaling is not enabled on the pool.",
    );
  checkFormula(account, formula);
  return runOf(account, evaluateFormula(account, pool, formula));
}

export function enableAutoscale(
  account: AccountState,
  pool: Pool,
  given: { autoScaleFormula?: string | undefined; autoScaleEvaluationInterval?: string | undefined },
): void {
  refuseDeleted(pool);
  const formula = given.autoScaleFormula ?? pool.spec.autoScaleFormula;
  if (formula === undefined)
    throw new BatchFault(400, "InvalidAutoScalingSettings", "Automatic scaling needs a formula.");
  checkFormula(account, formula);
  const last = pool.autoScaleEnabledAt;
  const { enableAutoscaleEveryMs } = account.parameters;
  if (last !== undefined && account.clock.now() - last < enableAutoscaleEveryMs)
    throw new BatchFault(
      503,
      "TooManyEnableAutoScaleRequests",
      "Enable automatic scaling at most once in 30 seconds.",
      [],
      30,
    );
  if (pool.spec.enableAutoScale !== true) refuseResizing(pool);
  pool.spec = {
    ...pool.spec,
    enableAutoScale: true,
    autoScaleFormula: formula,
    ...(given.autoScaleEvaluationInterval === undefined
      ? {}
      : { autoScaleEvaluationInterval: given.autoScaleEvaluationInterval }),
  };
  pool.autoScaleEnabledAt = account.clock.now();
  touch(account, pool);
  account.events.emit("autoscaleChanged", pool);
}

export function disableAutoscale(account: AccountState, pool: Pool): void {
  refuseDeleted(pool);
  const { enableAutoScale: _e, autoScaleFormula: _f, autoScaleEvaluationInterval: _i, ...rest } = pool.spec;
  pool.spec = rest;
  pool.autoScaleRun = undefined;
  touch(account, pool);
  account.events.emit("autoscaleChanged", pool);
}
