// What a role is assigned on: a workspace, or the experiment that is named. An experiment of the environment is not meant: a role
// is given where somebody says so.
import type { ScopeKind } from "../domain/access/assignment.ts";
import type { RefOf } from "../domain/shared/resource-id.ts";
import { text } from "./options.ts";
import { experimentRef, inWorkspace, workspaceRef } from "./service.ts";
import type { Service } from "./service.ts";

export const inScope = {
  ...inWorkspace,
  experiment: text("-e, --experiment <name>", "an experiment of it (default: the whole workspace)"),
};

export function scopeOf(
  service: Service,
  given: { readonly workspace: string | undefined; readonly experiment: string | undefined },
): RefOf<ScopeKind> {
  return given.experiment === undefined ? workspaceRef(service, given) : experimentRef(service, given);
}
