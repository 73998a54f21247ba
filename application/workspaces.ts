// What can be done with a workspace: create and tag. Both are over by the time of the answer.
import type { WorkspaceRef } from "../domain/shared/resource-id.ts";
import { newWorkspace, patchWorkspace, putWorkspaceAgain } from "../domain/workspace/rules.ts";
import type { WorkspaceDocument, WorkspacePatch, WorkspaceRequest } from "../domain/workspace/schema.ts";
import type { Services } from "../services/services.ts";
import { forgetAssignments } from "./access.ts";
import { changeBy } from "./caller.ts";
import type { Caller } from "./caller.ts";
import { existing } from "./existing.ts";

/** One that is there takes the tags. */
export async function createWorkspace(
  services: Services,
  caller: Caller,
  ref: WorkspaceRef,
  spec: WorkspaceRequest,
): Promise<WorkspaceDocument> {
  const { workspaces } = services.state;
  const fresh = newWorkspace(ref, spec, new Date(services.clock.now()));
  const made = await workspaces.create(ref, fresh, changeBy(services, caller, "created"));
  if (made.created) {
    forgetAssignments(services, ref);
    return made.document;
  }
  const kept = await workspaces.update(
    ref,
    (current) => putWorkspaceAgain(current, spec),
    () => changeBy(services, caller, "tags changed"),
  );
  return kept ?? made.document;
}

export async function tagWorkspace(
  services: Services,
  caller: Caller,
  ref: WorkspaceRef,
  patch: WorkspacePatch,
): Promise<WorkspaceDocument> {
  const current = await existing(services, ref);
  const patched = await services.state.workspaces.update(
    ref,
    (found) => patchWorkspace(found, patch),
    () => changeBy(services, caller, "tags changed"),
  );
  return patched ?? current;
}
