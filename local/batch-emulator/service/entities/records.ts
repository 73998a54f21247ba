// How entities become rows and come back. Invariant: decode(encode(entity)) equals the entity but for its transient
// members, which the recovery rebuilds.
import type { JobSpec, JobScheduleSpec } from "../../schema/job-spec.ts";
import type { PoolSpec } from "../../schema/pool-spec.ts";
import type { TaskSpec } from "../../schema/task-spec.ts";
import type { StoredRow } from "../../store/journal.ts";
import type {
  Application,
  Certificate,
  Entity,
  Job,
  JobOnNode,
  Node,
  Pool,
  Schedule,
  Task,
} from "./model.ts";
import { NodeSlots } from "./node-slots.ts";
import { OrderedIndex } from "./ordered-index.ts";
import { ReadyQueue } from "./ready-queue.ts";

/** The part of an entity that is written once or rarely. */
export function encodeSpec(entity: Entity): string {
  switch (entity.kind) {
    case "pool":
    case "schedule":
      return JSON.stringify({ id: entity.id, createdAt: entity.createdAt, spec: entity.spec });
    case "job":
      return JSON.stringify({
        id: entity.id,
        createdAt: entity.createdAt,
        spec: entity.spec,
        schedule: entity.schedule?.row,
      });
    case "task":
      return JSON.stringify({
        id: entity.id,
        createdAt: entity.createdAt,
        job: entity.job.row,
        spec: entity.spec,
        ...(entity.manager ? { manager: true } : {}),
      });
    case "node":
      return JSON.stringify({
        id: entity.id,
        createdAt: entity.createdAt,
        pool: entity.pool.row,
        isDedicated: entity.isDedicated,
        address: entity.address,
        root: entity.root,
      });
    case "application":
    case "certificate":
      return JSON.stringify({ id: entity.id, createdAt: entity.createdAt });
  }
}

const transient = {
  pool: ["nodes", "slots", "readyJobs", "wakePending", "resizeTimer"],
  node: ["pool", "isDedicated", "address", "root", "slotsUsed", "runs", "timer", "diskWork", "epoch"],
  job: [
    ...[
      "schedule",
      "tasks",
      "counts",
      "slotCounts",
      "ready",
      "runs",
      "dependents",
      "rangeWaits",
      "foldersInRemoval",
    ],
    ...["lastPick", "wallTimer", "allCompleteTimer", "releasing"],
  ],
  task: ["job", "ticket", "blockers", "run", "manager"],
  schedule: ["timer"],
  application: [],
  certificate: [],
} as const satisfies Record<Entity["kind"], readonly string[]>;

const everywhere = ["kind", "row", "key", "id", "createdAt", "spec"];
const skippedOf = (kind: Entity["kind"]): ReadonlySet<string> => new Set([...everywhere, ...transient[kind]]);
const skipped: Readonly<Record<Entity["kind"], ReadonlySet<string>>> = {
  pool: skippedOf("pool"),
  node: skippedOf("node"),
  job: skippedOf("job"),
  task: skippedOf("task"),
  schedule: skippedOf("schedule"),
  application: skippedOf("application"),
  certificate: skippedOf("certificate"),
};

/** The part of an entity that changes as things happen to it. */
export function encodeState(entity: Entity): string {
  const skip = skipped[entity.kind];
  const state: Record<string, unknown> = {};
  const members = entity as unknown as Record<string, unknown>;
  for (const name in members) {
    if (skip.has(name)) continue;
    const value = members[name];
    if (value === undefined) continue;
    state[name] = name === "nodes" && entity.kind === "job" ? encodeJobNodes(entity.nodes) : value;
  }
  return JSON.stringify(state);
}

function encodeJobNodes(nodes: ReadonlyMap<string, JobOnNode>): unknown {
  return [...nodes.values()].map((node) => ({ ...node, preparing: undefined, stopped: undefined }));
}

interface Head {
  readonly id: string;
  readonly createdAt: number;
}

function parse<T>(row: StoredRow): { head: Head & T; state: Record<string, unknown> } {
  return {
    head: JSON.parse(row.spec) as Head & T,
    state: JSON.parse(row.state) as Record<string, unknown>,
  };
}

const stored = (row: StoredRow, head: Head) => ({
  row: row.row,
  id: head.id,
  key: head.id.toLowerCase(),
  createdAt: head.createdAt,
});

export function decodePool(row: StoredRow): Pool {
  const { head, state } = parse<{ spec: PoolSpec }>(row);
  return {
    ...emptyPool(head.spec),
    ...state,
    ...stored(row, head),
    spec: head.spec,
  } as Pool;
}

/** The members of a pool that are never stored, and the defaults of the optional ones. */
export function emptyPool(spec: PoolSpec) {
  return {
    kind: "pool" as const,
    resize: undefined,
    autoScaleRun: undefined,
    autoScaleEnabledAt: undefined,
    identity: undefined,
    autoPoolOwner: undefined,
    eventsIncarnation: 1,
    nodes: new OrderedIndex<Node>(),
    slots: new NodeSlots(spec.taskSlotsPerNode ?? 1),
    readyJobs: new Set<Job>(),
    wakePending: false,
    resizeTimer: undefined,
  };
}

