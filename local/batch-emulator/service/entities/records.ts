// How entities become rows and come back. Invariant: decode(encode(entity)) equals the entity's record; what else it has the
// recovery builds anew.
import type { PoolSpec } from "../../schema/pool-spec.ts";
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
import { PlainHead, JobHead, NodeHead, PoolHead, ScheduleHead, TaskHead, readRow } from "./stored-row.ts";
import { stateSchemas } from "./stored-state.ts";

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

const membersOf = (kind: Entity["kind"]) => Object.keys(stateSchemas[kind].shape);
const members: Readonly<Record<Entity["kind"], readonly string[]>> = {
  pool: membersOf("pool"),
  node: membersOf("node"),
  job: membersOf("job"),
  task: membersOf("task"),
  schedule: membersOf("schedule"),
  application: membersOf("application"),
  certificate: membersOf("certificate"),
};

/** The part of an entity that changes as things happen to it: an object of its own, with what its schema has. */
export function encodeState(entity: Entity): string {
  const state: Record<string, unknown> = {};
  const values = entity as unknown as Record<string, unknown>;
  for (const name of members[entity.kind]) if (values[name] !== undefined) state[name] = values[name];
  if (entity.kind === "job") state["nodes"] = encodeJobNodes(entity.nodes);
  return JSON.stringify(state);
}

function encodeJobNodes(nodes: ReadonlyMap<string, JobOnNode>): unknown {
  return [...nodes.values()].map((node) => ({ ...node, preparing: undefined, stopped: undefined }));
}

const stored = (row: StoredRow, head: { readonly id: string; readonly createdAt: number }) => ({
  row: row.row,
  id: head.id,
  key: head.id.toLowerCase(),
  createdAt: head.createdAt,
});

export function decodePool(row: StoredRow): Pool {
  const { head, state } = readRow(row, PoolHead, stateSchemas.pool);
  return { ...emptyPool(head.spec), ...state, ...stored(row, head), spec: head.spec };
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
  const { head, state } = readRow(row, NodeHead, stateSchemas.node);
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
  };
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
  const { head, state } = readRow(row, JobHead, stateSchemas.job);
  const { nodes = [], ...rest } = state;
  return {
    ...emptyJob(),
    ...rest,
    ...stored(row, head),
    spec: head.spec,
    schedule: head.schedule === undefined ? undefined : scheduleOf(head.schedule),
    nodes: new Map(
      nodes.map(({ release, ...node }) => [
        jobNodeKey(node.poolId, node.nodeId),
        { ...node, release, preparing: undefined, stopped: false },
      ]),
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
  const { head, state } = readRow(row, TaskHead, stateSchemas.task);
  const job = jobOf(head.job);
  if (job === undefined) return undefined;
  // One literal with every member, as in createTask: a hundred thousand of them are kept.
  return {
    kind: "task",
    row: row.row,
    key: head.id.toLowerCase(),
    id: head.id,
    createdAt: head.createdAt,
    modifiedAt: state.modifiedAt,
    version: state.version,
    job,
    spec: head.spec,
    state: state.state,
    stateAt: state.stateAt,
    previousState: state.previousState,
    previousStateAt: state.previousStateAt,
    attempt: state.attempt,
    execution: state.execution,
    released: state.released,
    ticket: 0,
    blockers: 0,
    run: undefined,
    manager: head.manager === true,
  };
}

export function decodeSchedule(row: StoredRow): Schedule {
  const { head, state } = readRow(row, ScheduleHead, stateSchemas.schedule);
  return { ...emptySchedule(), ...state, ...stored(row, head), spec: head.spec };
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
  const { head, state } = readRow(row, PlainHead, stateSchemas.application);
  const packages = state.packages.map(({ format, lastActivatedAt, ...one }) => ({
    ...one,
    format,
    lastActivatedAt,
  }));
  return {
    kind: "application",
    displayName: undefined,
    defaultVersion: undefined,
    ...state,
    ...stored(row, head),
    packages,
  };
}

export function decodeCertificate(row: StoredRow): Certificate {
  const { head, state } = readRow(row, PlainHead, stateSchemas.certificate);
  return { kind: "certificate", publicData: undefined, ...state, ...stored(row, head) };
}
