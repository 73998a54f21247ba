// What the API answers, as schemas: for the published description, and for tests that hold real answers against it. What is
// stored and shown the same is taken from the domain; members that a client does not know may be added at any time.
import { z } from "zod";
import {
  AllocationState,
  ImageReference,
  NodeStateCounts,
  ScaleSettings,
} from "../../../domain/cluster/schema.ts";
import { FileServerState, MountSettings } from "../../../domain/file-server/schema.ts";
import {
  ExecutionInfo,
  ExecutionState,
  InputDirectory,
  OutputDirectory,
} from "../../../domain/job/schema.ts";
import { BatchAIError, ProvisioningState } from "../../../domain/shared/batch-ai-error.ts";
import { resourceTypes } from "../../../domain/shared/resource-id.ts";
import { toolkits } from "../../../domain/toolkits/registry.ts";
import { trackedStates } from "../../../services/state.ts";

const time = () => z.iso.datetime();
const name = () => z.string();
const id = (what: string) => z.string().meta({ description: `ARM id of the ${what}` });

export const ErrorResponse = z
  .looseObject({
    error: z.looseObject({
      code: z.string(),
      message: z.string(),
      target: z.string().optional(),
      details: z
        .array(z.looseObject({ code: z.string(), message: z.string(), target: z.string().optional() }))
        .optional(),
    }),
  })
  .meta({ id: "Error" });

const provisioned = {
  creationTime: time(),
  provisioningState: ProvisioningState,
  provisioningStateTransitionTime: time(),
};
const userAccount = z.looseObject({
  adminUserName: z.string(),
  adminUserSshPublicKey: z.string().optional(),
});
const mountVolumes = z.looseObject({
  azureFileShares: z.array(z.looseObject({ relativeMountPath: z.string(), credentials: z.object({}) })),
  azureBlobFileSystems: z.array(z.looseObject({ relativeMountPath: z.string(), credentials: z.object({}) })),
});

function resource<Properties extends z.ZodRawShape>(
  kind: keyof typeof resourceTypes,
  properties: Properties,
  schemaId: string,
) {
  return z
    .looseObject({
      id: id(kind),
      name: name(),
      type: z.literal(resourceTypes[kind]),
      properties: z.looseObject(properties),
    })
    .meta({ id: schemaId });
}

export const WorkspaceResponse = resource("workspace", provisioned, "Workspace")
  .extend({
    location: z.string(),
    tags: z.record(z.string(), z.string()),
  })
  .meta({ id: "Workspace" });

export const ExperimentResponse = resource("experiment", provisioned, "Experiment");

export const ClusterResponse = resource(
  "cluster",
  {
    vmSize: z.string(),
    vmPriority: z.enum(["dedicated", "lowpriority"]),
    scaleSettings: ScaleSettings,
    virtualMachineConfiguration: z.looseObject({ imageReference: z.looseObject(ImageReference.shape) }),
    nodeSetup: z
      .looseObject({
        setupTask: z
          .looseObject({
            commandLine: z.string(),
            stdOutErrPathPrefix: z.string(),
            stdOutErrPathSuffix: z.string(),
          })
          .optional(),
        mountVolumes: mountVolumes.optional(),
      })
      .optional(),
    userAccountSettings: userAccount,
    ...provisioned,
    allocationState: AllocationState,
    allocationStateTransitionTime: time(),
    currentNodeCount: z.int().min(0),
    nodeStateCounts: NodeStateCounts,
    errors: z.array(BatchAIError).optional(),
  },
  "Cluster",
);

export const FileServerResponse = resource(
  "fileServer",
  {
    ...provisioned,
    provisioningState: FileServerState,
    vmSize: z.string(),
    sshConfiguration: z.looseObject({
      userAccountSettings: userAccount,
      publicIPsToAllow: z.array(z.string()).optional(),
    }),
    dataDisks: z.looseObject({
      diskSizeInGB: z.int(),
      diskCount: z.int(),
      cachingType: z.enum(["none", "readonly", "readwrite"]),
      storageAccountType: z.enum(["Standard_LRS", "Premium_LRS"]),
    }),
    subnet: z.looseObject({ id: z.string() }).optional(),
    mountSettings: MountSettings.optional(),
  },
  "FileServer",
);

export const JobResponse = resource(
  "job",
  {
    ...provisioned,
    experimentName: z.string(),
    schedulingPriority: z.enum(["low", "normal", "high"]),
    cluster: z.looseObject({ id: id("cluster") }),
    mountVolumes: mountVolumes.optional(),
    nodeCount: z.int().min(1),
    toolType: z.enum(toolkits.map(({ toolType }) => toolType) as [string, ...string[]]),
    ...Object.fromEntries(toolkits.map(({ block }) => [block, z.looseObject({}).optional()])),
    jobPreparation: z.looseObject({ commandLine: z.string() }).optional(),
    jobOutputDirectoryPathSegment: z.string(),
    stdOutErrPathPrefix: z.string(),
    inputDirectories: z.array(InputDirectory),
    outputDirectories: z.array(OutputDirectory),
    environmentVariables: z.array(z.looseObject({ name: z.string(), value: z.string() })),
    secrets: z.array(z.strictObject({ name: z.string() })),
    constraints: z.looseObject({ maxWallClockTime: z.string().meta({ description: "ISO 8601 duration" }) }),
    executionState: ExecutionState,
    executionStateTransitionTime: time(),
    executionInfo: ExecutionInfo.optional(),
  },
  "Job",
);

export const UsageResponse = z
  .looseObject({
    unit: z.literal("Count"),
    currentValue: z.int(),
    limit: z.int(),
    name: z.looseObject({ value: z.string(), localizedValue: z.string() }),
  })
  .meta({ id: "Usage" });

export const ProviderOperationResponse = z
  .looseObject({
    name: z.string(),
    display: z.looseObject({
      provider: z.string(),
      resource: z.string(),
      operation: z.string(),
      description: z.string(),
    }),
    origin: z.string(),
  })
  .meta({ id: "ProviderOperation" });

export const OutputFileResponse = z
  .looseObject({
    name: z.string(),
    fileType: z.enum(["file", "directory"]),
    downloadUrl: z.url().optional(),
    properties: z.looseObject({ lastModified: time().optional(), contentLength: z.number().optional() }),
  })
  .meta({ id: "OutputFile" });

export const RemoteLoginResponse = z
  .looseObject({ nodeId: z.string(), ipAddress: z.string(), port: z.number() })
  .meta({ id: "RemoteLogin" });

export const OperationStatusResponse = z
  .looseObject({
    id: z.url(),
    name: z.string(),
    status: z.enum(["InProgress", "Succeeded", "Failed"]),
    startTime: time(),
    endTime: time().optional(),
    properties: z.looseObject({ resourceId: z.string() }),
    error: z.looseObject({ code: z.string(), message: z.string() }).optional(),
  })
  .meta({ id: "OperationStatus" });

export const EventResponse = z
  .looseObject({
    id: z.string(),
    name: z.string(),
    type: z.string(),
    properties: z.looseObject({
      time: time(),
      actor: z.string(),
      cause: z.string(),
      link: z.string().optional(),
      state: z.enum(trackedStates).optional(),
      from: z.string().optional(),
      to: z.string().optional(),
      errors: z.array(BatchAIError).optional(),
    }),
  })
  .meta({ id: "Event" });

/** What Azure Resource Manager answers for itself: told only as far as clients look. */
export const ArmResponse = z.looseObject({ id: z.string() }).meta({ id: "ArmResource" });

export function listOf(item: z.ZodType) {
  return z.looseObject({ value: z.array(item), nextLink: z.url().optional() });
}
