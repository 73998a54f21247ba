// Where a document lives: the only place that knows keys. Everything of a workspace but the workspace itself shares one
// partition, so that a document and its event are one transaction; workspaces share the subscription's, so that both
// their lists are one range. Keys are lower case, because ids are compared without case. `|` is allowed in no name.
import type { ExperimentRef, ResourceRef, WorkspaceRef } from "../../domain/shared/resource-id.ts";
import type { DocumentKey } from "../documents.ts";

export function documentKey(ref: ResourceRef): DocumentKey {
  return { partition: partitionOf(ref), row: rowOf(ref) };
}

/** Prefix of the rows of a resource's events; events sort by their id. */
export function eventPrefix(ref: ResourceRef): string {
  return `event|${rowOf(ref)}|`;
}

export function workspacePrefix(resourceGroup: string | undefined): string {
  return resourceGroup === undefined ? "workspace|" : `workspace|${resourceGroup.toLowerCase()}|`;
}

export function subscriptionPartition(subscriptionId: string): string {
  return subscriptionId.toLowerCase();
}

export function childPartition(ref: WorkspaceRef | ExperimentRef): string {
  return `${ref.subscriptionId}|${ref.resourceGroup}|${ref.workspace}`.toLowerCase();
}

export function jobPrefix(ref: ExperimentRef): string {
  return `job|${ref.experiment.toLowerCase()}|`;
}

export function activePartition(clusterGuid: string): string {
  return `active|${clusterGuid}`;
}

/** Operations are found by their id alone; in one partition, so that many that are opened at once are one transaction. */
export function operationKey(id: string): DocumentKey {
  return { partition: "operation", row: id.toLowerCase() };
}

/** Where every operation that has not ended has a row. */
export const unfinishedOperations = { partition: "operations", prefix: "unfinished|" } as const;

export function unfinishedOperationKey(id: string): DocumentKey {
  const { partition, prefix } = unfinishedOperations;
  return { partition, row: `${prefix}${id.toLowerCase()}` };
}

function partitionOf(ref: ResourceRef): string {
  if (ref.kind === "workspace") return subscriptionPartition(ref.subscriptionId);
  return `${ref.subscriptionId}|${ref.resourceGroup}|${ref.workspace}`.toLowerCase();
}

function rowOf(ref: ResourceRef): string {
  switch (ref.kind) {
    case "workspace":
      return `workspace|${ref.resourceGroup}|${ref.workspace}`.toLowerCase();
    case "cluster":
      return `cluster|${ref.cluster}`.toLowerCase();
    case "fileServer":
      return `fileserver|${ref.fileServer}`.toLowerCase();
    case "experiment":
      return `experiment|${ref.experiment}`.toLowerCase();
    case "job":
      return `job|${ref.experiment}|${ref.job}`.toLowerCase();
  }
}
