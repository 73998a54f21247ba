// Roles on workspaces and experiments as typed calls, in our own version of the API.
import type { ScopeKind } from "../domain/access/assignment.ts";
import { RoleAssignmentResponse } from "../domain/access/wire.ts";
import { ownApiVersion } from "../domain/shared/api-versions.ts";
import { formatId } from "../domain/shared/resource-id.ts";
import type { RefOf } from "../domain/shared/resource-id.ts";
import { checked } from "./checked.ts";
import { inVersion } from "./http-api.ts";
import type { HttpApi } from "./http-api.ts";
import { items } from "./paging.ts";

type Scope = RefOf<ScopeKind>;

export interface RoleAssignments {
  /** Resolves with the assignment; the same again is the same. */
  create(scope: Scope, name: string, properties: object): Promise<RoleAssignmentResponse>;
  list(scope: Scope): AsyncGenerator<RoleAssignmentResponse>;
  /** What is not there is gone already. */
  delete(scope: Scope, name: string): Promise<void>;
}

export function roleAssignmentsOf(anyVersion: HttpApi): RoleAssignments {
  const api = inVersion(anyVersion, ownApiVersion);
  const pathOf = (scope: Scope) => `${formatId(scope)}/roleAssignments`;
  return {
    create: async (scope, name, properties) =>
      checked(
        RoleAssignmentResponse,
        (await api.send("PUT", `${pathOf(scope)}/${name}`, { body: { properties } })).body,
      ),
    list: (scope) => items(api, RoleAssignmentResponse, { path: pathOf(scope) }),
    async delete(scope, name) {
      await api.send("DELETE", `${pathOf(scope)}/${name}`);
    },
  };
}
