// The service as typed calls: what every kind of resource has in common, and what some have beside it. Shapes of answers come from
// the domain's wire schemas; long-running operations are waited for.
import { PriceResponse } from "../domain/price/wire.ts";
import { z } from "zod";
import { ClusterResponse } from "../domain/cluster/wire.ts";
import { ExperimentResponse } from "../domain/experiment/wire.ts";
import { FileServerResponse } from "../domain/file-server/wire.ts";
import { OutputFileResponse } from "../domain/job/wire.ts";
import { CheckResponse, UsageResponse } from "../domain/shared/answers.ts";
import type { RemoteLoginResponse } from "../domain/shared/answers.ts";
import { ownApiVersion } from "../domain/shared/api-versions.ts";
import { hasOwnMembers } from "../domain/shared/own-members.ts";
import { EventResponse } from "../domain/shared/event.ts";
import { formatId } from "../domain/shared/resource-id.ts";
import type {
  ClusterRef,
  ExperimentRef,
  FileServerRef,
  ResourceRef,
  WorkspaceRef,
} from "../domain/shared/resource-id.ts";
import type { CostReportResponse } from "../domain/usage/wire.ts";
import { WorkspaceResponse } from "../domain/workspace/wire.ts";
import { checked } from "./checked.ts";
import { collection } from "./collection.ts";
import type { Collection } from "./collection.ts";
import { costsOf } from "./costs.ts";
import type { CostQuestion } from "./costs.ts";
import { createHttpApi, inVersion } from "./http-api.ts";
import type { Connection, HttpApi } from "./http-api.ts";
import { folderQuery, jobsOf, nodesOf } from "./jobs.ts";
import type { Jobs, OutputPlace } from "./jobs.ts";
import { items } from "./paging.ts";
import { roleAssignmentsOf } from "./role-assignments.ts";
import type { RoleAssignments } from "./role-assignments.ts";
import { sweepsOf } from "./sweeps.ts";
import type { Sweeps } from "./sweeps.ts";
import { triggersOf } from "./triggers.ts";
import type { Triggers } from "./triggers.ts";
import { workflowsOf } from "./workflows.ts";
import type { Workflows } from "./workflows.ts";

export interface Client {
  readonly workspaces: Collection<
    WorkspaceRef,
    { readonly subscriptionId: string; readonly resourceGroup?: string | undefined },
    WorkspaceResponse
  >;
  readonly experiments: Collection<ExperimentRef, WorkspaceRef, ExperimentResponse>;
  readonly clusters: Collection<ClusterRef, WorkspaceRef, ClusterResponse> & {
    /** Replaces the scale settings; resolves when that is accepted. */
    scale(ref: ClusterRef, scaleSettings: object): Promise<ClusterResponse>;
    nodes(ref: ClusterRef): AsyncGenerator<RemoteLoginResponse>;
    /** Logs of the setup task, node by node; none without one. */
    setupFiles(ref: ClusterRef, place: Omit<OutputPlace, "directoryId">): AsyncGenerator<OutputFileResponse>;
  };
  readonly fileServers: Collection<FileServerRef, WorkspaceRef, FileServerResponse>;
  readonly jobs: Jobs;
  readonly sweeps: Sweeps;
  readonly triggers: Triggers;
  readonly workflows: Workflows;
  readonly roleAssignments: RoleAssignments;
  /** What the jobs of a workspace used, what its nodes were there for, and what both come to. */
  costs(workspace: WorkspaceRef, asked: CostQuestion): Promise<CostReportResponse>;
  /** What happened to a resource, oldest first; also to one that is gone. */
  events(ref: ResourceRef): AsyncGenerator<EventResponse>;
  /** What is used of what may be used in a region. */
  usages(subscriptionId: string, location: string): AsyncGenerator<UsageResponse>;
  /** What nodes cost in a region; of these VM sizes only, if any. */
  prices(subscriptionId: string, location: string, vmSizes: readonly string[]): AsyncGenerator<PriceResponse>;
  /** Whether the service can run jobs, check by check; of these VM sizes, too. */
  preflight(
    subscriptionId: string,
    location: string,
    vmSizes: readonly string[],
  ): AsyncGenerator<CheckResponse>;
  /** Opens the portal in a browser as the caller: once, and soon. Only a local cloud makes such links. */
  portalLink(): Promise<string>;
}

