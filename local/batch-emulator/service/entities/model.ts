// The entities of a Batch account as the emulator holds them in memory. Invariant: `row` is unique over the account's
// life and grows with creation, so it orders lists and names launches. A …Record has what the journal keeps (stored-state.ts); what an
// entity has beyond its record lives as long as the process and is built anew at start. Times are epoch milliseconds.
import type { Timer } from "../../../clock.ts";
import type { ContainerInfo } from "../../agent/executor.ts";
import type { JobScheduleSpec, JobSpec } from "../../schema/job-spec.ts";
import type { DeallocationOption, PoolSpec } from "../../schema/pool-spec.ts";
import type { TaskSpec } from "../../schema/task-spec.ts";
import type { OrderedIndex } from "./ordered-index.ts";
import type { ReadyQueue } from "./ready-queue.ts";
import type { NodeSlots } from "./node-slots.ts";
import type {
  AllocationState,
  JobState,
  NodeState,
  PoolState,
  ScheduleState,
  TaskState,
} from "./machines.ts";

export interface FailureInfo {
  readonly category: "UserError" | "ServerError";
  readonly code: string;
  readonly message: string;
  readonly details?: readonly { readonly name: string; readonly value: string }[];
}

interface Stored {
  readonly row: number;
  /** Lower-case id: ids keep their case and compare without it. */
  readonly key: string;
  readonly id: string;
  readonly createdAt: number;
}

interface Versioned extends Stored {
  /** Unique, growing; the ETag is made from it. */
  version: number;
  modifiedAt: number;
}

export interface ResizeError {
  readonly code: string;
  readonly message: string;
  readonly values?: readonly { readonly name: string; readonly value: string }[];
}

export interface Resize {
  readonly startedAt: number;
  readonly timeoutMs: number;
  readonly option: DeallocationOption;
}

export interface AutoScaleRun {
  readonly timestamp: number;
  readonly results?: string;
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly values?: ReadonlyArray<{ name: string; value: string }>;
  };
}

export interface PoolRecord extends Versioned {
  readonly kind: "pool";
  spec: PoolSpec;
  state: PoolState;
  stateAt: number;
  allocation: AllocationState;
  allocationAt: number;
  targetDedicated: number;
  targetLowPriority: number;
  resize: Resize | undefined;
  resizeErrors: readonly ResizeError[];
  autoScaleRun: AutoScaleRun | undefined;
  autoScaleEnabledAt: number | undefined;
  /** ARM: identity of the pool, echoed. */
  identity: Readonly<Record<string, unknown>> | undefined;
  /** The job or schedule that an automatic pool belongs to. */
  autoPoolOwner:
    { readonly kind: "job" | "jobschedule"; readonly id: string; readonly keepAlive: boolean } | undefined;
  nodesCreated: number;
  /** Grows with every change of the scheduled events that the pool's nodes see. */
  eventsIncarnation: number;
}

export interface Pool extends PoolRecord {
  readonly nodes: OrderedIndex<Node>;
  /** Schedulable nodes by free slots. */
  slots: NodeSlots;
  /** Jobs that run on this pool and have something ready. */
  readonly readyJobs: Set<Job>;
  wakePending: boolean;
  resizeTimer: Timer | undefined;
}

export interface StartTaskInfo {
  state: "running" | "completed";
  startedAt: number;
  endedAt?: number;
  exitCode?: number;
  failure?: FailureInfo;
  retryCount: number;
  lastRetryAt?: number;
  result?: "success" | "failure";
  container?: ContainerInfo;
}

export interface NodeUser {
  readonly name: string;
  isAdmin: boolean;
  expiryTime?: string;
  /** Never the password itself: the journal keeps this. */
  passwordHash?: string;
  sshPublicKey?: string;
}

/** How a user wants to log in. */
export interface NodeUserLogin {
  readonly password?: string;
  readonly sshPublicKey?: string;
}

/** A `Preempt` among the node's scheduled events. */
export interface AnnouncedEviction {
  readonly eventId: string;
  /** It happens at this time, or when somebody on a node of the pool approves it. */
  readonly notBefore: number;
  readonly started: boolean;
}

