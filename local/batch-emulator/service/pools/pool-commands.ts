// What callers may ask of pools, as either plane states it. Checks that need the account's state are here; the shape of
// the body was checked before.
import type { PoolSpec, ResizeBody } from "../../schema/pool-spec.ts";
import { durationMs } from "../../schema/values.ts";
import { checkContainerPool } from "../launches/containers.ts";
import { BatchFault, invalidProperty, notEmulated, notFound } from "../account/fault.ts";
import { beginResize, defaultResizeTimeoutMs, deletePool, drain, stopResize } from "./pool-control.ts";
import { checkPackages } from "../packages/node-packages.ts";
import type { Job, Node, Pool } from "../entities/model.ts";
import { checkConnectedNodes, checkOffered } from "../checks/azure-rules.ts";
import { checkMachines } from "../checks/machine-checks.ts";
import { emptyPool } from "../entities/records.ts";
import { checkReferences, identitiesAssigned } from "../checks/reference-checks.ts";
import { poolOf } from "../tasks/task-state.ts";
import { touch } from "../account/versions.ts";
import { quotasOf } from "../account/quota.ts";
import type { AccountState } from "../account/account-state.ts";

export function findPool(account: AccountState, id: string): Pool {
  const pool = account.pools.get(id.toLowerCase());
  if (pool === undefined) throw notFound("Pool");
  return pool;
}

/** A machine that is still waited for is no node yet: `creating` means that it was obtained ("Compute Node - List", ComputeNodeState). */
export const isObtained = (node: Node): boolean => node.allocatedAt > 0;

export function findNode(pool: Pool, id: string): Node {
  const node = pool.nodes.get(id.toLowerCase());
  if (node === undefined || !isObtained(node)) throw notFound("Node");
  return node;
}

export function addPool(
  account: AccountState,
  given: PoolSpec,
  extra: Partial<Pick<Pool, "identity" | "autoPoolOwner">> & {
    option?: ResizeBody["nodeDeallocationOption"];
  } = {},
): Pool {
  const existing = account.pools.get(given.id.toLowerCase());
  if (existing !== undefined) refuseDeleted(existing);
  if (existing !== undefined) throw new BatchFault(409, "PoolExists", "The specified pool already exists.");
  if (account.pools.size >= quotasOf(account).poolQuota)
    throw new BatchFault(409, "PoolQuotaReached", "The Batch account has reached its pool quota.");
  checkPool(account, given, extra.identity);
  const spec = { ...given, vmSize: given.vmSize.toLowerCase() };
  const now = account.clock.now();
  const pool: Pool = {
    ...emptyPool(spec),
    row: account.nextRow(),
    key: spec.id.toLowerCase(),
    id: spec.id,
    createdAt: now,
    modifiedAt: now,
    version: account.stamp(),
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
  account.pools.add(pool);
  account.save(pool, true);
  for (const job of account.jobs) attachJob(account, pool, job);
  if (spec.enableAutoScale === true) enableAutoscaleOn(account, pool);
  else if (pool.targetDedicated + pool.targetLowPriority > 0)
    beginResize(account, pool, extra.option ?? "requeue", resizeTimeoutOf(spec.resizeTimeout));
  return pool;
}

function enableAutoscaleOn(account: AccountState, pool: Pool): void {
  pool.autoScaleEnabledAt = account.clock.now();
  account.events.emit("autoscaleChanged", pool);
}

/** A job that was waiting for a pool of this name gets to work. */
function attachJob(account: AccountState, pool: Pool, job: Job): void {
  if (poolOf(account, job) === pool && job.ready.size > 0) pool.readyJobs.add(job);
}

const resizeTimeoutOf = (text: string | undefined) =>
  text === undefined ? defaultResizeTimeoutMs : (durationMs(text) ?? defaultResizeTimeoutMs);

function checkPool(account: AccountState, spec: PoolSpec, identity: Pool["identity"]): void {
  checkOffered(account, spec);
  checkNodes(account, spec, identity);
  checkConnectedNodes(account, spec, (spec.targetDedicatedNodes ?? 0) + (spec.targetLowPriorityNodes ?? 0));
  if (spec.enableAutoScale === true) {
    if (spec.autoScaleFormula === undefined)
      throw invalidProperty("autoScaleFormula", "", "A pool with enableAutoScale needs a formula");
    if (spec.targetDedicatedNodes !== undefined || spec.targetLowPriorityNodes !== undefined)
      throw invalidProperty(
        "targetDedicatedNodes",
        "",
        "Targets cannot be given when enableAutoScale is true",
      );
    checkFormula(account, spec.autoScaleFormula);
  } else if (spec.autoScaleFormula !== undefined)
    throw invalidProperty("autoScaleFormula", "", "A formula needs enableAutoScale");
}

/** What the pool says about each of its nodes. */
export function checkNodes(account: AccountState, spec: PoolSpec, identity: Pool["identity"]): void {
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
  checkPackages(account, spec.applicationPackageReferences);
}

/** The accounts are stated with the start task; those of other tasks may yet come with another pool. */
function checkStartUser({ startTask, userAccounts = [] }: PoolSpec): void {
  const name = startTask?.userIdentity?.username;
  if (name !== undefined && !userAccounts.some((user) => user.name === name))
    throw invalidProperty("startTask.userIdentity", name, "The user is not among the pool's userAccounts");
}

/** Refuses a formula that does not parse. */
export function checkFormula(account: AccountState, formula: string): void {
  const engine = account.ports.autoscale;
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
export function resizePool(account: AccountState, pool: Pool, body: ResizeBody): void {
  refuseDeleted(pool);
  if (pool.spec.enableAutoScale === true)
    throw new BatchFault(
      409,
      "OperationInvalidForCurrentState",
      "The pool cannot be resized while automatic scaling is enabled.",
    );
  checkTargets(account, pool, body);
  refuseResizing(pool);
  pool.targetDedicated = body.targetDedicatedNodes ?? pool.targetDedicated;
  pool.targetLowPriority = body.targetLowPriorityNodes ?? pool.targetLowPriority;
  touch(account, pool);
  beginResize(account, pool, body.nodeDeallocationOption ?? "requeue", resizeTimeoutOf(body.resizeTimeout));
}

/** @throws BatchFault when the pool may not have that many nodes. */
export function checkTargets(account: AccountState, pool: Pool, body: ResizeBody): void {
  const dedicated = body.targetDedicatedNodes ?? pool.targetDedicated;
  checkConnectedNodes(
    account,
    pool.spec,
    dedicated + (body.targetLowPriorityNodes ?? pool.targetLowPriority),
  );
}

export function refuseResizing(pool: Pool): void {
  if (pool.allocation !== "steady")
    throw new BatchFault(409, "PoolBeingResized", "The specified pool is being resized.");
}

export function refuseDeleted(pool: Pool): void {
  if (pool.state === "deleting")
    throw new BatchFault(409, "PoolBeingDeleted", "The specified pool has been marked for deletion.");
}

export function stopPoolResize(account: AccountState, pool: Pool): void {
  refuseDeleted(pool);
  if (pool.allocation === "resizing") stopResize(account, pool);
}

export function removePoolById(account: AccountState, pool: Pool): void {
  refuseDeleted(pool);
  deletePool(account, pool);
}

export function removeNodes(
  account: AccountState,
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
  for (const node of nodes) if (node.pending !== "remove") drain(account, node, "remove", option);
  touch(account, pool);
  beginResize(account, pool, option, resizeTimeoutOf(body.resizeTimeout));
}
