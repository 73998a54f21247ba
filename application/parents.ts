// What must be there before something may be created in it: the parent, present and not being deleted. Asked twice: before
// the child is written, and after, because a parent that was deleted meanwhile did not see it.
import type { ExperimentDocument } from "../domain/experiment/schema.ts";
import { AppError } from "../domain/shared/errors.ts";
import { formatId, workspaceOf } from "../domain/shared/resource-id.ts";
import type { ExperimentRef, ResourceRef } from "../domain/shared/resource-id.ts";
import type { WorkspaceDocument } from "../domain/workspace/schema.ts";
import type { Services } from "../services/services.ts";
import type { Collection } from "../services/state.ts";
import { changeBy, service } from "./caller.ts";

export async function existingWorkspace(services: Services, ref: ResourceRef): Promise<WorkspaceDocument> {
  const document = await services.state.workspaces.get(workspaceOf(ref));
  if (document !== undefined) return document;
  throw new AppError("WorkspaceNotFound", `The specified workspace ${ref.workspace} is not found`);
}

export async function existingExperiment(
  services: Services,
  ref: ExperimentRef,
): Promise<ExperimentDocument> {
  const document = await services.state.experiments.get(ref);
  if (document !== undefined) return document;
  await existingWorkspace(services, ref);
  throw new AppError("ExperimentNotFound", `The specified experiment ${ref.experiment} is not found`);
}

/** The workspace, which may take something new. @throws AppError WorkspaceNotFound, Conflict */
export async function openWorkspace(services: Services, ref: ResourceRef): Promise<void> {
  const workspace = await existingWorkspace(services, ref);
  refuseDeleting("workspace", ref.workspace, workspace.provisioningState);
}

/** Throws Conflict when the parent is on its way out: what was created in it would be deleted, too. */
export function refuseDeleting(kind: string, name: string, provisioningState: string): void {
  if (provisioningState !== "deleting") return;
  throw new AppError("Conflict", `The ${kind} ${name} is being deleted; nothing can be created in it.`);
}

/** @throws AppError Conflict when the workspace is gone or going; then the document and its secrets are removed. */
export async function refuseOrphan<Ref extends ResourceRef, Document extends { readonly guid: string }>(
  services: Services,
  ref: Ref,
  documents: Collection<Ref, Document>,
  guid: string,
): Promise<void> {
  const workspace = workspaceOf(ref);
  const parent = await services.state.workspaces.get(workspace);
  if (parent?.provisioningState === "succeeded") return;
  const by = { actor: service, link: formatId(workspace) };
  const gone = changeBy(services, by, "its workspace was deleted meanwhile");
  await documents.remove(ref, (found) => found.guid === guid, gone);
  await services.secrets.remove(guid);
  throw new AppError("Conflict", `The workspace ${ref.workspace} was deleted meanwhile.`);
}