export interface RecentTask {
  readonly jobId: string;
  readonly taskId: string;
  readonly subtaskId?: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly exitCode?: number;
  readonly result?: "success" | "failure";
  readonly retryCount: number;
  readonly requeueCount: number;
}

export interface NodeRecord extends Stored {
  readonly kind: "node";
  readonly pool: Pool;
  readonly isDedicated: boolean;
  readonly address: string;
  /** Absolute folder on this machine. */
  readonly root: string;
  state: NodeState;
  stateAt: number;
  scheduling: "enabled" | "disabled";
  /** 0 until the node was allocated for the first time. */
  allocatedAt: number;
  bootedAt: number | undefined;
  boots: number;
  startTask: StartTaskInfo | undefined;
  startTaskAttempts: number;
  errors: readonly FailureInfo[];
  tasksRun: number;
  tasksSucceeded: number;
  recentTasks: RecentTask[];
  users: NodeUser[];
  /** The eviction that was announced to the node and has not happened yet. */
  eviction: AnnouncedEviction | undefined;
  /** Of the pool, as they were when the node last booted. */
  packages: readonly InstalledPackage[];
  /** What happens when the last run has left: set while a reboot, removal or eviction waits for it. */
  pending: NodePending | undefined;
  /** Waits for the retention of its tasks' files before it leaves. */
  retains: boolean;
  /** When the last retention of files on this node ends. */
  retainUntil: number;
}

export interface Node extends NodeRecord {
  /** Slots taken, including those of runs that are being killed. */
  slotsUsed: number;
  /** Runs on this node, with the subtask number (0: primary or plain). */
  readonly runs: Map<TaskRun, number>;
  /** The timer of the current phase. */
  timer: Timer | undefined;
  /** Ends when nothing of the node's boot writes to its disk any more. */
  diskWork: Promise<unknown> | undefined;
  /** Grows when the node's life takes another course; stale callbacks compare it. */
  epoch: number;
}

export type NodePending = "reboot" | "reimage" | "remove" | "preempt" | "deallocate";

export interface JobCounts {
  active: number;
  running: number;
  completed: number;
  succeeded: number;
  failed: number;
}

/** State of a job's preparation or release task on one node. */
export interface NodeJobTask {
  state: "running" | "completed";
  startedAt: number;
  endedAt?: number;
  exitCode?: number;
  failure?: FailureInfo;
  retryCount: number;
  lastRetryAt?: number;
  result?: "success" | "failure";
  container?: ContainerInfo;
}

export interface JobOnNode {
  readonly poolId: string;
  readonly nodeId: string;
  /** The node's boot count when preparation last ran. */
  boots: number;
  /** Attempts so far, in launch ids. */
  attempts: number;
  preparation: NodeJobTask;
  release: NodeJobTask | undefined;
  /** Not kept: resolves to true when tasks of the job may start on the node. */
  preparing: Promise<boolean> | undefined;
  /** Not kept: the preparation that goes on is to end, and not to be tried again. */
  stopped: boolean;
}

export interface JobRecord extends Versioned {
  readonly kind: "job";
  spec: JobSpec;
  readonly schedule: Schedule | undefined;
  state: JobState;
  stateAt: number;
  previousState: JobState | undefined;
  previousStateAt: number | undefined;
  endedAt: number | undefined;
  terminateReason: string | undefined;
  /** What `disable` does with running tasks, while `disabling`. */
  disableTasks: "requeue" | "terminate" | "wait" | undefined;
  autoPoolId: string | undefined;
  schedulingError: FailureInfo | undefined;
  taskRetries: number;
  readonly nodes: Map<string, JobOnNode>;
}

export interface Job extends JobRecord {
  readonly tasks: OrderedIndex<Task>;
  readonly counts: JobCounts;
  readonly slotCounts: JobCounts;
  readonly ready: ReadyQueue;
  readonly runs: Set<TaskRun>;
  /** Tasks that wait for the task of this key. */
  readonly dependents: Map<string, Set<Task>>;
  /** Tasks that wait for ranges of integer ids. */
  readonly rangeWaits: Set<Task>;
  /** Keys of tasks whose folders are being removed, and how often. */
  readonly foldersInRemoval: Map<string, number>;
  /** The clock of the last pick, for round robin between equal priorities. */
  lastPick: number;
  wallTimer: Timer | undefined;
  allCompleteTimer: Timer | undefined;
  releasing: boolean;
}

