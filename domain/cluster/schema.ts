// Cluster: request, stored document (Microsoft.BatchAI 2018-05-01). The document's `spec` is what the user asked for
// with defaults applied and secret values replaced by names; the rest is what the service observed.
import { z } from "zod";
import { FileServerExport } from "../file-server/export.ts";
import { BatchAIError, ProvisioningState } from "../shared/batch-ai-error.ts";
import { absoluteNodePath, choice, EnvironmentVariable, text, wholeNumber } from "../shared/fields.ts";
import { NodeIdentities } from "../shared/node-identity.ts";
import { MountVolumes, MountVolumesRequest } from "../shared/mount-volumes.ts";
import { KeyVaultSecretReference } from "../shared/key-vault.ts";
import { refShape } from "../shared/resource-id.ts";
import { SecretVariable, SecretVariableRequest } from "../shared/secret-variables.ts";
import { valueOrReference } from "../shared/secrets.ts";
import { SubnetId } from "../shared/subnet-id.ts";
import { UserAccount, UserAccountRequest } from "../shared/user-account.ts";
import { NodeTime } from "./node-time.ts";
import { OnDemand } from "./on-demand.ts";
import { isSupportedSize, spelledSize, vmSizePattern } from "./vm-size.ts";

export const maxClusterNodes = 1000;

export const DeallocationOption = choice(["requeue", "terminate", "waitforjobcompletion"]);
export type DeallocationOption = z.infer<typeof DeallocationOption>;

const nodes = () => wholeNumber(0, maxClusterNodes);
const ManualScale = z.object({
  targetNodeCount: nodes(),
  nodeDeallocationOption: DeallocationOption.default("requeue"),
});
const AutoScale = z
  .object({ minimumNodeCount: nodes(), maximumNodeCount: nodes(), initialNodeCount: nodes().default(0) })
  .refine((scale) => scale.minimumNodeCount <= scale.maximumNodeCount, {
    error: "minimumNodeCount is larger than maximumNodeCount; swap them or make them equal",
  });

const ScaleSettingsFields = z.object({ manual: ManualScale.optional(), autoScale: AutoScale.optional() });
const exactlyOne = (scale: z.infer<typeof ScaleSettingsFields>) =>
  (scale.manual === undefined) !== (scale.autoScale === undefined);
export const ScaleSettings = ScaleSettingsFields.refine(exactlyOne, {
  error: "give exactly one of 'manual' and 'autoScale'",
});
export type ScaleSettings = z.infer<typeof ScaleSettings>;

const vmSizeError = "expected a VM size such as 'STANDARD_D2' that Azure Batch offers (not STANDARD_A0)";
const vmSize = () =>
  z
    .string({ error: vmSizeError })
    .regex(vmSizePattern, { error: vmSizeError })
    .refine(isSupportedSize, { error: vmSizeError })
    .transform(spelledSize);

const armId = (expected: string, pattern: RegExp) => {
  const error = `expected the ARM id of ${expected}`;
  return z.string({ error }).max(1024, { error }).regex(pattern, { error });
};
const inGroup = String.raw`^/subscriptions/[^/\s]+/resourceGroups/[^/\s]+/providers`;
const imageId = () =>
  armId(
    "an image: /subscriptions/…/providers/Microsoft.Compute/images/{name}, or a gallery's",
    new RegExp(
      String.raw`${inGroup}/Microsoft\.Compute/(?:images/[^/\s]+|galleries/[^/\s]+/images/[^/\s]+(?:/versions/[^/\s]+)?)$`,
      "i",
    ),
  );
const componentId = () =>
  armId(
    "an Application Insights component: /subscriptions/…/providers/Microsoft.Insights/components/{name}",
    new RegExp(String.raw`${inGroup}/Microsoft\.Insights/components/[^/\s]+$`, "i"),
  );

export const ImageReference = z.object({
  publisher: text(128),
  offer: text(128),
  sku: text(128),
  version: text(128).default("latest"),
  /** A custom image; publisher, offer and sku then tell what it was made from. */
  virtualMachineImageId: imageId().optional(),
});
export type ImageReference = z.infer<typeof ImageReference>;

/** Azure Batch, "Pool - Add": user accounts of a pool. */
const maxUserNameLength = 20;

const setupFields = {
  commandLine: text(32_768),
  environmentVariables: z.array(EnvironmentVariable).default([]),
  stdOutErrPathPrefix: absoluteNodePath(),
};

const keyError = "expected the component's instrumentation key, a GUID";
const PerformanceCountersRequest = z.object({
  appInsightsReference: z
    .object({
      component: z.object({ id: componentId() }),
      instrumentationKey: z
        .string({ error: keyError })
        .regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, { error: keyError })
        .optional(),
      instrumentationKeySecretReference: KeyVaultSecretReference.optional(),
    })
    .superRefine(valueOrReference("instrumentationKey", "instrumentationKeySecretReference", keyError)),
});

