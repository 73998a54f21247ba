// The cluster as clients see it. Secrets appear by name only, credentials as `{}`.
import { z } from "zod";
import { BatchAIError } from "../shared/batch-ai-error.ts";
import { mountVolumesWire, MountVolumesResponse } from "../shared/mount-volumes.ts";
import { secretVariablesWire } from "../shared/secret-variables.ts";
import { userAccountWire, UserAccountResponse } from "../shared/user-account.ts";
import { named, provisioned, provisionedResponse, resourceResponse, time } from "../shared/wire.ts";
import { subnetOf } from "./rules.ts";
import { AllocationState, ImageReference, NodeStateCounts, ScaleSettings } from "./schema.ts";
import type { ClusterDocument, ClusterSpec } from "./schema.ts";

export const ClusterResponse = resourceResponse(
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
        mountVolumes: MountVolumesResponse.optional(),
      })
      .optional(),
    nodeIdentities: z.array(z.looseObject({ id: z.string() })).optional(),
    userAccountSettings: UserAccountResponse,
    ...provisionedResponse,
    allocationState: AllocationState,
    allocationStateTransitionTime: time(),
    currentNodeCount: z.int().min(0),
    nodeStateCounts: NodeStateCounts,
    errors: z.array(BatchAIError).optional(),
  },
  {},
);
export type ClusterResponse = z.infer<typeof ClusterResponse>;

export function clusterWire(document: ClusterDocument) {
  const { spec } = document;
  const subnetId = subnetOf(document);
  return {
    ...named(document),
    properties: {
      vmSize: spec.vmSize,
      vmPriority: spec.vmPriority,
      scaleSettings: spec.scaleSettings,
      virtualMachineConfiguration: { imageReference: spec.imageReference },
      ...nodeSetupWire(spec),
      ...(subnetId === undefined ? {} : { subnet: { id: subnetId } }),
      ...(spec.nodeIdentities === undefined ? {} : { nodeIdentities: spec.nodeIdentities }),
      userAccountSettings: userAccountWire(spec.userAccount),
      ...provisioned(document),
      allocationState: document.allocationState,
      allocationStateTransitionTime: document.allocationStateTransitionTime,
      currentNodeCount: document.currentNodeCount,
      nodeStateCounts: document.nodeStateCounts,
      // A healthy cluster had no such member; clients test for its absence.
      ...(document.errors.length === 0 ? {} : { errors: document.errors }),
    },
  };
}

function nodeSetupWire({ setupTask, mountVolumes, performanceCounters }: ClusterSpec) {
  if (setupTask === undefined && mountVolumes === undefined && performanceCounters === undefined) return {};
  return {
    nodeSetup: {
      ...(setupTask === undefined
        ? {}
        : { setupTask: { ...setupTask, secrets: secretVariablesWire(setupTask.secrets) } }),
      ...(mountVolumes === undefined ? {} : { mountVolumes: mountVolumesWire(mountVolumes) }),
      ...(performanceCounters === undefined
        ? {}
        : {
            performanceCountersSettings: { appInsightsReference: insightsWire(performanceCounters) },
          }),
    },
  };
}

function insightsWire({
  componentId,
  instrumentationKeySecretReference: reference,
}: NonNullable<ClusterSpec["performanceCounters"]>) {
  const component = { id: componentId };
  return reference === undefined
    ? { component }
    : { component, instrumentationKeySecretReference: reference };
}
