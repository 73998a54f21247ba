// What happens to a cluster document: created, put again, resized, observed, provisioned. Pure; the caller writes the
// document and keeps the secrets. No pool names or Batch shapes here.
import { timestamp } from "../shared/brand.ts";
import type { Guid } from "../shared/brand.ts";
import type { BatchAIError, ProvisioningState } from "../shared/batch-ai-error.ts";
import { AppError } from "../shared/errors.ts";
import { subnetWith } from "../file-server/export.ts";
import type { FileServerExport } from "../file-server/export.ts";
import { storeMountVolumes } from "../shared/mount-volumes.ts";
import { checkNfsReachable } from "../shared/nfs-share.ts";
import { checkIdentities } from "../shared/node-identity.ts";
import { refOf } from "../shared/resource-id.ts";
import type { ClusterRef } from "../shared/resource-id.ts";
import { sameContent } from "../shared/same-content.ts";
import { storeSecretVariables } from "../shared/secret-variables.ts";
import { SecretCollector } from "../shared/secrets.ts";
import type { WithSecrets } from "../shared/secrets.ts";
import { storeUserAccount } from "../shared/user-account.ts";
import { nextAllocationState, nextClusterState } from "./machine.ts";
import { withNodeTime } from "./node-time.ts";
import { initialNodeCount, targetNodeCount } from "./scale.ts";
import { defaultImage } from "./default-image.ts";
import { checkSetupLogs } from "./setup-logs.ts";
import { retiredReason } from "./vm-life.ts";
import type {
  AllocationState,
  ClusterDocument,
  ClusterPatch,
  ClusterRequest,
  ClusterSpec,
  NodeStateCounts,
  ScaleSettings,
} from "./schema.ts";

export const noNodes: NodeStateCounts = {
  idleNodeCount: 0,
  runningNodeCount: 0,
  preparingNodeCount: 0,
  unusableNodeCount: 0,
  leavingNodeCount: 0,
};

/** `{sub}/{rg}/workspaces/{ws}/clusters/{cluster}/{guid}`: where below its prefix the setup task's logs go. */
export function setupLogSegment(ref: ClusterRef, guid: Guid): string {
  return `${ref.subscriptionId}/${ref.resourceGroup}/workspaces/${ref.workspace}/clusters/${ref.cluster}/${guid}`;
}

/** @throws AppError InvalidRequest when Azure has no machines of that size any more. */
export function refuseRetiredSize({ properties: { vmSize } }: ClusterRequest, now: Date): void {
  const retired = retiredReason(vmSize, now);
  if (retired === undefined) return;
  throw new AppError("InvalidRequest", `properties.vmSize: ${retired}`, { target: "properties.vmSize" });
}

/** @throws AppError InvalidRequest when mount paths clash or scale settings are missing. */
export function newCluster(
  ref: ClusterRef,
  guid: Guid,
  request: ClusterRequest,
  now: Date,
): WithSecrets<ClusterDocument> {
  const secrets = new SecretCollector();
  const spec = specOf(ref, guid, request, secrets);
  checkSetupLogs(spec);
  checkIdentities(
    spec.mountVolumes?.azureBlobFileSystems ?? [],
    { name: ref.cluster, identities: spec.nodeIdentities },
    "properties.nodeSetup.mountVolumes.azureBlobFileSystems",
  );
  const at = timestamp(now);
  const document: ClusterDocument = {
    ...ref,
    guid,
    spec,
    creationTime: at,
    provisioningState: "creating",
    provisioningStateTransitionTime: at,
    allocationState: initialNodeCount(spec.scaleSettings) > 0 ? "resizing" : "steady",
    allocationStateTransitionTime: at,
    currentNodeCount: 0,
    nodeStateCounts: noNodes,
    nodeTime: { since: at, at, spans: [] },
    errors: [],
  };
  return { document, secrets: secrets.values };
}

function specOf(ref: ClusterRef, guid: Guid, request: ClusterRequest, secrets: SecretCollector): ClusterSpec {
  const {
    vmSize,
    vmPriority,
    scaleSettings,
    nodeSetup,
    subnet,
    nodeIdentities,
    userAccountSettings: user,
  } = request.properties;
  if (scaleSettings === undefined) {
    throw new AppError(
      "InvalidRequest",
      "properties.scaleSettings: is required, expected a JSON object with 'manual' or 'autoScale'",
      { target: "properties.scaleSettings" },
    );
  }
  const { setupTask, mountVolumes, performanceCountersSettings } = nodeSetup ?? {};
  return {
    vmSize,
    vmPriority,
    scaleSettings,
    imageReference: request.properties.virtualMachineConfiguration?.imageReference ?? defaultImage,
    ...(setupTask === undefined ? {} : { setupTask: storeSetupTask(ref, guid, setupTask, secrets) }),
    ...(mountVolumes === undefined
      ? {}
      : { mountVolumes: storeMountVolumes(mountVolumes, "nodeSetup.mountVolumes", secrets) }),
    ...(performanceCountersSettings === undefined
      ? {}
      : { performanceCounters: storeCounters(performanceCountersSettings, secrets) }),
    ...(subnet === undefined ? {} : { subnetId: subnet.id }),
    ...(nodeIdentities === undefined ? {} : { nodeIdentities }),
    userAccount: storeUserAccount(user, secrets),
  };
}

type NodeSetupRequest = NonNullable<ClusterRequest["properties"]["nodeSetup"]>;

function storeSetupTask(
  ref: ClusterRef,
  guid: Guid,
  task: NonNullable<NodeSetupRequest["setupTask"]>,
  secrets: SecretCollector,
): NonNullable<ClusterSpec["setupTask"]> {
  const at = "nodeSetup.setupTask.secrets";
  return {
    ...task,
    stdOutErrPathSuffix: setupLogSegment(ref, guid),
    secrets: storeSecretVariables(task.secrets, (_name, index) => `${at}.${index}`, secrets),
  };
}

