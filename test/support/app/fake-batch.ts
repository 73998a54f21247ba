// Azure Batch as the app sees it, by hand: pools get nodes and tasks move when the test says so.
import { AppError } from "../../../domain/shared/errors.ts";
import type {
  Batch,
  BatchNode,
  BatchTask,
  NewBatchTask,
  NodeCounts,
  TaskAnswer,
} from "../../../services/batch.ts";
import type { AccountFacts, BatchAccount, OfferedSize, Refused } from "../../../services/batch-account.ts";
import type { Clock } from "../../../services/clock.ts";
import type { PoolExpiry, Pools, PoolSpec } from "../../../services/pools.ts";

export interface FakePool {
  spec: PoolSpec;
  target: number;
  current: number;
  resizing: boolean;
  resizeErrors: { code: string; message: string }[];
  createdAt: string;
  /** Nodes that are of no use, or that a test wants to be told of by name. */
  badNodes: BatchNode[];
  expiry: PoolExpiry | undefined;
  timeout: string | undefined;
}

export interface FakeJob {
  priority: number;
  poolId: string;
  owner: string | undefined;
  createdAt: string;
  tasks: Map<string, FakeTask>;
}

export interface FakeTask {
  spec: NewBatchTask;
  task: BatchTask;
  files: Map<string, string>;
}

export interface FakeBatch {
  readonly batch: Batch;
  readonly pools: Pools;
  readonly batchAccount: BatchAccount;
  /** What the account says of itself; a test changes it. */
  account: AccountFacts | Refused;
  sizes: readonly OfferedSize[] | Refused;
  /** Node agents by the offer of an image, as Batch lists them. */
  agents: ReadonlyMap<string, string>;
  readonly poolsById: Map<string, FakePool>;
  readonly jobsById: Map<string, FakeJob>;
  /** Every pool reaches its target. */
  settle(): void;
  tasks(): FakeTask[];
  start(taskId: string): void;
  complete(taskId: string, end: { exitCode?: number; failure?: BatchTask["failure"]; result?: string }): void;
  requeue(taskId: string): void;
  /** While true every call fails as an outage does. */
  down: boolean;
  /** While set every call is answered with this. */
  refusal: { readonly statusCode: number; readonly code: string; readonly message: string } | undefined;
  /** The next task is refused with this code. */
  refuseNextTask: string | undefined;
  refuseNextPool: string | undefined;
  /** That the account may have. */
  lowPriorityProcessors: number;
  /** What the making of a pool waits for. */
  poolGate: Promise<void> | undefined;
  /** Text by `{node}/{path}`. */
  readonly nodeFiles: Map<string, string>;
  /** The nodes of a gang but for its first. */
  subtaskNodes: readonly string[];
  readonly calls: string[];
}