const PortalLinkResponse = z.looseObject({ link: z.url() });

export function createClient(connection: Connection): Client {
  const api = createHttpApi(connection);
  const clustersOf = (version: HttpApi) =>
    collection<ClusterRef, WorkspaceRef, typeof ClusterResponse>(
      version,
      ClusterResponse,
      (ref) => `${formatId(ref)}/clusters`,
    );
  const clusters = clustersOf(api);
  return {
    workspaces: collection(api, WorkspaceResponse, ({ subscriptionId, resourceGroup }) => {
      const group = resourceGroup === undefined ? "" : `/resourceGroups/${resourceGroup}`;
      return `/subscriptions/${subscriptionId}${group}/providers/Microsoft.BatchAI/workspaces`;
    }),
    experiments: collection(api, ExperimentResponse, (ref) => `${formatId(ref)}/experiments`),
    clusters: {
      ...clusters,
      create: (ref, body) =>
        (hasOwnMembers("cluster", body) ? clustersOf(inVersion(api, ownApiVersion)) : clusters).create(
          ref,
          body,
        ),
      nodes: (ref) => nodesOf(api, ref),
      setupFiles: (ref, place) =>
        items(inVersion(api, ownApiVersion), OutputFileResponse, {
          method: "POST",
          path: `${formatId(ref)}/listSetupFiles`,
          query: folderQuery(place),
        }),
      async scale(ref, scaleSettings) {
        const { body } = await api.send("PATCH", formatId(ref), { body: { properties: { scaleSettings } } });
        return checked(ClusterResponse, body);
      },
    },
    fileServers: collection(api, FileServerResponse, (ref) => `${formatId(ref)}/fileServers`),
    jobs: jobsOf(api),
    sweeps: sweepsOf(api),
    triggers: triggersOf(api),
    workflows: workflowsOf(api),
    costs: (workspace, asked) => costsOf(api, workspace, asked),
    roleAssignments: roleAssignmentsOf(api),
    ...ofEverything(api),
    ...ofRegion(api),
    async portalLink() {
      const { body } = await api.send("POST", "/portal/links");
      return checked(PortalLinkResponse, body).link;
    },
  };
}

/** What there is for a resource of any kind. */
function ofEverything(api: HttpApi): Pick<Client, "events"> {
  return {
    events: (ref) =>
      items(api, EventResponse, {
        path: `${formatId(ref)}/events`,
        query: { "api-version": ownApiVersion },
      }),
  };
}

const ofSizes = (vmSizes: readonly string[]) => ({
  "api-version": ownApiVersion,
  ...(vmSizes.length === 0 ? {} : { vmsizes: vmSizes.join(",") }),
});

/** What the service tells of a region. */
function ofRegion(api: HttpApi): Pick<Client, "usages" | "prices" | "preflight"> {
  const at = (subscriptionId: string, location: string) =>
    `/subscriptions/${subscriptionId}/providers/Microsoft.BatchAI/locations/${location}`;
  return {
    usages: (subscriptionId, location) =>
      items(api, UsageResponse, { path: `${at(subscriptionId, location)}/usages` }),
    prices: (subscriptionId, location, vmSizes) =>
      items(api, PriceResponse, {
        path: `${at(subscriptionId, location)}/prices`,
        query: ofSizes(vmSizes),
      }),
    preflight: (subscriptionId, location, vmSizes) =>
      items(api, CheckResponse, {
        path: `${at(subscriptionId, location)}/preflight`,
        query: ofSizes(vmSizes),
      }),
  };
}
