// Roles on a workspace or an experiment, on the wire: assign, show, list, take away.
import {
  assignRole,
  roleAssignment,
  roleAssignments,
  unassignRole,
} from "../../application/role-assignments.ts";
import { RoleAssignmentRequest, scopeKinds } from "../../domain/access/assignment.ts";
import type { ScopeKind } from "../../domain/access/assignment.ts";
import { roleAssignmentWire } from "../../domain/access/wire.ts";
import { collectionOf } from "../../domain/resources.ts";
import { ownApiVersion } from "../../domain/shared/api-versions.ts";
import { checkResourceName } from "../../domain/shared/names.ts";
import { parse } from "../../domain/shared/parse.ts";
import { callerOf } from "./lib/caller-of.ts";
import type { Operation } from "./lib/operation.ts";
import { pageBody, pageOf, pageRequest } from "./lib/paging.ts";
import { requestedRef, routeOf } from "./lib/refs.ts";
import { noContent, ok } from "./lib/reply.ts";
import type { ApiRequest } from "./lib/request.ts";

export const roleAssignmentOperations: readonly Operation[] = scopeKinds.flatMap(operationsOn);

function operationsOn(kind: ScopeKind): readonly Operation[] {
  const all = `${routeOf(kind)}/roleAssignments`;
  const one = `${all}/{roleAssignment}`;
  const noun = `${collectionOf(kind)}-roles`;
  const apiVersions = [ownApiVersion];
  const scopeOf = (request: ApiRequest) => requestedRef(request, kind);
  return [
    {
      ...{ name: `${noun}-create`, method: "PUT", route: one, role: "admin", apiVersions },
      async handle(request, services) {
        const name = nameOf(request);
        const scope = scopeOf(request);
        const asked = parse(RoleAssignmentRequest, await request.json());
        const made = await assignRole(services, callerOf(request), scope, name, asked);
        return ok(roleAssignmentWire(scope, made));
      },
    },
    {
      ...{ name: `${noun}-get`, method: "GET", route: one, role: "reader", apiVersions },
      async handle(request, services) {
        const scope = scopeOf(request);
        return ok(roleAssignmentWire(scope, await roleAssignment(services, scope, nameOf(request))));
      },
    },
    {
      ...{ name: `${noun}-list`, method: "GET", route: all, role: "reader", apiVersions },
      async handle(request, services) {
        const scope = scopeOf(request);
        const page = pageOf(await roleAssignments(services, scope), pageRequest(request));
        return ok(pageBody(request, page, (each) => roleAssignmentWire(scope, each)));
      },
    },
    {
      ...{ name: `${noun}-delete`, method: "DELETE", route: one, role: "admin", apiVersions },
      async handle(request, services) {
        const scope = scopeOf(request);
        const gone = await unassignRole(services, callerOf(request), scope, nameOf(request));
        return gone === undefined ? noContent() : ok(roleAssignmentWire(scope, gone));
      },
    },
  ];
}

function nameOf(request: ApiRequest): string {
  return checkResourceName("role assignment", request.params["roleAssignment"] ?? "");
}
