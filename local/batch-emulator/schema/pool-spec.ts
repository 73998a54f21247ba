// The wire shape of a pool as the data plane states it; the management plane's shape is mapped to this one at its edge.
// Source: Azure Batch REST reference, "Pool - Add Pool".
import { z } from "zod";
import { NetworkConfiguration, UpgradePolicy, VirtualMachineConfiguration } from "./machine-spec.ts";
import { ApplicationReferences, IdentityReference, StartTaskSpec } from "./task-spec.ts";
import {
  DisplayName,
  EntityId,
  Metadata,
  RelativePath,
  caseless,
  durationAtLeast,
  durationMs,
  integer,
} from "./values.ts";

/** "Pool - Resize": the minimum is 5 minutes. */
export const ResizeTimeout = durationAtLeast(5 * 60_000);
/** "Pool - Enable Auto Scale": 5 minutes to 168 hours. */
export const EvaluationInterval = durationAtLeast(5 * 60_000).refine(
  (text) => (durationMs(text) ?? 0) <= 168 * 3_600_000,
  { message: "must be at most P7D" },
);
export const DeallocationOption = caseless("requeue", "terminate", "taskcompletion", "retaineddata");
export type DeallocationOption = z.infer<typeof DeallocationOption>;

const MountBase = { relativeMountPath: RelativePath, mountOptions: z.string().optional() };
const MountConfiguration = z
  .strictObject({
    azureBlobFileSystemConfiguration: z
      .strictObject({
        accountName: z.string().min(1),
        containerName: z.string().min(1),
        accountKey: z.string().optional(),
        sasKey: z.string().optional(),
        blobfuseOptions: z.string().optional(),
        relativeMountPath: RelativePath,
        identityReference: IdentityReference.optional(),
      })
      .optional(),
    azureFileShareConfiguration: z
      .strictObject({
        accountName: z.string().min(1),
        azureFileUrl: z.url(),
        accountKey: z.string(),
        ...MountBase,
      })
      .optional(),
    nfsMountConfiguration: z.strictObject({ source: z.string(), ...MountBase }).optional(),
    cifsMountConfiguration: z
      .strictObject({ username: z.string(), source: z.string(), password: z.string(), ...MountBase })
      .optional(),
  })
  .refine((mount) => Object.values(mount).filter((one) => one !== undefined).length === 1, {
    message: "must have exactly one kind of mount",
  });
export type MountConfiguration = z.infer<typeof MountConfiguration>;
/** At most ten per pool. */
export const MountConfigurations = z.array(MountConfiguration).max(10);

export const UserAccount = z.strictObject({
  name: z.string().min(1).max(20),
  password: z.string().min(1),
  elevationLevel: caseless("nonadmin", "admin").default("nonadmin"),
  linuxUserConfiguration: z
    .strictObject({
      uid: integer().optional(),
      gid: integer().optional(),
      sshPrivateKey: z.string().optional(),
    })
    .optional(),
  windowsUserConfiguration: z
    .strictObject({ loginMode: caseless("batch", "interactive").optional() })
    .optional(),
});

export const NodeCommunicationMode = caseless("default", "classic", "simplified");

export const SchedulingPolicy = z.strictObject({
  nodeFillType: caseless("Spread", "Pack"),
  jobDefaultOrder: caseless("none", "creationtime").optional(),
});

/** Retired by the service in 2024 and installed nowhere here; older clients state that there are none. */
export const NoCertificates = z
  .array(z.unknown())
  .max(0, "must be empty: certificates are not installed on nodes; keep secrets in Azure Key Vault");

/** What a pool and an automatic pool's specification have in common. */
const PoolBase = {
  displayName: DisplayName.optional(),
  vmSize: z.string().min(1),
  virtualMachineConfiguration: VirtualMachineConfiguration.optional(),
  cloudServiceConfiguration: z
    .strictObject({ osFamily: z.string(), osVersion: z.string().optional() })
    .optional(),
  resizeTimeout: ResizeTimeout.optional(),
  targetDedicatedNodes: integer(0).optional(),
  targetLowPriorityNodes: integer(0).optional(),
  enableAutoScale: z.boolean().optional(),
  autoScaleFormula: z.string().optional(),
  autoScaleEvaluationInterval: EvaluationInterval.optional(),
  enableInterNodeCommunication: z.boolean().optional(),
  networkConfiguration: NetworkConfiguration.optional(),
  startTask: StartTaskSpec.optional(),
  applicationPackageReferences: ApplicationReferences.max(10).optional(),
  certificateReferences: NoCertificates.optional(),
  applicationLicenses: z.array(z.string()).optional(),
  taskSlotsPerNode: integer(1, 256).optional(),
  taskSchedulingPolicy: SchedulingPolicy.optional(),
  userAccounts: z.array(UserAccount).optional(),
  metadata: Metadata.optional(),
  mountConfiguration: MountConfigurations.optional(),
  targetNodeCommunicationMode: NodeCommunicationMode.optional(),
  resourceTags: z.record(z.string(), z.string()).optional(),
  upgradePolicy: UpgradePolicy.optional(),
} as const;

export const AutoPoolBody = z.strictObject(PoolBase);
export const PoolSpec = z.strictObject({ id: EntityId, ...PoolBase });
export type PoolSpec = z.infer<typeof PoolSpec>;

/** "Pool - Replace Pool Properties". */
export const PoolProperties = z.strictObject({
  startTask: PoolBase.startTask,
  metadata: PoolBase.metadata,
  applicationPackageReferences: PoolBase.applicationPackageReferences,
  targetNodeCommunicationMode: PoolBase.targetNodeCommunicationMode,
  certificateReferences: NoCertificates.optional(),
});
export type PoolProperties = z.infer<typeof PoolProperties>;

/** "Pool - Update Pool". */
export const PoolPatch = PoolProperties.extend({
  displayName: PoolBase.displayName,
  vmSize: PoolBase.vmSize.optional(),
  enableInterNodeCommunication: PoolBase.enableInterNodeCommunication,
  virtualMachineConfiguration: PoolBase.virtualMachineConfiguration,
  taskSlotsPerNode: PoolBase.taskSlotsPerNode,
  taskSchedulingPolicy: PoolBase.taskSchedulingPolicy,
  networkConfiguration: PoolBase.networkConfiguration,
  resourceTags: PoolBase.resourceTags,
  userAccounts: PoolBase.userAccounts,
  mountConfiguration: PoolBase.mountConfiguration,
  upgradePolicy: PoolBase.upgradePolicy,
});
export type PoolPatch = z.infer<typeof PoolPatch>;

export const ResizeBody = z.strictObject({
  targetDedicatedNodes: integer(0).optional(),
  targetLowPriorityNodes: integer(0).optional(),
  resizeTimeout: ResizeTimeout.optional(),
  nodeDeallocationOption: DeallocationOption.optional(),
});
export type ResizeBody = z.infer<typeof ResizeBody>;

export const RemoveNodesBody = z.strictObject({
  nodeList: z.array(z.string()).min(1).max(100),
  resizeTimeout: ResizeTimeout.optional(),
  nodeDeallocationOption: DeallocationOption.optional(),
});

export const EnableAutoScaleBody = z.strictObject({
  autoScaleFormula: z.string().optional(),
  autoScaleEvaluationInterval: EvaluationInterval.optional(),
});
export const EvaluateAutoScaleBody = z.strictObject({ autoScaleFormula: z.string() });
