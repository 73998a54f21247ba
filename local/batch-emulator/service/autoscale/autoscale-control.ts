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
import type { World } from "../account/world.ts";

const defaultIntervalMs = 15 * 60_000;

interface Watch {
  sampling: Timer;
  evaluation: Timer;
}

export interface AutoscaleControl {
  /** Starts, changes or ends the periodic work of a pool, as its specification says. */
  refresh(pool: Pool): void;
}

export function createAutoscaleControl(world: World): AutoscaleControl {
  const watches = new Map<Pool, Watch>();
  const { clock, parameters } = world;
  const alive = (pool: Pool) =>
    !world.closed && pool.state === "active" && pool.spec.enableAutoScale === true && watches.has(pool);

  const sample = (pool: Pool) => {
    if (!alive(pool)) return;
    world.ports.autoscale?.record(pool.key, timeOfDay(clock), sampleOf(world, pool));
    const watch = watches.get(pool);
    if (watch) watch.sampling = clock.at(clock.now() + parameters.autoscaleSampleMs, () => sample(pool));
  };
  const evaluate = (pool: Pool) => {
    if (!alive(pool)) return;
    applyEvaluation(world, pool);
    const watch = watches.get(pool);
    if (watch) watch.evaluation = clock.at(clock.now() + intervalOf(world, pool), () => evaluate(pool));
    world.background("autoscale.save", world.commit());
  };
  return {
    refresh(pool) {
      const before = watches.get(pool);
      before?.sampling.cancel();
      before?.evaluation.cancel();
      watches.delete(pool);
      if (pool.spec.enableAutoScale !== true || pool.state !== "active") return;
      watches.set(pool, {
        sampling: clock.at(clock.now(), () => sample(pool)),
        evaluation: clock.at(clock.now() + parameters.autoscaleFirstMs, () => evaluate(pool)),
      });
    },
  };
}

function intervalOf(world: World, pool: Pool): number {
  const wanted = durationMs(pool.spec.autoScaleEvaluationInterval ?? "") ?? defaultIntervalMs;
  return Math.max(1, wanted / world.parameters.autoscaleSpeed);
}

/** What the formula's variables count in this pool now. */
export function sampleOf(world: World, pool: Pool): AutoscaleSample {
  let active = 0;
  let running = 0;
  let succeeded = 0;
  let failed = 0;
  for (const job of world.jobs) {
    if (poolOf(world, job) !== pool) continue;
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

function evaluateFormula(world: World, pool: Pool, formula: string): AutoscaleOutcome {
  const engine = world.ports.autoscale;
  if (engine === undefined) throw notEmulated("autoscale formulas");
  return engine.evaluate(pool.key, {
    formula,
    // Formulas name moments that other people chose: by the machine's time.
    now: timeOfDay(world.clock),
    taskSlotsPerNode: pool.spec.taskSlotsPerNode ?? 1,
    current: { targetDedicated: pool.targetDedicated, targetLowPriority: pool.targetLowPriority },
  });
}

const runOf = (world: World, outcome: AutoscaleOutcome): AutoScaleRun => ({
  timestamp: world.clock.now(),
  results: outcome.results,
  ...(outcome.error === undefined ? {} : { error: outcome.error }),
});

function withinLimits(world: World, pool: Pool, outcome: AutoscaleOutcome): AutoscaleOutcome {
  const wrong = tooManyConnected(world, pool.spec, outcome.targetDedicated + outcome.targetLowPriority);
  if (wrong === undefined || outcome.error !== undefined) return outcome;
  return { ...outcome, error: { code: "AutoScalingFormulaEvaluationError", message: wrong } };
}

/** Evaluates the pool's own formula and resizes when the result asks for it; a resize under way is left alone. */
function applyEvaluation(world: World, pool: Pool): void {
  const outcome = withinLimits(world, pool, evaluateFormula(world, pool, pool.spec.autoScaleFormula ?? ""));
  pool.autoScaleRun = runOf(world, outcome);
  world.save(pool);
  if (outcome.error !== undefined || pool.allocation !== "steady") return;
  if (
    outcome.targetDedicated === pool.targetDedicated &&
    outcome.targetLowPriority === pool.targetLowPriority
  )
    return;
  pool.targetDedicated = outcome.targetDedicated;
  pool.targetLowPriority = outcome.targetLowPriority;
  const timeout = durationMs(pool.spec.resizeTimeout ?? "") ?? defaultResizeTimeoutMs;
  beginResize(world, pool, outcome.deallocation, timeout);
}

/** "Pool - Evaluate Auto Scale": a dry run. */
export function evaluateAutoscale(world: World, pool: Pool, formula: string): AutoScaleRun {
  if (pool.spec.enableAutoScale !== true)
    throw new BatchFault(
      409,
      "OperationInvalidForCurrentState",
      "Automatic scaling is not enabled on the pool.",
    );
  checkFormula(world, formula);
  return runOf(world, evaluateFormula(world, pool, formula));
}

export function enableAutoscale(
  world: World,
  pool: Pool,
  given: { autoScaleFormula?: string | undefined; autoScaleEvaluationInterval?: string | undefined },
): void {
  refuseDeleted(pool);
  const formula = given.autoScaleFormula ?? pool.spec.autoScaleFormula;
  if (formula === undefined)
    throw new BatchFault(400, "InvalidAutoScalingSettings", "Automatic scaling needs a formula.");
  checkFormula(world, formula);
  const last = pool.autoScaleEnabledAt;
  const { enableAutoscaleEveryMs } = world.parameters;
  if (last !== undefined && world.clock.now() - last < enableAutoscaleEveryMs)
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
  pool.autoScaleEnabledAt = world.clock.now();
  touch(world, pool);
  world.autoscaleChanged(pool);
}

export function disableAutoscale(world: World, pool: Pool): void {
  refuseDeleted(pool);
  const { enableAutoScale: _e, autoScaleFormula: _f, autoScaleEvaluationInterval: _i, ...rest } = pool.spec;
  pool.spec = rest;
  pool.autoScaleRun = undefined;
  touch(world, pool);
  world.autoscaleChanged(pool);
}
