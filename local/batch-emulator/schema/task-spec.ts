// The wire shape of what a client says about a task, in any of its forms (task, start task, job preparation, release
// and manager task). Unknown members are refused: nothing that a caller asked for may be dropped silently.
// Source: Azure Batch REST reference, "Task - Add Task" and "Pool - Add Pool" (start task).
import { z } from "zod";
import { DisplayName, Duration, EntityId, RelativePath, caseless, integer } from "./values.ts";

export const IdentityReference = z.strictObject({ resourceId: z.string() });

export const ResourceFile = z
  .strictObject({
    autoStorageContainerName: z.string().optional(),
    storageContainerUrl: z.string().optional(),
    httpUrl: z.string().optional(),
    blobPrefix: z.string().optional(),
    filePath: RelativePath.optional(),
    fileMode: z
      .string()
      .regex(/^[0-7]{3,4}$/, "must be an octal mode")
      .optional(),
    identityReference: IdentityReference.optional(),
  })
  .refine(
    (file) =>
      [file.autoStorageContainerName, file.storageContainerUrl, file.httpUrl].filter((s) => s !== undefined)
        .length === 1,
    { message: "must have exactly one of httpUrl, storageContainerUrl, autoStorageContainerName" },
  )
  .refine((file) => file.httpUrl === undefined || file.filePath !== undefined, {
    message: "must have filePath when httpUrl is given",
    path: ["filePath"],
  });

export const EnvironmentSetting = z.strictObject({
  name: z.string().regex(/^[^=\0]{1,1024}$/, "must be a variable name"),
  value: z.string().optional(),
});

export const UserIdentity = z.strictObject({
  username: z.string().optional(),
  autoUser: z
    .strictObject({
      scope: caseless("task", "pool").default("pool"),
      elevationLevel: caseless("nonadmin", "admin").default("nonadmin"),
    })
    .optional(),
});

export const ContainerRegistry = z.strictObject({
  username: z.string().optional(),
  password: z.string().optional(),
  registryServer: z.string().optional(),
  identityReference: IdentityReference.optional(),
});

export const ContainerSettings = z.strictObject({
  imageName: z.string().min(1),
  containerRunOptions: z.string().optional(),
  registry: ContainerRegistry.optional(),
  workingDirectory: caseless("taskWorkingDirectory", "containerImageDefault").optional(),
});

export const OutputFile = z.strictObject({
  filePattern: z.string().min(1),
  destination: z.strictObject({
    container: z.strictObject({
      path: z.string().optional(),
      containerUrl: z.string().min(1),
      identityReference: IdentityReference.optional(),
      uploadHeaders: z.array(z.strictObject({ name: z.string(), value: z.string().optional() })).optional(),
    }),
  }),
  uploadOptions: z.strictObject({
    uploadCondition: caseless("tasksuccess", "taskfailure", "taskcompletion"),
  }),
});

export const TaskConstraints = z.strictObject({
  maxWallClockTime: Duration.optional(),
  retentionTime: Duration.optional(),
  maxTaskRetryCount: integer(-1).optional(),
});
export type TaskConstraints = z.infer<typeof TaskConstraints>;

export const ApplicationReferences = z.array(
  z.strictObject({ applicationId: z.string().min(1), version: z.string().optional() }),
);

const ExitOptions = z.strictObject({
  jobAction: caseless("none", "disable", "terminate").optional(),
  dependencyAction: caseless("satisfy", "block").optional(),
});
export type ExitOptions = z.infer<typeof ExitOptions>;

const ExitConditions = z.strictObject({
  exitCodes: z.array(z.strictObject({ code: integer(), exitOptions: ExitOptions })).optional(),
  exitCodeRanges: z
    .array(z.strictObject({ start: integer(), end: integer(), exitOptions: ExitOptions }))
    .optional(),
  preProcessingError: ExitOptions.optional(),
  fileUploadError: ExitOptions.optional(),
  default: ExitOptions.optional(),
});

const DependsOn = z.strictObject({
  taskIds: z.array(z.string()).optional(),
  taskIdRanges: z.array(z.strictObject({ start: integer(0), end: integer(0) })).optional(),
});

export const MultiInstanceSettings = z.strictObject({
  numberOfInstances: integer(1, 2000).optional(),
  coordinationCommandLine: z.string().min(1),
  commonResourceFiles: z.array(ResourceFile).optional(),
});

const AuthenticationTokenSettings = z.strictObject({ access: z.array(caseless("job")).optional() });

/** What every form of task has in common. */
export const CommandBase = {
  commandLine: z.string().max(32_768),
  containerSettings: ContainerSettings.optional(),
  resourceFiles: z.array(ResourceFile).optional(),
  environmentSettings: z.array(EnvironmentSetting).optional(),
  userIdentity: UserIdentity.optional(),
} as const;

/** A schema of a task in one of its forms: only an image can stand in for a command. */
function command<Shape extends z.ZodRawShape & typeof CommandBase>(shape: Shape) {
  return z.strictObject(shape).refine(
    (task) => {
      const { commandLine, containerSettings } = task as { commandLine: string; containerSettings?: unknown };
      return commandLine !== "" || containerSettings !== undefined;
    },
    { path: ["commandLine"], message: "must not be empty unless the task runs in a container" },
  );
}

export const TaskSpec = command({
  id: EntityId,
  displayName: DisplayName.optional(),
  ...CommandBase,
  outputFiles: z.array(OutputFile).optional(),
  affinityInfo: z.strictObject({ affinityId: z.string() }).optional(),
  constraints: TaskConstraints.optional(),
  requiredSlots: integer(1, 256).optional(),
  exitConditions: ExitConditions.optional(),
  multiInstanceSettings: MultiInstanceSettings.optional(),
  dependsOn: DependsOn.optional(),
  applicationPackageReferences: ApplicationReferences.optional(),
  authenticationTokenSettings: AuthenticationTokenSettings.optional(),
});
export type TaskSpec = z.infer<typeof TaskSpec>;

export const StartTaskSpec = command({
  ...CommandBase,
  maxTaskRetryCount: integer(-1).optional(),
  waitForSuccess: z.boolean().optional(),
});
export type StartTaskSpec = z.infer<typeof StartTaskSpec>;

export const PreparationTaskSpec = command({
  id: EntityId.optional(),
  ...CommandBase,
  constraints: TaskConstraints.optional(),
  waitForSuccess: z.boolean().optional(),
  rerunOnNodeRebootAfterSuccess: z.boolean().optional(),
});
export type PreparationTaskSpec = z.infer<typeof PreparationTaskSpec>;

export const ReleaseTaskSpec = command({
  id: EntityId.optional(),
  ...CommandBase,
  maxWallClockTime: Duration.optional(),
  retentionTime: Duration.optional(),
});
export type ReleaseTaskSpec = z.infer<typeof ReleaseTaskSpec>;

export const ManagerTaskSpec = command({
  id: EntityId,
  displayName: DisplayName.optional(),
  ...CommandBase,
  outputFiles: z.array(OutputFile).optional(),
  constraints: TaskConstraints.optional(),
  requiredSlots: integer(1, 256).optional(),
  killJobOnCompletion: z.boolean().optional(),
  runExclusive: z.boolean().optional(),
  applicationPackageReferences: ApplicationReferences.optional(),
  authenticationTokenSettings: AuthenticationTokenSettings.optional(),
  allowLowPriorityNode: z.boolean().optional(),
});
export type ManagerTaskSpec = z.infer<typeof ManagerTaskSpec>;
