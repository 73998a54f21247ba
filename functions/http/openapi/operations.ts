// What the published description says of each operation, by the operation's name: a sentence, the body it takes, its own
// query parameters, what it answers. Paths, methods, roles and versions come from the operations themselves.
import { z } from "zod";
import { ClusterPatch, ClusterRequest } from "../../../domain/cluster/schema.ts";
import { FileServerRequest } from "../../../domain/file-server/schema.ts";
import { JobRequest } from "../../../domain/job/schema.ts";
import { WorkspacePatch, WorkspaceRequest } from "../../../domain/workspace/schema.ts";
import {
  ArmResponse,
  ClusterResponse,
  EventResponse,
  ExperimentResponse,
  FileServerResponse,
  JobResponse,
  listOf,
  OperationStatusResponse,
  OutputFileResponse,
  ProviderOperationResponse,
  RemoteLoginResponse,
  UsageResponse,
  WorkspaceResponse,
} from "./responses.ts";

export interface OperationDoc {
  readonly summary: string;
  readonly body?: z.ZodType;
  readonly query?: z.ZodRawShape;
  /** Schema of 200; `nothing` for 200 without a body. */
  readonly ok?: z.ZodType | "nothing";
  /** 202 with links to the operation's status. */
  readonly longRunning?: boolean;
  readonly noContent?: boolean;
  /** The state of something may forbid it: 409. */
  readonly conflicts?: boolean;
}

const maxresults = z.coerce.number().int().min(1).max(1000).optional();
const $skiptoken = z.string().optional().meta({ description: "From a nextLink" });
const paged = { maxresults, $skiptoken };
const moment = (description: string) => z.iso.datetime({ offset: true }).optional().meta({ description });

const created = { longRunning: true, conflicts: true } as const;
const deleted = { ok: "nothing", longRunning: true, noContent: true, conflicts: true } as const;
const events = {
  summary: "What happened to the resource of this name, oldest first",
  query: { ...paged, since: moment("Events from this time on"), until: moment("Events before this time") },
  ok: listOf(EventResponse),
} as const;
const logins = (of: string) =>
  ({
    summary: `How to log in to the nodes of a ${of}`,
    query: paged,
    ok: listOf(RemoteLoginResponse),
  }) as const;
const list = (summary: string, item: z.ZodType) => ({ summary, query: paged, ok: listOf(item) }) as const;

export const operationDocs: Readonly<Record<string, OperationDoc>> = {
  "operations-list": { summary: "Operations of the provider", ok: listOf(ProviderOperationResponse) },
  "usages-list": { summary: "What is used of what may be used", ok: listOf(UsageResponse) },
  "operations-results": { summary: "State of a long-running operation", ok: OperationStatusResponse },
  "operations-statuses": {
    summary: "202 while a long-running operation goes on, then 200",
    ok: "nothing",
    longRunning: true,
  },

  "workspaces-create": {
    summary: "Creates a workspace, or takes its tags",
    body: WorkspaceRequest,
    ok: WorkspaceResponse,
    conflicts: true,
  },
  "workspaces-update": {
    summary: "Replaces the tags of a workspace",
    body: WorkspacePatch,
    ok: WorkspaceResponse,
    conflicts: true,
  },
  "workspaces-get": { summary: "Shows a workspace", ok: WorkspaceResponse },
  "workspaces-list": list("Workspaces of the subscription", WorkspaceResponse),
  "workspaces-list-by-group": list("Workspaces of a resource group", WorkspaceResponse),
  "workspaces-delete": { summary: "Deletes a workspace and everything in it", ...deleted },
  "workspaces-events": events,

  "experiments-create": { summary: "Creates an experiment", ok: ExperimentResponse, conflicts: true },
  "experiments-get": { summary: "Shows an experiment", ok: ExperimentResponse },
  "experiments-list": list("Experiments of a workspace", ExperimentResponse),
  "experiments-delete": { summary: "Deletes an experiment and its jobs", ...deleted },
  "experiments-events": events,

  "clusters-create": { summary: "Creates a cluster", body: ClusterRequest, ok: ClusterResponse, ...created },
  "clusters-update": {
    summary: "Replaces the scale settings of a cluster",
    body: ClusterPatch,
    ok: ClusterResponse,
    conflicts: true,
  },
  "clusters-get": { summary: "Shows a cluster", ok: ClusterResponse },
  "clusters-list": list("Clusters of a workspace", ClusterResponse),
  "clusters-delete": { summary: "Deletes a cluster; its jobs stay", ...deleted },
  "clusters-remote-login": logins("cluster"),
  "clusters-events": events,

  "fileservers-create": {
    summary: "Creates a file server",
    body: FileServerRequest,
    ok: FileServerResponse,
    ...created,
  },
  "fileservers-get": { summary: "Shows a file server", ok: FileServerResponse },
  "fileservers-list": list("File servers of a workspace", FileServerResponse),
  "fileservers-delete": { summary: "Deletes a file server with its data", ...deleted },
  "fileservers-events": events,

  "jobs-create": { summary: "Submits a job", body: JobRequest, ok: JobResponse, ...created },
  "jobs-get": { summary: "Shows a job", ok: JobResponse },
  "jobs-list": list("Jobs of an experiment", JobResponse),
  "jobs-delete": { summary: "Deletes a job, ending it when it runs", ...deleted },
  "jobs-terminate": { summary: "Ends a job", ok: "nothing", longRunning: true, conflicts: true },
  "jobs-output-files": {
    summary: "Files that a job wrote, with links to read them",
    query: {
      outputdirectoryid: z.string().min(1),
      directory: z.string().optional(),
      linkexpiryinminutes: z.coerce.number().int().min(5).max(600).optional(),
      ...paged,
    },
    ok: listOf(OutputFileResponse),
  },
  "jobs-remote-login": logins("job"),
  "jobs-events": events,

  "arm-tenants": { summary: "The caller's tenant", ok: listOf(ArmResponse) },
  "arm-subscriptions": { summary: "The one subscription", ok: listOf(ArmResponse) },
  "arm-subscription": { summary: "Shows the subscription", ok: ArmResponse },
  "arm-resource-groups": list("Resource groups", ArmResponse),
  "arm-resource-group": { summary: "Shows a resource group", ok: ArmResponse },
  "arm-provider": { summary: "Shows that the provider is registered", ok: ArmResponse },
  "arm-provider-register": { summary: "The provider is always registered", ok: ArmResponse },
};