export function fakeBatch(clock: Clock): FakeBatch {
  const poolsById = new Map<string, FakePool>();
  const jobsById: FakeBatch["jobsById"] = new Map();
  const calls: string[] = [];
  const now = () => new Date(clock.now()).toISOString();
  const find = (taskId: string): FakeTask => {
    const found = [...jobsById.values()]
      .flatMap(({ tasks }) => [...tasks.values()])
      .find(({ task }) => task.id === taskId);
    if (found === undefined) throw new Error(`no task ${taskId}`);
    return found;
  };
  const move = (taskId: string, changes: Partial<BatchTask>) => {
    const found = find(taskId);
    found.task = { ...found.task, stateTransitionTime: now(), ...changes };
  };
  const called = (name: string) => {
    calls.push(name);
    if (fake.down) throw new AppError("ServiceUnavailable", "Azure Batch is down.");
    if (fake.refusal !== undefined)
      throw new AppError("InternalError", "Azure Batch refused.", { cause: fake.refusal });
  };
  /** Nodes of the pool that run a task. */
  const running = (pool: FakePool) =>
    [...jobsById.values()]
      .filter(({ poolId }) => poolsById.get(poolId) === pool)
      .flatMap(({ tasks }) => [...tasks.values()])
      .filter(({ task }) => task.state === "running")
      .reduce((sum, { spec }) => sum + (spec.multiInstance?.numberOfInstances ?? 1), 0);
  const counts = (pool: FakePool): NodeCounts => ({
    creating: Math.max(0, pool.target - pool.current),
    idle: Math.max(0, pool.current - running(pool)),
    leavingPool: 0,
    offline: 0,
    preempted: 0,
    rebooting: 0,
    reimaging: 0,
    running: Math.min(pool.current, running(pool)),
    starting: 0,
    startTaskFailed: pool.badNodes.filter(({ state }) => state === "starttaskfailed").length,
    unknown: 0,
    unusable: pool.badNodes.filter(({ state }) => state === "unusable").length,
    waitingForStartTask: 0,
    total: Math.max(pool.current, pool.target),
  });
  const batch: Batch = {
    async ensureJob({ id, poolId, priority, owner }) {
      called("ensureJob");
      if (!jobsById.has(id))
        jobsById.set(id, { poolId, priority, owner, createdAt: now(), tasks: new Map() });
      return { kind: "ready" };
    },
    async jobs() {
      called("jobs");
      return [...jobsById].map(([id, { owner, createdAt }]) => ({ id, owner, createdAt }));
    },
    async deleteJob(id) {
      called("deleteJob");
      jobsById.delete(id);
    },
    async addTasks(jobId, specs) {
      called("addTasks");
      const job = jobsById.get(jobId);
      if (job === undefined) return { kind: "refused", code: "JobNotFound", message: "" };
      return specs.map((spec): TaskAnswer => {
        if (fake.refuseNextTask !== undefined) {
          const code = fake.refuseNextTask;
          fake.refuseNextTask = undefined;
          return { kind: "refused", code, message: "refused by the test" };
        }
        if (job.tasks.has(spec.id)) return { kind: "exists" };
        const task: BatchTask = { id: spec.id, state: "active", stateTransitionTime: now(), requeueCount: 0 };
        job.tasks.set(spec.id, { spec, task, files: new Map() });
        return { kind: "added" };
      });
    },
    async getTask(jobId, taskId) {
      called("getTask");
      return jobsById.get(jobId)?.tasks.get(taskId)?.task;
    },
    async changedTasks(jobId, since) {
      called("changedTasks");
      const job = jobsById.get(jobId);
      if (job === undefined) return undefined;
      return [...job.tasks.values()]
        .map(({ task }) => task)
        .filter((task) => since === undefined || Date.parse(task.stateTransitionTime) >= Date.parse(since));
    },
    async terminateTask(jobId, taskId) {
      called("terminateTask");
      const found = jobsById.get(jobId)?.tasks.get(taskId);
      if (found === undefined) return "absent";
      if (found.task.state === "completed") return "ended";
      move(taskId, {
        state: "completed",
        endTime: now(),
        result: "failure",
        failure: {
          category: "UserError",
          code: "TaskEnded",
          message: "Task Was Ended by User Request",
          details: {},
        },
      });
      return "terminated";
    },
    async deleteTask(jobId, taskId) {
      called("deleteTask");
      jobsById.get(jobId)?.tasks.delete(taskId);
    },
    async readTaskFile(jobId, taskId, path) {
      called("readTaskFile");
      return jobsById.get(jobId)?.tasks.get(taskId)?.files.get(path);
    },
    async pool(id) {
      called("pool");
      const pool = poolsById.get(id);
      if (pool === undefined) return undefined;
      return {
        allocationState: pool.resizing ? "resizing" : "steady",
        currentNodes: pool.current,
        targetNodes: pool.target,
        resizeErrors: pool.resizeErrors,
      };
    },
    async nodeCounts(id) {
      called("nodeCounts");
      const pool = poolsById.get(id);
      return pool === undefined ? undefined : counts(pool);
    },
    async nodes(id) {
      called("nodes");
      return poolsById.get(id)?.badNodes;
    },
    async readNodeFile(_pool, nodeId, path) {
      called("readNodeFile");
      return fake.nodeFiles.get(`${nodeId}/${path}`);
    },
    async nodeAgentFor({ offer }) {
      called("nodeAgentFor");
      return fake.agents.get(offer);
    },
    async subtaskNodes() {
      called("subtaskNodes");
      return fake.subtaskNodes;
    },
    async remoteLogin() {
      called("remoteLogin");
      return undefined;
    },
  };
  const pools: Pools = {
    quotas: async () => ({
      pools: 100,
      dedicatedProcessors: 500,
      lowPriorityProcessors: fake.lowPriorityProcessors,
    }),
    async put(spec) {
      called("putPool");
      await fake.poolGate;
      if (fake.refuseNextPool !== undefined) {
        const code = fake.refuseNextPool;
        fake.refuseNextPool = undefined;
        return { kind: "refused", code, message: "refused by the test" };
      }
      if (!poolsById.has(spec.poolId))
        poolsById.set(spec.poolId, {
          spec,
          target: spec.targetNodeCount,
          current: 0,
          resizing: spec.targetNodeCount > 0,
          resizeErrors: [],
          createdAt: now(),
          badNodes: [],
          expiry: undefined,
          timeout: undefined,
        });
      return { kind: "created" };
    },
    async resize(id, { nodes, timeout }) {
      called("resize");
      const pool = poolsById.get(id);
      if (pool === undefined) return "absent";
      pool.target = nodes;
      pool.resizing = pool.current !== nodes;
      pool.expiry = undefined;
      pool.timeout = timeout;
      return "accepted";
    },
    async renew(id, { startTask, expiry }) {
      called("renew");
      const pool = poolsById.get(id);
      if (pool === undefined) return "absent";
      if (pool.resizing) return "busy";
      if (startTask !== undefined) pool.spec = { ...pool.spec, startTask };
      if (expiry !== undefined) pool.expiry = expiry;
      return "accepted";
    },
    async list() {
      called("listPools");
      return [...poolsById.values()].map(({ spec, createdAt }) => ({
        poolId: spec.poolId,
        owner: spec.owner,
        createdAt,
      }));
    },
    async remove(id) {
      called("removePool");
      poolsById.delete(id);
    },
  };
  const batchAccount: BatchAccount = {
    facts: async () =>
      "kind" in fake.account
        ? fake.account
        : { kind: "found", ...fake.account, answeredAt: fake.account.answeredAt ?? clock.now() },
    sizes: async () => ("kind" in fake.sizes ? fake.sizes : { kind: "found", sizes: fake.sizes }),
  };
  const fake: FakeBatch = {
    batch,
    batchAccount,
    pools,
    account: {
      location: "eastus",
      provisioningState: "Succeeded",
      poolAllocationMode: "BatchService",
      poolQuota: 100,
      activeJobQuota: 300,
      dedicatedProcessors: 500,
      lowPriorityProcessors: 300,
      familyProcessors: undefined,
      answeredAt: undefined,
    },
    sizes: [
      { name: "Standard_D2s_v5", family: "standardDSv5Family", processors: 2 },
      { name: "Standard_D2s_v3", family: "standardDSv3Family", processors: 2 },
      { name: "Standard_NC4as_T4_v3", family: "standardNCASv3_T4Family", processors: 4 },
    ],
    agents: new Map([
      ["known-to-batch", "batch.node.opensuse 15"],
      ["ubuntu-hpc", "batch.node.ubuntu 24.04"],
    ]),
    poolsById,
    jobsById,
    calls,
    down: false,
    refusal: undefined,
    refuseNextTask: undefined,
    poolGate: undefined,
    refuseNextPool: undefined,
    lowPriorityProcessors: 300,
    nodeFiles: new Map(),
    subtaskNodes: [],
    settle() {
      for (const pool of poolsById.values()) {
        pool.current = pool.target;
        pool.resizing = false;
      }
    },
    tasks: () => [...jobsById.values()].flatMap(({ tasks }) => [...tasks.values()]),
    start: (taskId) => move(taskId, { state: "running", startTime: now(), nodeId: "node-1" }),
    complete(taskId, { exitCode, failure, result }) {
      if (result !== undefined) find(taskId).files.set("wd/batchai-result", result);
      move(taskId, {
        state: "completed",
        endTime: now(),
        exitCode,
        failure,
        result: exitCode === 0 ? "success" : "failure",
      });
    },
    requeue: (taskId) =>
      move(taskId, {
        state: "active",
        startTime: undefined,
        requeueCount: find(taskId).task.requeueCount + 1,
      }),
  };
  return fake;
}
