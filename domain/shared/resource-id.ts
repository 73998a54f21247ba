// ARM resource ids of Batch AI: parse, format, compare. Ids keep the caller's spelling and are compared without case,
// because clients build them freely (the service itself returned `fileservers` and `fileServers`).
import { AppError } from "./errors.ts";
import { checkGroupName, checkResourceName } from "./names.ts";

export interface WorkspaceRef {
  readonly kind: "workspace";
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly workspace: string;
}
interface InWorkspace extends Omit<WorkspaceRef, "kind"> {
  readonly subscriptionId: string;
}
export interface ClusterRef extends InWorkspace {
  readonly kind: "cluster";
  readonly cluster: string;
}
export interface FileServerRef extends InWorkspace {
  readonly kind: "fileServer";
  readonly fileServer: string;
}
export interface ExperimentRef extends InWorkspace {
  readonly kind: "experiment";
  readonly experiment: string;
}
export interface JobRef extends InWorkspace {
  readonly kind: "job";
  readonly experiment: string;
  readonly job: string;
}
export type ResourceRef = WorkspaceRef | ClusterRef | FileServerRef | ExperimentRef | JobRef;
export type ResourceKind = ResourceRef["kind"];

/** `type` exactly as the real service returned it. */
export const resourceTypes = {
  workspace: "Microsoft.BatchAI/workspaces",
  cluster: "Microsoft.BatchAI/workspaces/clusters",
  fileServer: "Microsoft.BatchAI/workspaces/fileservers",
  experiment: "Microsoft.BatchAI/workspaces/experiments",
  job: "Microsoft.BatchAI/workspaces/experiments/jobs",
} as const satisfies Record<ResourceKind, string>;

export function workspaceOf(ref: ResourceRef): WorkspaceRef {
  const { subscriptionId, resourceGroup, workspace } = ref;
  return { kind: "workspace", subscriptionId, resourceGroup, workspace };
}

export function formatId(ref: ResourceRef): string {
  const workspace = `/subscriptions/${ref.subscriptionId}/resourceGroups/${ref.resourceGroup}/providers/Microsoft.BatchAI/workspaces/${ref.workspace}`;
  switch (ref.kind) {
    case "workspace":
      return workspace;
    case "cluster":
      return `${workspace}/clusters/${ref.cluster}`;
    case "fileServer":
      return `${workspace}/fileservers/${ref.fileServer}`;
    case "experiment":
      return `${workspace}/experiments/${ref.experiment}`;
    case "job":
      return `${workspace}/experiments/${ref.experiment}/jobs/${ref.job}`;
  }
}

/** A key that is equal exactly when the ids mean the same resource. */
export function idKey(ref: ResourceRef): string {
  return formatId(ref).toLowerCase();
}

export function sameId(a: ResourceRef, b: ResourceRef): boolean {
  return idKey(a) === idKey(b);
}

const pattern =
  /^\/subscriptions\/([^/]+)\/resourcegroups\/([^/]+)\/providers\/microsoft\.batchai\/workspaces\/([^/]+)(?:\/(clusters|fileservers|experiments)\/([^/]+)(?:\/jobs\/([^/]+))?)?\/?$/i;

/**
 * Reads an ARM id of a Batch AI resource, in any case.
 * @throws AppError InvalidResourceId when it is none, InvalidResourceName when a name in it is not allowed.
 */
export function parseId(text: string): ResourceRef {
  const match = pattern.exec(text);
  if (match === null) throw notAnId(text, "resource");
  const [, subscriptionId = "", group = "", workspaceName = "", collection, child, job] = match;
  const base = {
    subscriptionId,
    resourceGroup: checkGroupName("resource group", group),
    workspace: checkResourceName("workspace", workspaceName),
  };
  if (collection === undefined || child === undefined) return { kind: "workspace", ...base };
  switch (collection.toLowerCase()) {
    case "clusters":
      if (job !== undefined) throw notAnId(text, "resource");
      return { kind: "cluster", ...base, cluster: checkResourceName("cluster", child) };
    case "fileservers":
      if (job !== undefined) throw notAnId(text, "resource");
      return { kind: "fileServer", ...base, fileServer: checkResourceName("file server", child) };
    default: {
      const experiment = checkResourceName("experiment", child);
      if (job === undefined) return { kind: "experiment", ...base, experiment };
      return { kind: "job", ...base, experiment, job: checkResourceName("job", job) };
    }
  }
}

/** @throws AppError InvalidResourceId when the id is not that of a cluster. */
export function parseClusterId(text: string): ClusterRef {
  const ref = pattern.test(text) ? parseId(text) : undefined;
  if (ref?.kind !== "cluster") throw notAnId(text, "cluster");
  return ref;
}

function notAnId(text: string, kind: string): AppError {
  const shown = text.length > 200 ? `${text.slice(0, 197)}...` : text;
  const form =
    "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.BatchAI/workspaces/{workspace}" +
    (kind === "cluster" ? "/clusters/{cluster}" : "");
  return new AppError("InvalidResourceId", `'${shown}' is not the ARM id of a ${kind}: expected ${form}`);
}