function storeCounters(
  { appInsightsReference }: NonNullable<NodeSetupRequest["performanceCountersSettings"]>,
  secrets: SecretCollector,
): NonNullable<ClusterSpec["performanceCounters"]> {
  const {
    component,
    instrumentationKey,
    instrumentationKeySecretReference: reference,
  } = appInsightsReference;
  const name = "performanceCounters.instrumentationKey";
  return {
    componentId: component.id,
    instrumentationKeySecret: secrets.keep(name, instrumentationKey, reference),
    ...(reference === undefined ? {} : { instrumentationKeySecretReference: reference }),
  };
}

/**
 * The cluster with what it needs of the file servers that it mounts, in their network.
 * @throws AppError InvalidRequest when they, or its own subnet, are in several networks, or it is in none and needs one.
 */
export function mountingCluster(
  document: ClusterDocument,
  exports: readonly FileServerExport[],
): ClusterDocument {
  const at = "properties.nodeSetup.mountVolumes";
  const mounted = exports.length === 0 ? document : withExports(document, exports);
  checkNfsReachable(document.spec.mountVolumes, { name: document.cluster, subnetId: subnetOf(mounted) }, at);
  return mounted;
}

function withExports(document: ClusterDocument, exports: readonly FileServerExport[]): ClusterDocument {
  const own = document.spec.subnetId;
  const subnet = subnetWith(own, exports, "properties.subnet");
  const joined = own === undefined && subnet !== undefined ? { joinedSubnetId: subnet } : {};
  return { ...document, exports: [...exports], ...joined };
}

/** Where its nodes are; undefined: in no network of the user's. */
export function subnetOf({ spec, joinedSubnetId }: ClusterDocument): string | undefined {
  return spec.subnetId ?? joinedSubnetId;
}

/**
 * A PUT on an existing cluster: the same content changes nothing.
 * @throws AppError Conflict when the content differs or the cluster is being deleted.
 */
export function putClusterAgain(document: ClusterDocument, request: ClusterRequest): ClusterDocument {
  if (document.provisioningState === "deleting") {
    throw new AppError(
      "Conflict",
      `cluster '${document.cluster}' is being deleted; create it again afterwards`,
    );
  }
  const asked = specOf(refOf(document), document.guid as Guid, request, new SecretCollector());
  if (sameContent(asked, document.spec)) return document;
  throw new AppError(
    "Conflict",
    `cluster '${document.cluster}' exists with other settings; delete it first, or use PATCH to change its scale settings`,
  );
}

/** @throws AppError InvalidState while the cluster is being deleted or failed. */
export function rescaleCluster(document: ClusterDocument, patch: ClusterPatch): ClusterDocument {
  if (document.provisioningState === "deleting" || document.provisioningState === "failed") {
    throw new AppError(
      "InvalidState",
      `cluster '${document.cluster}' is ${document.provisioningState} and cannot be resized`,
    );
  }
  const { manual, autoScale } = patch.properties.scaleSettings;
  const scaleSettings: ScaleSettings =
    autoScale === undefined ? { manual } : { autoScale: { ...autoScale, initialNodeCount: 0 } };
  const { autoScale: _, ...rest } = document;
  const next = { ...rest, spec: { ...document.spec, scaleSettings } };
  return autoScale === undefined ? next : { ...next, autoScale: { target: targetNodeCount(document) } };
}

export interface ClusterObservation {
  readonly allocationState: AllocationState;
  readonly currentNodeCount: number;
  readonly nodeStateCounts: NodeStateCounts;
  readonly errors: readonly BatchAIError[];
}

/** Takes what was seen of the pool into the document; answers the same object when nothing changed. */
export function observeCluster(
  document: ClusterDocument,
  seen: ClusterObservation,
  now: Date,
): ClusterDocument {
  const moved = seen.allocationState !== document.allocationState;
  const isCounted =
    document.nodeTime !== undefined && sameContent(seen.nodeStateCounts, document.nodeStateCounts);
  const next: ClusterDocument = {
    ...(isCounted ? document : withNodeTime(document, timestamp(now))),
    allocationState: nextAllocationState(document.allocationState, seen.allocationState, document.cluster),
    allocationStateTransitionTime: moved ? timestamp(now) : document.allocationStateTransitionTime,
    currentNodeCount: seen.currentNodeCount,
    nodeStateCounts: seen.nodeStateCounts,
    errors: [...seen.errors],
  };
  return sameContent(next, document) ? document : next;
}

/** Batch does not have the pool of the cluster any more: it has no nodes, and waits for others. */
export function withoutPool(document: ClusterDocument, now: Date): ClusterDocument {
  const nodeStateCounts = {
    idleNodeCount: 0,
    runningNodeCount: 0,
    preparingNodeCount: 0,
    unusableNodeCount: 0,
    leavingNodeCount: 0,
  };
  const seen = { allocationState: "resizing", currentNodeCount: 0, nodeStateCounts, errors: [] } as const;
  return observeCluster(document, seen, now);
}

/** @throws AppError InvalidState when the move is not in the table; staying is allowed. */
export function provisionCluster(
  document: ClusterDocument,
  state: ProvisioningState,
  now: Date,
  errors: readonly BatchAIError[] = document.errors,
): ClusterDocument {
  if (state === document.provisioningState) return document;
  return {
    ...document,
    provisioningState: nextClusterState(document.provisioningState, state, document.cluster),
    provisioningStateTransitionTime: timestamp(now),
    errors: [...errors],
  };
}
