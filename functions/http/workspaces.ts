// Workspaces on the wire: create, tag, list all of the subscription, and what every kind has. Creation is synchronous (200 with
// the resource).
import { createWorkspace, tagWorkspace } from "../../application/workspaces.ts";
import { parse } from "../../domain/shared/parse.ts";
import { WorkspacePatch, WorkspaceRequest } from "../../domain/workspace/schema.ts";
import { workspaceWire } from "../../domain/workspace/wire.ts";
import { callerOf } from "./lib/caller-of.ts";
import type { Operation } from "./lib/operation.ts";
import { pageBody, pageRequest } from "./lib/paging.ts";
import { providerRoute, requestedRef, routeOf, subscriptionOf } from "./lib/refs.ts";
import { ok } from "./lib/reply.ts";
import { shown, standardOperations } from "./lib/standard-operations.ts";
import { visibleTo } from "./lib/visible.ts";

const route = routeOf("workspace");

export const workspaceOperations: readonly Operation[] = [
  ...standardOperations("workspace", "operator"),
  {
    name: "workspaces-create",
    method: "PUT",
    route,
    role: "operator",
    async handle(request, services) {
      const ref = requestedRef(request, "workspace");
      const spec = parse(WorkspaceRequest, await request.json());
      return shown(await createWorkspace(services, callerOf(request), ref, spec));
    },
  },
  {
    name: "workspaces-update",
    method: "PATCH",
    route,
    role: "operator",
    async handle(request, services) {
      const ref = requestedRef(request, "workspace");
      const patch = parse(WorkspacePatch, await request.json());
      return shown(await tagWorkspace(services, callerOf(request), ref, patch));
    },
  },
  {
    name: "workspaces-list",
    method: "GET",
    route: `${providerRoute}/workspaces`,
    role: "anyone",
    async handle(request, services) {
      const scope = { subscriptionId: subscriptionOf(request) };
      const page = await services.state.workspaces.list(scope, pageRequest(request));
      const items = visibleTo(request.principal, page.items);
      return ok(pageBody(request, { ...page, items }, workspaceWire));
    },
  },
];
