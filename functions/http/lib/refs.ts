// Resource references from route parameters, names checked.
import { checkGroupName, checkResourceName } from "../../../domain/shared/names.ts";
import type {
  ClusterRef,
  ExperimentRef,
  FileServerRef,
  JobRef,
  WorkspaceRef,
} from "../../../domain/shared/resource-id.ts";
import type { ApiRequest } from "./request.ts";

const provider = "providers/Microsoft.BatchAI";
export const providerRoute = `subscriptions/{subscriptionId}/${provider}`;
export const groupRoute = `subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/${provider}/workspaces`;
export const workspaceRoute = `${groupRoute}/{workspace}`;
export const clusterRoute = `${workspaceRoute}/clusters/{cluster}`;
export const fileServerRoute = `${workspaceRoute}/fileServers/{fileServer}`;
export const experimentRoute = `${workspaceRoute}/experiments/{experiment}`;
export const jobRoute = `${experimentRoute}/jobs/{job}`;

export function resourceGroupOf(request: ApiRequest): string {
  return checkGroupName("resource group", request.params["resourceGroup"] ?? "");
}

export function subscriptionOf(request: ApiRequest): string {
  return request.params["subscriptionId"] ?? "";
}

export function workspaceRefOf(request: ApiRequest): WorkspaceRef {
  return {
    kind: "workspace",
    subscriptionId: subscriptionOf(request),
    resourceGroup: resourceGroupOf(request),
    workspace: checkResourceName("workspace", request.params["workspace"] ?? ""),
  };
}

export function clusterRefOf(request: ApiRequest): ClusterRef {
  const cluster = checkResourceName("cluster", request.params["cluster"] ?? "");
  return { ...workspaceRefOf(request), kind: "cluster", cluster };
}

export function fileServerRefOf(request: ApiRequest): FileServerRef {
  const fileServer = checkResourceName("file server", request.params["fileServer"] ?? "");
  return { ...workspaceRefOf(request), kind: "fileServer", fileServer };
}

export function experimentRefOf(request: ApiRequest): ExperimentRef {
  const experiment = checkResourceName("experiment", request.params["experiment"] ?? "");
  return { ...workspaceRefOf(request), kind: "experiment", experiment };
}

export function jobRefOf(request: ApiRequest): JobRef {
  const job = checkResourceName("job", request.params["job"] ?? "");
  return { ...experimentRefOf(request), kind: "job", job };
}
