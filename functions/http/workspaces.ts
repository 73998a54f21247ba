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
import { byCaller } from "./lib/by-caller.ts";
import { deleteParent } from "./lib/delete-parent.ts";
import type { Operation } from "./lib/operation.ts";
import { pageBody, pageRequest } from "./lib/paging.ts";
import { existingWorkspace } from "./lib/parents.ts";
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
      const body = parse(WorkspaceRequest, await request.json());
      const { workspaces } = services.state;
      const fresh = newWorkspace(ref, body, new Date(services.clock.now()));
      const made = await workspaces.create(ref, fresh, byCaller(request, services, "created"));
      if (made.created) return resource(workspaceWire(made.document));
      const kept = await workspaces.update(
        ref,
        (current) => putWorkspaceAgain(current, body),
        () => byCaller(request, services, "tags changed"),
      );
      return resource(workspaceWire(kept ?? made.document));
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
      const patched = await services.state.workspaces.update(
        ref,
        (found) => patchWorkspace(found, body),
        () => byCaller(request, services, "tags changed"),
      );
      return resource(workspaceWire(patched ?? current));
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
    handle: (request, services) =>
      deleteParent(request, services, workspaceRefOf(request), services.state.workspaces, deletingWorkspace),
  },
];
