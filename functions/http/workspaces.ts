// Workspaces on the wire: create, tag, show, list, delete. Creation is synchronous (200 with the resource).
import { workspaceDeletion } from "../../application/deletions.ts";
import { existingWorkspace } from "../../application/parents.ts";
import { createWorkspace, tagWorkspace } from "../../application/workspaces.ts";
import { parse } from "../../domain/shared/parse.ts";
import { workspaceWire } from "../../domain/workspace/rules.ts";
import { WorkspacePatch, WorkspaceRequest } from "../../domain/workspace/schema.ts";
import { callerOf } from "./lib/caller-of.ts";
import { deleting } from "./lib/delete-operation.ts";
import type { Operation } from "./lib/operation.ts";
import { pageBody, pageRequest } from "./lib/paging.ts";
import {
  groupRoute,
  resourceGroupOf,
  subscriptionOf,
  providerRoute,
  workspaceRefOf,
  workspaceRoute,
} from "./lib/refs.ts";
import { ok, resource } from "./lib/reply.ts";

export const workspaceOperations: readonly Operation[] = [
  {
    name: "workspaces-create",
    method: "PUT",
    route: workspaceRoute,
    role: "operator",
    async handle(request, services) {
      const ref = workspaceRefOf(request);
      const spec = parse(WorkspaceRequest, await request.json());
      return resource(workspaceWire(await createWorkspace(services, callerOf(request), ref, spec)));
    },
  },
  {
    name: "workspaces-update",
    method: "PATCH",
    route: workspaceRoute,
    role: "operator",
    async handle(request, services) {
      const ref = workspaceRefOf(request);
      const patch = parse(WorkspacePatch, await request.json());
      return resource(workspaceWire(await tagWorkspace(services, callerOf(request), ref, patch)));
    },
  },
  {
    name: "workspaces-get",
    method: "GET",
    route: workspaceRoute,
    role: "reader",
    handle: async (request, services) =>
      resource(workspaceWire(await existingWorkspace(services, workspaceRefOf(request)))),
  },
  {
    name: "workspaces-list",
    method: "GET",
    route: `${providerRoute}/workspaces`,
    role: "reader",
    async handle(request, services) {
      const scope = { subscriptionId: subscriptionOf(request) };
      const page = await services.state.listWorkspaces(scope, pageRequest(request));
      return ok(pageBody(request, page, workspaceWire));
    },
  },
  {
    name: "workspaces-list-by-group",
    method: "GET",
    route: groupRoute,
    role: "reader",
    async handle(request, services) {
      const scope = { subscriptionId: subscriptionOf(request), resourceGroup: resourceGroupOf(request) };
      const page = await services.state.listWorkspaces(scope, pageRequest(request));
      return ok(pageBody(request, page, workspaceWire));
    },
  },
  {
    name: "workspaces-delete",
    method: "DELETE",
    route: workspaceRoute,
    role: "operator",
    handle: deleting(workspaceDeletion, workspaceRefOf),
  },
];
