// What a request must find before it may create something: the parent, present and not being deleted.
import { AppError } from "../../../domain/shared/errors.ts";
import { workspaceOf } from "../../../domain/shared/resource-id.ts";
import type { ExperimentRef, ResourceRef } from "../../../domain/shared/resource-id.ts";
import type { ExperimentDocument } from "../../../domain/experiment/schema.ts";
import type { WorkspaceDocument } from "../../../domain/workspace/schema.ts";
import type { Services } from "../../../services/services.ts";

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

/** Throws Conflict when the parent is on its way out: what was created in it would be deleted, too. */
export function refuseDeleting(kind: string, name: string, provisioningState: string): void {
  if (provisioningState !== "deleting") return;
  throw new AppError("Conflict", `The ${kind} ${name} is being deleted; nothing can be created in it.`);
}
