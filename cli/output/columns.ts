// The tables of `az batchai`, kind by kind.
import type { MetricResponse } from "../../domain/metric/wire.ts";
import type { RoleAssignmentResponse } from "../../domain/access/wire.ts";
import type { ClusterResponse } from "../../domain/cluster/wire.ts";
import type { ExperimentResponse } from "../../domain/experiment/wire.ts";
import type { FileServerResponse } from "../../domain/file-server/wire.ts";
import type { AttemptResponse } from "../../domain/job/attempt.ts";
import type { JobResponse, OutputFileResponse } from "../../domain/job/wire.ts";
import type { PriceResponse } from "../../domain/price/wire.ts";
import type { CheckResponse, RemoteLoginResponse, UsageResponse } from "../../domain/shared/answers.ts";
import type { WorkspaceResponse } from "../../domain/workspace/wire.ts";
import { groupOf } from "./print.ts";
import type { Columns } from "./print.ts";

/** A segment of an ARM id, by the one before it. */
function segment(id: string, before: string): string {
  return new RegExp(`/${before}/([^/]+)`, "i").exec(id)?.[1] ?? "";
}

export const workspaceColumns: Columns<WorkspaceResponse> = [
  ["Name", ({ name }) => name],
  ["Resource Group", ({ id }) => groupOf(id)],
  ["Location", ({ location }) => location],
  ["State", ({ properties }) => properties.provisioningState],
];

export const priceColumns: Columns<PriceResponse> = [
  ["VM Size", ({ vmSize }) => vmSize],
  ["Priority", ({ vmPriority }) => vmPriority],
  ["Node-hour", ({ perNodeHour }) => perNodeHour],
  ["Currency", ({ currency }) => currency],
  ["Price Of", ({ collectedOn }) => collectedOn],
];

export const experimentColumns: Columns<ExperimentResponse> = [
  ["Name", ({ name }) => name],
  ["Resource Group", ({ id }) => groupOf(id)],
  ["Workspace", ({ id }) => segment(id, "workspaces")],
  ["State", ({ properties }) => properties.provisioningState],
];

export const roleColumns: Columns<RoleAssignmentResponse> = [
  ["Name", ({ name }) => name],
  ["Role", ({ properties }) => properties.role],
  ["Principal", ({ properties }) => properties.principalId],
  ["Type", ({ properties }) => properties.principalType],
  ["Workspace", ({ properties }) => segment(properties.scope, "workspaces")],
  ["Experiment", ({ properties }) => segment(properties.scope, "experiments")],
];

export const clusterColumns: Columns<ClusterResponse> = [
  ["Name", ({ name }) => name],
  ["Resource Group", ({ id }) => groupOf(id)],
  ["Workspace", ({ id }) => segment(id, "workspaces")],
  ["VM Size", ({ properties }) => properties.vmSize],
  [
    "State",
    ({ properties: { provisioningState, allocationState } }) =>
      provisioningState === "deleting" ? provisioningState : allocationState,
  ],
  ["Idle", ({ properties }) => properties.nodeStateCounts.idleNodeCount],
  ["Running", ({ properties }) => properties.nodeStateCounts.runningNodeCount],
  ["Preparing", ({ properties }) => properties.nodeStateCounts.preparingNodeCount],
  ["Leaving", ({ properties }) => properties.nodeStateCounts.leavingNodeCount],
  ["Unusable", ({ properties }) => properties.nodeStateCounts.unusableNodeCount],
];

export const fileServerColumns: Columns<FileServerResponse> = [
  ["Name", ({ name }) => name],
  ["Resource Group", ({ id }) => groupOf(id)],
  ["Size", ({ properties }) => properties.vmSize],
  ["Disks", ({ properties: { dataDisks } }) => `${dataDisks.diskCount} x ${dataDisks.diskSizeInGB} Gb`],
  ["Public IP", ({ properties }) => properties.mountSettings?.fileServerPublicIP],
  ["Internal IP", ({ properties }) => properties.mountSettings?.fileServerInternalIP],
  ["Mount Point", ({ properties }) => properties.mountSettings?.mountPoint],
];

export const jobColumns: Columns<JobResponse> = [
  ["Name", ({ name }) => name],
  ["Cluster", ({ properties }) => segment(properties.cluster.id, "clusters")],
  ["Cluster RG", ({ properties }) => groupOf(properties.cluster.id)],
  ["Cluster Workspace", ({ properties }) => segment(properties.cluster.id, "workspaces")],
  ["Tool", ({ properties }) => properties.toolType],
  ["Nodes", ({ properties }) => properties.nodeCount],
  [
    "State",
    ({ properties: { provisioningState, executionState } }) =>
      provisioningState === "deleting" ? provisioningState : executionState,
  ],
  ["Exit code", ({ properties }) => properties.executionInfo?.exitCode],
];

export const fileColumns: Columns<OutputFileResponse> = [
  ["Name", ({ name }) => name],
  ["Type", ({ fileType }) => fileType],
  ["Size", ({ fileType, properties }) => (fileType === "directory" ? "" : properties.contentLength)],
  ["Modified", ({ properties }) => properties.lastModified],
];

export const nodeColumns: Columns<RemoteLoginResponse> = [
  ["ID", ({ nodeId }) => nodeId],
  ["IP", ({ ipAddress }) => ipAddress],
  ["SSH Port", ({ port }) => port],
];

export const attemptColumns: Columns<AttemptResponse> = [
  ["Attempt", ({ number, start }) => (start === 1 ? number : `${number} (start ${start})`)],
  ["Ended by", ({ cause }) => cause ?? "goes on"],
  ["Exit code", ({ exitCode }) => exitCode],
  ["Start", ({ startTime }) => startTime],
  ["End", ({ endTime }) => endTime],
  ["Nodes", ({ nodes }) => nodes.join(" ")],
];

export const metricColumns: Columns<MetricResponse> = [
  ["Metric", ({ name }) => name],
  ["Last", ({ last }) => last],
  ["At step", ({ lastStep }) => lastStep],
  ["Least", ({ min }) => min],
  ["Most", ({ max }) => max],
  ["Points", ({ n }) => n],
];

export const usageColumns: Columns<UsageResponse> = [
  ["Value", ({ name }) => name.localizedValue],
  ["Usage", ({ currentValue }) => currentValue],
  ["Limit", ({ limit }) => limit],
];

export const checkColumns: Columns<CheckResponse> = [
  ["Check", ({ name }) => name],
  ["Status", ({ status }) => status],
  ["Detail", ({ detail }) => detail],
  ["Remedy", ({ remedy }) => remedy],
];
