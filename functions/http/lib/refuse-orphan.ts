// A workspace that was deleted while something was being written into it did not see it: what was written goes again.
import { AppError } from "../../../domain/shared/errors.ts";
import { formatId, workspaceOf } from "../../../domain/shared/resource-id.ts";
import type { ResourceRef } from "../../../domain/shared/resource-id.ts";
import { timestamp } from "../../../services/clock.ts";
import type { Services } from "../../../services/services.ts";
import type { Collection } from "../../../services/state.ts";

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
  await documents.remove(ref, (found) => found.guid === guid, {
    time: timestamp(services.clock),
    actor: "service",
    cause: "its workspace was deleted meanwhile",
    link: formatId(workspace),
  });
  await services.secrets.remove(guid);
  throw new AppError("Conflict", `The workspace ${ref.workspace} was deleted meanwhile.`);
}
