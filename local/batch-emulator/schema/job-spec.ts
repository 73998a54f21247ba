// The wire shape of jobs and job schedules. Source: Azure Batch REST reference, "Job - Add Job", "Job Schedule - Add".
import { z } from "zod";
import { AutoPoolBody } from "./pool-spec.ts";
import { EnvironmentSetting, ManagerTaskSpec, PreparationTaskSpec, ReleaseTaskSpec } from "./task-spec.ts";
import {
  DisplayName,
  Duration,
  EntityId,
  Metadata,
  Timestamp,
  caseless,
  durationAtLeast,
  integer,
} from "./values.ts";

export const PoolInfo = z
  .strictObject({
    poolId: z.string().min(1).max(64).optional(),
    autoPoolSpecification: z
      .strictObject({
        autoPoolIdPrefix: z
          .string()
          .regex(/^[A-Za-z0-9_-]{1,20}$/, "must have 1 to 20 characters")
          .optional(),
        poolLifetimeOption: caseless("job", "jobschedule"),
        keepAlive: z.boolean().default(false),
        pool: AutoPoolBody.optional(),
      })
      .optional(),
  })
  .refine((info) => (info.poolId === undefined) !== (info.autoPoolSpecification === undefined), {
    message: "must have exactly one of poolId and autoPoolSpecification",
  });
export type PoolInfo = z.infer<typeof PoolInfo>;

export const JobConstraints = z.strictObject({
  maxWallClockTime: Duration.optional(),
  maxTaskRetryCount: integer(-1).optional(),
});

const Shared = {
  displayName: DisplayName.optional(),
  priority: integer().optional(),
  maxParallelTasks: integer(-1).optional(),
  allowTaskPreemption: z.boolean().optional(),
  constraints: JobConstraints.optional(),
  jobManagerTask: ManagerTaskSpec.optional(),
  jobPreparationTask: PreparationTaskSpec.optional(),
  jobReleaseTask: ReleaseTaskSpec.optional(),
  commonEnvironmentSettings: z.array(EnvironmentSetting).optional(),
  poolInfo: PoolInfo,
  onAllTasksComplete: caseless("noaction", "terminatejob").optional(),
  onTaskFailure: caseless("noaction", "performexitoptionsjobaction").optional(),
  networkConfiguration: z
    .strictObject({ subnetId: z.string(), skipWithdrawFromVNet: z.boolean().optional() })
    .optional(),
  metadata: Metadata.optional(),
  usesTaskDependencies: z.boolean().optional(),
} as const;

export const JobSpec = z.strictObject({ id: EntityId, ...Shared });
export type JobSpec = z.infer<typeof JobSpec>;

export const JobUpdate = z.strictObject({
  priority: Shared.priority,
  maxParallelTasks: Shared.maxParallelTasks,
  allowTaskPreemption: Shared.allowTaskPreemption,
  constraints: Shared.constraints,
  poolInfo: Shared.poolInfo,
  metadata: Shared.metadata,
  onAllTasksComplete: Shared.onAllTasksComplete,
});
export const JobPatch = JobUpdate.partial({ poolInfo: true }).extend({
  networkConfiguration: Shared.networkConfiguration,
});
export type JobPatch = z.infer<typeof JobPatch>;

export const DisableJobBody = z.strictObject({ disableTasks: caseless("requeue", "terminate", "wait") });
export const TerminateJobBody = z.strictObject({ terminateReason: z.string().optional() });

const oneMinute = 60_000;
export const Schedule = z.strictObject({
  doNotRunUntil: Timestamp.optional(),
  doNotRunAfter: Timestamp.optional(),
  startWindow: durationAtLeast(oneMinute).optional(),
  recurrenceInterval: durationAtLeast(oneMinute).optional(),
});
export type Schedule = z.infer<typeof Schedule>;

export const JobSpecification = z.strictObject(Shared);
export type JobSpecification = z.infer<typeof JobSpecification>;

export const JobScheduleSpec = z.strictObject({
  id: EntityId,
  displayName: DisplayName.optional(),
  schedule: Schedule,
  jobSpecification: JobSpecification,
  metadata: Metadata.optional(),
});
export type JobScheduleSpec = z.infer<typeof JobScheduleSpec>;

export const JobScheduleUpdate = z.strictObject({
  schedule: Schedule,
  jobSpecification: JobSpecification,
  metadata: Metadata.optional(),
});
export const JobSchedulePatch = JobScheduleUpdate.partial();
