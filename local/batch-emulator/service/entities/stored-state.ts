// What the journal keeps of each entity beside its specification, as schemas. Invariant: exactly these members are written and read
// back; what lives only as long as the process (indexes, timers, runs) is none of them, and a member of a record that no schema
// has, or the other way round, does not compile.
import { z } from "zod";
import type {
  ApplicationRecord,
  Certificate,
  JobRecord,
  NodeRecord,
  PoolRecord,
  ScheduleRecord,
  TaskRecord,
} from "./model.ts";
import {
  allocationMachine,
  jobMachine,
  nodeMachine,
  poolMachine,
  scheduleMachine,
  taskMachine,
} from "./machines.ts";

const oneOf = <M extends object>(machine: M) =>
  z.enum(
    Object.fromEntries(Object.keys(machine).map((name) => [name, name])) as { [S in keyof M & string]: S },
  );

const count = z.number();
/** Epoch milliseconds. */
const time = z.number();
/** JSON has no word for it. */
const perhapsForever = z.union([z.number(), z.null().transform(() => Infinity)]);
const NameValues = z.array(z.object({ name: z.string(), value: z.string() }));
const Failure = z.object({
  category: z.enum(["UserError", "ServerError"]),
  code: z.string(),
  message: z.string(),
  details: NameValues.exactOptional(),
});
const Container = z.object({
  containerId: z.string().exactOptional(),
  state: z.string().exactOptional(),
  error: z.string().exactOptional(),
});
const Result = z.enum(["success", "failure"]);
/** How a process ended. */
const ended = {
  endedAt: time.exactOptional(),
  exitCode: z.number().exactOptional(),
  failure: Failure.exactOptional(),
  result: Result.exactOptional(),
  container: Container.exactOptional(),
};
const Attempted = z.object({
  ...ended,
  state: z.enum(["running", "completed"]),
  startedAt: time,
  retryCount: count,
  lastRetryAt: time.exactOptional(),
});
const Place = z.object({ poolId: z.string(), nodeId: z.string() });
const versioned = { version: z.number(), modifiedAt: time };

export const PoolState = z.object({
  ...versioned,
  state: oneOf(poolMachine),
  stateAt: time,
  allocation: oneOf(allocationMachine),
  allocationAt: time,
  targetDedicated: count,
  targetLowPriority: count,
  resize: z
    .object({
      startedAt: time,
      timeoutMs: perhapsForever,
      option: z.enum(["requeue", "terminate", "taskcompletion", "retaineddata"]),
    })
    .exactOptional(),
  resizeErrors: z.array(
    z.object({ code: z.string(), message: z.string(), values: NameValues.exactOptional() }),
  ),
  autoScaleRun: z
    .object({
      timestamp: time,
      results: z.string().exactOptional(),
      error: z
        .object({ code: z.string(), message: z.string(), values: NameValues.exactOptional() })
        .exactOptional(),
    })
    .exactOptional(),
  autoScaleEnabledAt: time.exactOptional(),
  identity: z.record(z.string(), z.unknown()).exactOptional(),
  autoPoolOwner: z
    .object({ kind: z.enum(["job", "jobschedule"]), id: z.string(), keepAlive: z.boolean() })
    .exactOptional(),
  nodesCreated: count,
  eventsIncarnation: count.exactOptional(),
});

export const NodeState = z.object({
  state: oneOf(nodeMachine),
  stateAt: time,
  scheduling: z.enum(["enabled", "disabled"]),
  allocatedAt: time,
  bootedAt: time.exactOptional(),
  boots: count,
  startTask: Attempted.exactOptional(),
  startTaskAttempts: count,
  errors: z.array(Failure),
  tasksRun: count,
  tasksSucceeded: count,
  recentTasks: z.array(
    z.object({
      jobId: z.string(),
      taskId: z.string(),
      subtaskId: z.number().exactOptional(),
      startedAt: time.exactOptional(),
      endedAt: time.exactOptional(),
      exitCode: z.number().exactOptional(),
      result: Result.exactOptional(),
      retryCount: count,
      requeueCount: count,
    }),
  ),
  users: z.array(
    z.object({
      name: z.string(),
      isAdmin: z.boolean(),
      expiryTime: z.string().exactOptional(),
      passwordHash: z.string().exactOptional(),
      sshPublicKey: z.string().exactOptional(),
    }),
  ),
  eviction: z.object({ eventId: z.string(), notBefore: time, started: z.boolean() }).exactOptional(),
  packages: z
    .array(
      z.object({
        applicationId: z.string(),
        version: z.string(),
        isDefault: z.boolean(),
        folder: z.string(),
      }),
    )
    .exactOptional(),
  pending: z.enum(["reboot", "reimage", "remove", "preempt", "deallocate"]).exactOptional(),
  retains: z.boolean().exactOptional(),
  retainUntil: perhapsForever.exactOptional(),
});

