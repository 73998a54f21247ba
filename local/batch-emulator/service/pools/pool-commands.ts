// What callers may ask of pools, as either plane states it. Checks that need the account's state are here; the shape of
// the body was checked before.
import type { PoolSpec, ResizeBody } from "../../schema/pool-spec.ts";
import { durationMs } from "../../schema/values.ts";
import { checkContainerPool } from "../launches/containers.ts";
import { BatchFault, invalidProperty, notEmulated, notFound } from "../account/fault.ts";
import { beginResize, defaultResizeTimeoutMs, deletePool, evacuate, stopResize } from "./pool-control.ts";
import { checkPackages } from "../packages/node-packages.ts";
import type { Job, Node, Pool } from "../entities/model.ts";
import { checkConnectedNodes, checkOffered } from "../checks/azure-rules.ts";
import { checkMachines } from "../checks/machine-checks.ts";
import { emptyPool } from "../entities/records.ts";
import { checkReferences, identitiesAssigned } from "../checks/reference-checks.ts";
import { poolOf } from "../tasks/task-state.ts";
import { touch } from "../account/versions.ts";
import { quotasOf } from "../account/quota.ts";
import type { World } from "../account/world.ts";

export function findPool(world: World, id: string): Pool {
  const pool = world.pools.get(id.toLowerCase());
  if (pool === undefined) throw notFound("Pool");
  return pool;
}

export function findNode(pool: Pool, id: string): Node {
  const node = pool.nodes.get(id.toLowerCase());
  if (node === undefined) throw notFound("Node");
  return node;
}

export function addPool(
  world: World,
  given: PoolSpec,
  extra: Partial<Pick<Pool, "identity" | "autoPoolOwner">> & {
    option?: ResizeBody["nodeDeallocationOption"];
  } = {},
): Pool {
  const existing = world.pools.get(given.id.toLowerCase());
  if (existing !== undefined) refuseDeleted(existing);
  if (existing !== undefined) throw new BatchFault(409, "PoolExists", "The specified pool already exists.");
  if (world.pools.size >= quotasOf(world).poolQuota)
    throw new BatchFault(409, "PoolQuotaReached", "The Batch account has reached its pool quota.");
  checkPool(world, given, extra.identity);
  const spec = { ...given, vmSize: given.vmSize.toLowerCase() };
  const now = world.clock.now();
  const pool: Pool = {
    ...emptyPool(spec),
    row: world.nextRow(),
    key: spec.id.toLowerCase(),
    id: spec.id,
    createdAt: now,
    modifiedAt: now,
    version: world.stamp(),
    spec,
    state: "active",
    stateAt: now,
    allocation: "steady",
    allocationAt: now,
    targetDedicated: spec.targetDedicatedNodes ?? 0,
    targetLowPriority: spec.targetLowPriorityNodes ?? 0,
    resizeErrors: [],
    nodesCreated: 0,
    identity: extra.identity,
    autoPoolOwner: extra.autoPoolOwner,
  };
  world.pools.add(pool);
  world.save(pool, true);
  for (const job of world.jobs) adoptJob(world, pool, job);
  if (spec.enableAutoScale === true) enableAutoscaleOn(world, pool);
  else if (pool.targetDedicated + pool.targetLowPriority > 0)
    beginResize(world, pool, extra.option ?? "requeue", resizeTimeoutOf(spec.resizeTimeout));
  return pool;
}

function enableAutoscaleOn(world: World, pool: Pool): void {
  pool.autoScaleEnabledAt = world.clock.now();
  world.autoscaleChanged(pool);
}

/** A job that was waiting for a pool of this name gets to work. */
function adoptJob(world: World, pool: Pool, job: Job): void {
  if (poolOf(world, job) === pool && job.ready.size > 0) pool.readyJobs.add(job);
}

const resizeTimeoutOf = (text: string | undefined) =>
  text === undefined ? defaultResizeTimeoutMs : (durationMs(text) ?? defaultResizeTimeoutMs);

function checkPool(world: World, spec: PoolSpec, identity: Pool["identity"]): void {
  checkOffered(world, spec);
  checkNodes(world, spec, identity);
  checkConnectedNodes(world, spec, (spec.targetDedicatedNodes ?? 0) + (spec.targetLowPriorityNodes ?? 0));
  if (spec.enableAutoScale === true) {
    if (spec.autoScaleFormula === undefined)
      throw invalidProperty("autoScaleFormula", "", "A pool with enableAutoScale needs a formula");
    if (spec.targetDedicatedNodes !== undefined || spec.targetLowPriorityNodes !== undefined)
      throw invalidProperty(
        "targetDedicatedNodes",
        "",
        "Targets cannot be given when enableAutoScale is true",
      );
    checkFormula(world, spec.autoScaleFormula);
  } else if (spec.autoScaleFormula !== undefined)
    throw invalidProperty("autoScaleFormula", "", "A formula needs enableAutoScale");
}