export function decodeNode(row: StoredRow, poolOf: (row: number) => Pool | undefined): Node | undefined {
  const { head, state } = parse<{ pool: number; isDedicated: boolean; address: string; root: string }>(row);
  const pool = poolOf(head.pool);
  if (pool === undefined) return undefined;
  return {
    ...emptyNode(),
    ...state,
    ...stored(row, head),
    pool,
    isDedicated: head.isDedicated,
    address: head.address,
    root: head.root,
  } as Node;
}

export function emptyNode() {
  return {
    kind: "node" as const,
    bootedAt: undefined,
    startTask: undefined,
    packages: [] as Node["packages"],
    eviction: undefined,
    pending: undefined,
    retains: false,
    retainUntil: 0,
    slotsUsed: 0,
    runs: new Map(),
    timer: undefined,
    diskWork: undefined,
    epoch: 0,
  };
}

export function decodeJob(row: StoredRow, scheduleOf: (row: number) => Schedule | undefined): Job {
  const { head, state } = parse<{ spec: JobSpec; schedule?: number }>(row);
  const nodes = (state["nodes"] ?? []) as JobOnNode[];
  return {
    ...emptyJob(),
    ...(state as unknown as Pick<Job, "state" | "stateAt" | "version" | "modifiedAt">),
    ...stored(row, head),
    spec: head.spec,
    schedule: head.schedule === undefined ? undefined : scheduleOf(head.schedule),
    nodes: new Map(
      nodes.map((node) => [jobNodeKey(node.poolId, node.nodeId), { ...node, preparing: undefined }]),
    ),
  };
}

export const jobNodeKey = (poolId: string, nodeId: string) => `${poolId}/${nodeId}`.toLowerCase();

export function emptyJob(): Omit<
  Job,
  "row" | "key" | "id" | "createdAt" | "version" | "modifiedAt" | "spec" | "state" | "stateAt" | "schedule"
> {
  return {
    kind: "job",
    previousState: undefined,
    previousStateAt: undefined,
    endedAt: undefined,
    terminateReason: undefined,
    disableTasks: undefined,
    autoPoolId: undefined,
    schedulingError: undefined,
    taskRetries: 0,
    nodes: new Map<string, JobOnNode>(),
    tasks: new OrderedIndex<Task>(),
    counts: { active: 0, running: 0, completed: 0, succeeded: 0, failed: 0 },
    slotCounts: { active: 0, running: 0, completed: 0, succeeded: 0, failed: 0 },
    ready: new ReadyQueue(),
    runs: new Set(),
    dependents: new Map<string, Set<Task>>(),
    rangeWaits: new Set<Task>(),
    foldersInRemoval: new Map<string, number>(),
    lastPick: 0,
    wallTimer: undefined,
    allCompleteTimer: undefined,
    releasing: false,
  };
}

export function decodeTask(row: StoredRow, jobOf: (row: number) => Job | undefined): Task | undefined {
  const { head, state } = parse<{ spec: TaskSpec; job: number; manager?: boolean }>(row);
  const job = jobOf(head.job);
  if (job === undefined) return undefined;
  const known = state as unknown as Task;
  // One literal with every member, as in createTask: a hundred thousand of them are kept.
  return {
    kind: "task",
    row: row.row,
    key: head.id.toLowerCase(),
    id: head.id,
    createdAt: head.createdAt,
    modifiedAt: known.modifiedAt,
    version: known.version,
    job,
    spec: head.spec,
    state: known.state,
    stateAt: known.stateAt,
    previousState: known.previousState,
    previousStateAt: known.previousStateAt,
    attempt: known.attempt,
    execution: known.execution,
    released: known.released,
    ticket: 0,
    blockers: 0,
    run: undefined,
    manager: head.manager === true,
  };
}

export function decodeSchedule(row: StoredRow): Schedule {
  const { head, state } = parse<{ spec: JobScheduleSpec }>(row);
  return { ...emptySchedule(), ...state, ...stored(row, head), spec: head.spec } as Schedule;
}

export function emptySchedule() {
  return {
    kind: "schedule" as const,
    previousState: undefined,
    previousStateAt: undefined,
    nextRunAt: undefined,
    jobsCreated: 0,
    recentJobId: undefined,
    endedAt: undefined,
    autoPoolId: undefined,
    timer: undefined,
  };
}

export function decodeApplication(row: StoredRow): Application {
  const { head, state } = parse<object>(row);
  return {
    kind: "application",
    displayName: undefined,
    defaultVersion: undefined,
    ...state,
    ...stored(row, head),
  } as Application;
}

export function decodeCertificate(row: StoredRow): Certificate {
  const { head, state } = parse<object>(row);
  return { kind: "certificate", publicData: undefined, ...state, ...stored(row, head) } as Certificate;
}
