// A workspace that is not there, though something is in it: a power cut, or a restore, took its document. Nothing else
// would ever look into it, while its pools cost money. Where its last event says that it was deleted the deletion goes on;
// otherwise it is put back. Reads one row for each workspace: at start, then daily.
import { service } from "../../application/caller.ts";
import { startDeletion } from "../../application/deletions.ts";
import { deleting } from "../../domain/kinds.ts";
import { childrenOf } from "../../domain/resources.ts";
import { formatId, workspaceOf } from "../../domain/shared/resource-id.ts";
import type { RefOf } from "../../domain/shared/resource-id.ts";
import { newWorkspace } from "../../domain/workspace/rules.ts";
import { timestamp } from "../../services/clock.ts";
import type { Services } from "../../services/services.ts";
import { everyItem } from "../../application/every-item.ts";

type WorkspaceRef = RefOf<"workspace">;

export async function reconcileWorkspaces(services: Services): Promise<void> {
  const { state, settings } = services;
  for (const found of await state.everyWorkspace(settings.subscriptionId)) {
    if ((await state.workspaces.get(found)) !== undefined) continue;
    const ref = await nameOf(services, found);
    if (ref !== undefined) await putBack(services, ref);
  }
}

/** As what is in it spells the name; undefined when nothing is. */
async function nameOf({ state }: Services, ref: WorkspaceRef): Promise<WorkspaceRef | undefined> {
  for (const kind of childrenOf("workspace")) {
    const { items } = await state.of(kind).list(ref, { size: 1 });
    const [child] = items;
    if (child !== undefined) return workspaceOf(child);
  }
  return undefined;
}

async function putBack(services: Services, ref: WorkspaceRef): Promise<void> {
  const { clock, logger, settings, state } = services;
  const now = new Date(clock.now());
  const deleted = await wasDeleted(services, ref);
  const found = newWorkspace(ref, { location: settings.location }, now);
  const document = deleted ? deleting(found, now) : found;
  logger.warn("workspace.putBack", { workspace: formatId(ref), deleted });
  const made = await state.workspaces.create(ref, document, {
    time: timestamp(clock),
    actor: service,
    cause: deleted
      ? "something is left in it: its deletion goes on"
      : "its document was lost, and something is in it: put back, without its tags",
    link: formatId(ref),
  });
  if (made.created && deleted) await startDeletion(services, document, service);
}

async function wasDeleted({ state }: Services, ref: WorkspaceRef): Promise<boolean> {
  let deleted = false;
  for await (const { state: moved, to } of everyItem((page) => state.listChanges(ref, page)))
    if (moved === "provisioningState") deleted = to === undefined;
  return deleted;
}