export interface NodePlace {
  readonly poolId: string;
  readonly nodeId: string;
}

export interface Subtask {
  readonly id: number;
  readonly place: NodePlace;
  state: "preparing" | "running" | "completed";
  stateAt: number;
  previousState?: "preparing" | "running";
  previousStateAt?: number;
  startedAt?: number;
  endedAt?: number;
  exitCode?: number;
  failure?: FailureInfo;
  result?: "success" | "failure";
  container?: ContainerInfo;
}

/** What exists of a task only once it was started, retried or ended. */
export interface TaskExecution {
  startedAt?: number;
  endedAt?: number;
  exitCode?: number;
  failure?: FailureInfo;
  result?: "success" | "failure";
  container?: ContainerInfo;
  retryCount: number;
  lastRetryAt?: number;
  requeueCount: number;
  lastRequeueAt?: number;
  place?: NodePlace;
  subtasks?: Subtask[];
  /** The multi-instance task's coordination commands have ended well. */
  coordinated?: boolean;
  /** Its files were removed after the retention time. */
  cleaned?: boolean;
  /** What the exit conditions said about dependants. */
  dependency?: "satisfy" | "block";
}

export interface TaskRecord extends Versioned {
  readonly kind: "task";
  readonly job: Job;
  /** Is the job's manager task. */
  readonly manager: boolean;
  spec: TaskSpec;
  state: TaskState;
  stateAt: number;
  previousState: TaskState | undefined;
  previousStateAt: number | undefined;
  /** Launches so far; part of the launch ids. */
  attempt: number;
  execution: TaskExecution | undefined;
  /** Its dependencies were all satisfied once; absent for tasks without. */
  released: true | undefined;
}

export interface Task extends TaskRecord {
  /** In the job's ready queue under this ticket; 0 when not. */
  ticket: number;
  /** Dependencies still missing. */
  blockers: number;
  /** The run that occupies nodes for this task, also while it is being killed. */
  run: TaskRun | undefined;
}

/** One attempt of a task on its node(s). It owns the slots until every process of it is gone. */
export interface TaskRun {
  readonly task: Task;
  readonly attempt: number;
  readonly nodes: readonly Node[];
  readonly slots: number;
  /** Set when someone else decided what becomes of the task; the run then only ends its processes. */
  cancelled: boolean;
  /** Launch ids that were started and not yet forgotten. */
  readonly launches: Set<string>;
  /** Of the task, installed on each of its nodes. */
  packages: readonly InstalledPackage[];
  wallTimer: Timer | undefined;
  timedOut: boolean;
}

export interface ScheduleRecord extends Versioned {
  readonly kind: "schedule";
  spec: JobScheduleSpec;
  state: ScheduleState;
  stateAt: number;
  previousState: ScheduleState | undefined;
  previousStateAt: number | undefined;
  nextRunAt: number | undefined;
  jobsCreated: number;
  recentJobId: string | undefined;
  endedAt: number | undefined;
  autoPoolId: string | undefined;
}

export interface Schedule extends ScheduleRecord {
  timer: Timer | undefined;
}

/** An application package on a node. */
export interface InstalledPackage {
  readonly applicationId: string;
  readonly version: string;
  readonly isDefault: boolean;
  /** Relative to the node's root. */
  readonly folder: string;
}

export interface ApplicationPackage {
  readonly version: string;
  readonly createdAt: number;
  state: "Pending" | "Active";
  format: string | undefined;
  lastActivatedAt: number | undefined;
}

export type Application = ApplicationRecord;

export interface ApplicationRecord extends Stored {
  readonly kind: "application";
  displayName: string | undefined;
  allowUpdates: boolean;
  defaultVersion: string | undefined;
  version: number;
  packages: ApplicationPackage[];
}

export interface Certificate extends Stored {
  readonly kind: "certificate";
  readonly algorithm: string;
  readonly thumbprint: string;
  format: "pfx" | "cer";
  /** The public part, in base64; undefined where the file cannot be read here. */
  publicData: string | undefined;
  version: number;
}

export type Entity = Pool | Node | Job | Task | Schedule | Application | Certificate;