/** What the pool says about each of its nodes. */
export function checkNodes(world: World, spec: PoolSpec, identity: Pool["identity"]): void {
  const vm = spec.virtualMachineConfiguration;
  if ((vm === undefined) === (spec.cloudServiceConfiguration === undefined))
    throw invalidProperty(
      "virtualMachineConfiguration",
      "",
      "A pool has exactly one of virtualMachineConfiguration and cloudServiceConfiguration",
    );
  checkContainerPool(spec);
  checkMachines(spec, identitiesAssigned({ identity }));
  checkReferences(spec.startTask, { identity }, "startTask");
  checkStartUser(spec);
  checkPackages(world, spec.applicationPackageReferences);
}

/** The accounts are stated with the start task; those of other tasks may yet come with another pool. */
function checkStartUser({ startTask, userAccounts = [] }: PoolSpec): void {
  const name = startTask?.userIdentity?.username;
  if (name !== undefined && !userAccounts.some((user) => user.name === name))
    throw invalidProperty("startTask.userIdentity", name, "The user is not among the pool's userAccounts");
}

/** Refuses a formula that does not parse. */
export function checkFormula(world: World, formula: string): void {
  const engine = world.ports.autoscale;
  if (engine === undefined) throw notEmulated("autoscale formulas");
  if (formula.length > 8192)
    throw new BatchFault(
      400,
      "AutoScaleFormulaTooLong",
      "The autoscale formula is longer than 8192 characters.",
    );
  const error = engine.syntaxError(formula);
  if (error !== undefined)
    throw new BatchFault(
      400,
      "AutoScalingFormulaSyntaxError",
      "The specified autoscale formula has a syntax error.",
      [{ key: "Reason", value: error.message }],
    );
}

/** "Pool - Resize", and the scale settings of the management plane. */
export function resizePool(world: World, pool: Pool, body: ResizeBody): void {
  refuseDeleted(pool);
  if (pool.spec.enableAutoScale === true)
    throw new BatchFault(
      409,
      "OperationInvalidForCurrentState",
      "The pool cannot be resized while automatic scaling is enabled.",
    );
  checkTargets(world, pool, body);
  refuseResizing(pool);
  pool.targetDedicated = body.targetDedicatedNodes ?? pool.targetDedicated;
  pool.targetLowPriority = body.targetLowPriorityNodes ?? pool.targetLowPriority;
  touch(world, pool);
  beginResize(world, pool, body.nodeDeallocationOption ?? "requeue", resizeTimeoutOf(body.resizeTimeout));
}

/** @throws BatchFault when the pool may not have that many nodes. */
export function checkTargets(world: World, pool: Pool, body: ResizeBody): void {
  const dedicated = body.targetDedicatedNodes ?? pool.targetDedicated;
  checkConnectedNodes(world, pool.spec, dedicated + (body.targetLowPriorityNodes ?? pool.targetLowPriority));
}

export function refuseResizing(pool: Pool): void {
  if (pool.allocation !== "steady")
    throw new BatchFault(409, "PoolBeingResized", "The specified pool is being resized.");
}

export function refuseDeleted(pool: Pool): void {
  if (pool.state === "deleting")
    throw new BatchFault(409, "PoolBeingDeleted", "The specified pool has been marked for deletion.");
}

export function stopPoolResize(world: World, pool: Pool): void {
  refuseDeleted(pool);
  if (pool.allocation === "resizing") stopResize(world, pool);
}

export function removePoolById(world: World, pool: Pool): void {
  refuseDeleted(pool);
  deletePool(world, pool);
}

export function removeNodes(
  world: World,
  pool: Pool,
  body: {
    nodeList: string[];
    resizeTimeout?: string | undefined;
    nodeDeallocationOption?: ResizeBody["nodeDeallocationOption"];
  },
): void {
  refuseDeleted(pool);
  if (pool.spec.enableAutoScale === true)
    throw new BatchFault(
      409,
      "OperationInvalidForCurrentState",
      "Nodes cannot be removed while automatic scaling is enabled.",
    );
  refuseResizing(pool);
  const nodes = [...new Set(body.nodeList.map((id) => findNode(pool, id)))];
  for (const node of nodes) {
    if (node.isDedicated) pool.targetDedicated = Math.max(0, pool.targetDedicated - 1);
    else pool.targetLowPriority = Math.max(0, pool.targetLowPriority - 1);
  }
  const option = body.nodeDeallocationOption ?? "requeue";
  for (const node of nodes) if (node.pending !== "remove") evacuate(world, node, "remove", option);
  touch(world, pool);
  beginResize(world, pool, option, resizeTimeoutOf(body.resizeTimeout));
}
