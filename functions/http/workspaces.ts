// Workspaces: create, tag, show, list, delete. Creation is synchronous (200 with the resource).
import { parse } from "../../domain/shared/parse.ts";
import {
  deletingWorkspace,
  newWorkspace,
  patchWorkspace,
  putWorkspaceAgain,
  workspaceWire,
} from "../../domain/workspace/rules.ts";
import { WorkspacePatch, WorkspaceRequest } from "../../domain/workspace/schema.ts";
import { timestamp } from "../../services/clock.ts";
import { deleteParent } from "./lib/delete-parent.ts";
import type { Operation } from "./lib/operation.ts";
import { pageBody, pageRequest } from "./lib/paging.ts";
import { existingWorkspace } from "./lib/parents.ts";
import {
  groupRoute,
  resourceGroupOf,
  subscriptionOf,
  subscriptionRoute,
  workspaceRefOf,
  workspaceRoute,
} from "./lib/refs.ts";
import { ok } from "./lib/reply.ts";

export const workspaceOperations: readonly Operation[] = [
  {
    name: "workspaces-create",
    method: "PUT",
    route: workspaceRoute,
    role: "operator",
    async handle(request, services) {
      const ref = workspaceRefOf(request);
      const body = parse(WorkspaceRequest, await request.json());
      const now = services.clock.now();
      const made = await services.state.workspaces.create(ref, newWorkspace(ref, body, new Date(now)), {
        time: timestamp(services.clock),
        actor: request.principal.subject,
        cause: "created",
        to: "succeeded",
      });
      if (made.created) return ok(workspaceWire(made.document));
      const kept = await services.state.workspaces.update(ref, (current) => putWorkspaceAgain(current, body));
      return ok(workspaceWire(kept ?? made.document));
    },
  },
  {
    name: "workspaces-update",
    method: "PATCH",
    route: workspaceRoute,
    role: "operator",
    async handle(request, services) {
      const ref = workspaceRefOf(request);
      const body = parse(WorkspacePatch, await request.json());
      const current = await existingWorkspace(services, ref);
      const patched = await services.state.workspaces.update(ref, (found) => patchWorkspace(found, body));
      return ok(workspaceWire(patched ?? current));
    },
  },
  {
    name: "workspaces-get",
    method: "GET",
    route: workspaceRoute,
    role: "reader",
    handle: async (request, services) =>
      ok(workspaceWire(await existingWorkspace(services, workspaceRefOf(request)))),
  },
  {
    name: "workspaces-list",
    method: "GET",
    route: `${subscriptionRoute}/workspaces`,
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
    handle: (request, services) =>
      deleteParent(request, services, workspaceRefOf(request), services.state.workspaces, deletingWorkspace),
  },
];