export const ClusterRequest = z.object({
  properties: z.object({
    vmSize: vmSize(),
    vmPriority: choice(["dedicated", "lowpriority"]).default("dedicated"),
    scaleSettings: ScaleSettings.optional(),
    virtualMachineConfiguration: z.object({ imageReference: ImageReference.optional() }).optional(),
    nodeSetup: z
      .object({
        setupTask: z
          .object({ ...setupFields, secrets: z.array(SecretVariableRequest).default([]) })
          .optional(),
        mountVolumes: MountVolumesRequest.optional(),
        performanceCountersSettings: PerformanceCountersRequest.optional(),
      })
      .optional(),
    subnet: SubnetId.optional(),
    /** Of our own version of the API: what the nodes may act as. */
    nodeIdentities: NodeIdentities.optional(),
    userAccountSettings: UserAccountRequest.refine(
      ({ adminUserName }) => adminUserName.length <= maxUserNameLength,
      {
        path: ["adminUserName"],
        error: `expected at most ${maxUserNameLength} characters, as Azure Batch does`,
      },
    ),
  }),
});
export type ClusterRequest = z.infer<typeof ClusterRequest>;

/** PATCH replaces the whole scale settings and nothing else. */
export const ClusterPatch = z.object({ properties: z.object({ scaleSettings: ScaleSettings }) });
export type ClusterPatch = z.infer<typeof ClusterPatch>;

export const ClusterSpec = z.object({
  /** Documents of older versions have the size as it was sent. */
  vmSize: z.string().transform(spelledSize),
  vmPriority: z.enum(["dedicated", "lowpriority"]),
  scaleSettings: ScaleSettings,
  imageReference: ImageReference,
  setupTask: z
    .object({
      ...setupFields,
      stdOutErrPathSuffix: z.string(),
      secrets: z.array(SecretVariable).default([]),
    })
    .optional(),
  mountVolumes: MountVolumes.optional(),
  performanceCounters: z
    .object({
      componentId: z.string(),
      instrumentationKeySecret: z.string(),
      instrumentationKeySecretReference: KeyVaultSecretReference.optional(),
    })
    .optional(),
  subnetId: z.string().optional(),
  nodeIdentities: NodeIdentities.optional(),
  userAccount: UserAccount,
});
export type ClusterSpec = z.infer<typeof ClusterSpec>;

export const AllocationState = z.enum(["steady", "resizing"]);
export type AllocationState = z.infer<typeof AllocationState>;

const count = z.int().min(0);
/** Always complete on the wire: the tables of the Azure CLI index every member. */
export const NodeStateCounts = z.object({
  idleNodeCount: count,
  runningNodeCount: count,
  preparingNodeCount: count,
  unusableNodeCount: count,
  leavingNodeCount: count,
});
export type NodeStateCounts = z.infer<typeof NodeStateCounts>;

/** How far auto scale is; only documents of auto-scale clusters have it. */
export const ScaleState = z.object({
  /** Nodes the pool was last asked for. */
  target: count,
  /** Epoch milliseconds since when there are more nodes than needed; absent when there is no surplus. */
  surplusSinceMs: z.int().optional(),
});
export type ScaleState = z.infer<typeof ScaleState>;

export const ClusterDocument = z.object({
  ...refShape("cluster"),
  /** New with every creation; the pool is named after it. */
  guid: z.string(),
  spec: ClusterSpec,
  creationTime: z.string(),
  provisioningState: ProvisioningState,
  provisioningStateTransitionTime: z.string(),
  allocationState: AllocationState,
  allocationStateTransitionTime: z.string(),
  autoScale: ScaleState.optional(),
  /** Of the file servers that it mounts. */
  exports: z.array(FileServerExport).optional(),
  /** The network of those, where none was asked for. */
  joinedSubnetId: z.string().optional(),
  /** What quota left of the nodes that were asked for; absent when they were all granted. */
  quota: z.object({ asked: count, granted: count, error: BatchAIError }).optional(),
  /** ISO 8601: how long the links in the pool's start task are good. */
  setupLinksUntil: z.string().optional(),
  /** ISO 8601: when the pool empties itself unless that is put off. */
  expiresAt: z.string().optional(),
  /** A trigger made it, and it goes when it is idle. */
  onDemand: OnDemand.optional(),
  currentNodeCount: count,
  nodeStateCounts: NodeStateCounts,
  nodeTime: NodeTime.optional(),
  errors: z.array(BatchAIError),
});
export type ClusterDocument = z.infer<typeof ClusterDocument>;