const JobOnNode = z.object({
  ...Place.shape,
  boots: count,
  attempts: count,
  preparation: Attempted,
  release: Attempted.exactOptional(),
});

export const JobState = z.object({
  ...versioned,
  state: oneOf(jobMachine),
  stateAt: time,
  previousState: oneOf(jobMachine).exactOptional(),
  previousStateAt: time.exactOptional(),
  endedAt: time.exactOptional(),
  terminateReason: z.string().exactOptional(),
  disableTasks: z.enum(["requeue", "terminate", "wait"]).exactOptional(),
  autoPoolId: z.string().exactOptional(),
  schedulingError: Failure.exactOptional(),
  taskRetries: count.exactOptional(),
  nodes: z.array(JobOnNode).exactOptional(),
});

export const TaskState = z.object({
  ...versioned,
  state: oneOf(taskMachine),
  stateAt: time,
  previousState: oneOf(taskMachine).exactOptional(),
  previousStateAt: time.exactOptional(),
  attempt: count,
  execution: z
    .object({
      ...ended,
      startedAt: time.exactOptional(),
      retryCount: count,
      lastRetryAt: time.exactOptional(),
      requeueCount: count,
      lastRequeueAt: time.exactOptional(),
      place: Place.exactOptional(),
      subtasks: z
        .array(
          z.object({
            ...ended,
            id: z.number(),
            place: Place,
            state: z.enum(["preparing", "running", "completed"]),
            stateAt: time,
            previousState: z.enum(["preparing", "running"]).exactOptional(),
            previousStateAt: time.exactOptional(),
            startedAt: time.exactOptional(),
          }),
        )
        .exactOptional(),
      coordinated: z.boolean().exactOptional(),
      cleaned: z.boolean().exactOptional(),
      dependency: z.enum(["satisfy", "block"]).exactOptional(),
    })
    .exactOptional(),
  released: z.literal(true).exactOptional(),
});

export const ScheduleState = z.object({
  ...versioned,
  state: oneOf(scheduleMachine),
  stateAt: time,
  previousState: oneOf(scheduleMachine).exactOptional(),
  previousStateAt: time.exactOptional(),
  nextRunAt: time.exactOptional(),
  jobsCreated: count.exactOptional(),
  recentJobId: z.string().exactOptional(),
  endedAt: time.exactOptional(),
  autoPoolId: z.string().exactOptional(),
});

export const ApplicationState = z.object({
  displayName: z.string().exactOptional(),
  allowUpdates: z.boolean(),
  defaultVersion: z.string().exactOptional(),
  version: z.number(),
  packages: z.array(
    z.object({
      version: z.string(),
      createdAt: time,
      state: z.enum(["Pending", "Active"]),
      format: z.string().optional(),
      lastActivatedAt: time.optional(),
    }),
  ),
});

export const CertificateState = z.object({
  algorithm: z.string(),
  thumbprint: z.string(),
  format: z.enum(["pfx", "cer"]),
  publicData: z.string().exactOptional(),
  version: z.number(),
});

export const stateSchemas = {
  pool: PoolState,
  node: NodeState,
  job: JobState,
  task: TaskState,
  schedule: ScheduleState,
  application: ApplicationState,
  certificate: CertificateState,
};

/** In the row's other part, which is written once or rarely. */
type InSpec = "kind" | "row" | "key" | "id" | "createdAt" | "spec";
type Same<A, B> = [A, B] extends [B, A] ? true : never;
type Covers<Record, Schema extends z.ZodType> = Same<Exclude<keyof Record, InSpec>, keyof z.infer<Schema>>;
const covered: [
  Covers<PoolRecord, typeof PoolState>,
  Covers<Omit<NodeRecord, "pool" | "isDedicated" | "address" | "root">, typeof NodeState>,
  Covers<Omit<JobRecord, "schedule">, typeof JobState>,
  Covers<Omit<TaskRecord, "job" | "manager">, typeof TaskState>,
  Covers<ScheduleRecord, typeof ScheduleState>,
  Covers<ApplicationRecord, typeof ApplicationState>,
  Covers<Certificate, typeof CertificateState>,
] = [true, true, true, true, true, true, true];
void covered;
