// Where a document lives: the only place that knows keys. Everything of a workspace but the workspace itself shares one
// partition, so that a document and its event are one transaction; workspaces share the subscription's, so that both
// their lists are one range. Keys are lower case, because ids are compared without case. `|` is allowed in no name.
import type { ResourceKind } from "../../domain/resources.ts";
import { namesOf, workspaceOf } from "../../domain/shared/resource-id.ts";
import type { RefOf } from "../../domain/shared/resource-id.ts";
import type { DocumentKey } from "../documents.ts";
import type { ScopeOf } from "../state.ts";

export function documentKey(ref: RefOf<ResourceKind>): DocumentKey {
  const partition = ref.kind === "workspace" ? ref.subscriptionId : inWorkspace(ref);
  return { partition: partition.toLowerCase(), row: rowOf(ref) };
}

/** Where the rows of all documents of a kind are that a list is of. */
export function listed<Kind extends ResourceKind>(
  kind: Kind,
  scope: ScopeOf<Kind>,
): { readonly partition: string; readonly prefix: string } {
  if ("kind" in scope)
    return { partition: inWorkspace(scope).toLowerCase(), prefix: prefix(kind, namesBelow(scope)) };
  const { subscriptionId, resourceGroup } = scope;
  return {
    partition: subscriptionId.toLowerCase(),
    prefix: prefix(kind, resourceGroup === undefined ? [] : [resourceGroup]),
  };
}

/** Where all jobs of a workspace, or of one of its experiments, are. */
export function jobsBelow(of: RefOf<"workspace"> | RefOf<"experiment">): {
  readonly partition: string;
  readonly prefix: string;
} {
  return { partition: inWorkspace(of).toLowerCase(), prefix: prefix("job", namesBelow(of)) };
}

/** Prefix of the rows of a resource's events; events sort by their id. */
export function eventPrefix(ref: RefOf<ResourceKind>): string {
  return `${allEvents}${rowOf(ref)}|`;
}
export const allEvents = "event|";

/** The workspace whose contents lie in a partition, its name in lower case; undefined for other partitions. */
export function workspaceOfPartition(partition: string): RefOf<"workspace"> | undefined {
  const [subscriptionId = "", resourceGroup, workspace, more] = partition.split("|");
  if (resourceGroup === undefined || workspace === undefined || more !== undefined) return undefined;
  return { kind: "workspace", subscriptionId, resourceGroup, workspace };
}

export function activePartition(clusterGuid: string): string {
  return `active|${clusterGuid}`;
}

/** Of what became of a trigger's events. */
export function firingPartition(triggerGuid: string): string {
  return `${firingPartitions}${triggerGuid}`;
}
export const firingPartitions = "firings|";

/** Of the workflows of a workspace. */
export function workflowPartition(workspace: RefOf<"workspace">): string {
  return `${workflowPartitions}${inWorkspace(workspace)}`.toLowerCase();
}
export const workflowPartitions = "workflows|";

/** What is left of the thirteen digits of a time: the newest sorts first. */
export function newestFirst(time: string): string {
  return String(9_999_999_999_999 - Date.parse(time)).padStart(13, "0");
}

/** Of what was logged to the runs of an experiment. */
export function runPartition(experiment: RefOf<"experiment">): string {
  return `${runPartitions}${inWorkspace(experiment)}|${experiment.experiment}`.toLowerCase();
}
export const runPartitions = "runs|";

/** Of the models that runs of a workspace made. */
export function modelPartition(workspace: RefOf<"workspace">): string {
  return `models|${inWorkspace(workspace)}`.toLowerCase();
}

/** Of the results that trials of a workspace have left. */
export function resultPartition(workspace: RefOf<"workspace">): string {
  return `results|${inWorkspace(workspace)}`.toLowerCase();
}

/** Operations are found by their id alone; in one partition, so that many that are opened at once are one transaction. */
export function operationKey(id: string): DocumentKey {
  return { partition: operationPartition, row: id.toLowerCase() };
}
export const operationPartition = "operation";
/** Ids are GUIDs: together these are all of them. */
export const operationPrefixes: readonly string[] = [..."0123456789abcdef"];

/** Where every operation that has not ended has a row. */
export const unfinishedOperations = { partition: "operations", prefix: "unfinished|" } as const;

export function unfinishedOperationKey(id: string): DocumentKey {
  const { partition, prefix: unfinished } = unfinishedOperations;
  return { partition, row: `${unfinished}${id.toLowerCase()}` };
}

function inWorkspace(ref: RefOf<ResourceKind>): string {
  const { subscriptionId, resourceGroup, workspace } = workspaceOf(ref);
  return `${subscriptionId}|${resourceGroup}|${workspace}`;
}

/** The names that the partition leaves open. */
function namesBelow(ref: RefOf<ResourceKind>): readonly string[] {
  return ref.kind === "workspace" ? [] : namesOf(ref).slice(1);
}

function rowOf(ref: RefOf<ResourceKind>): string {
  const names = ref.kind === "workspace" ? [ref.resourceGroup, ref.workspace] : namesBelow(ref);
  return [ref.kind, ...names].join("|").toLowerCase();
}

function prefix(kind: ResourceKind, names: readonly string[]): string {
  return [kind, ...names, ""].join("|").toLowerCase();
}
