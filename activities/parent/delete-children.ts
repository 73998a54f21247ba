// Deletes what stands in a resource, or starts that. One page of each kind at a time, so that a large experiment is many steps,
// between which others are served and which show how far it is.
import { deleteWithParent, keepDeleting } from "../../application/deletions.ts";
import { lifecycleOf } from "../../application/lifecycles.ts";
import type { ParentIdentity } from "../../contracts/refs.ts";
import { deleteChildren as contract } from "../../contracts/shared-activities.ts";
import type { DocumentOf } from "../../domain/kinds.ts";
import { childrenOf } from "../../domain/resources.ts";
import type { ResourceKind } from "../../domain/resources.ts";
import type { Services } from "../../services/services.ts";
import { defineActivity } from "../lib/define-activity.ts";

/** Each has an orchestration of its own. */
const deletionsPerStep = 100;
const inBulkPerStep = 1_000;

export const deleteChildren = defineActivity(contract, async (services, { parent, actor }) => {
  const { ref, creationTime } = parent;
  await keepDeleting(services, ref, (found) => found.creationTime === creationTime);
  let remaining = 0;
  let progress = false;
  // What uses others goes first.
  for (const kind of childrenOf(ref.kind).toReversed()) {
    const went = await deleteEach({ services, parent, actor }, kind);
    remaining += went.remaining;
    progress ||= went.progress;
  }
  return { remaining, progress };
});

interface Went {
  /** Found by this step. */
  readonly remaining: number;
  readonly progress: boolean;
}

interface Asked {
  readonly services: Services;
  readonly parent: ParentIdentity;
  readonly actor: string;
}

/** The first page with some that go in bulk loses them; others are told to go, the first of the parent first. */
async function deleteEach({ services, parent, actor }: Asked, kind: ResourceKind): Promise<Went> {
  const { inBulk } = lifecycleOf<ResourceKind>(kind).deletion;
  const size = inBulk === undefined ? deletionsPerStep : inBulkPerStep;
  const others: DocumentOf<ResourceKind>[] = [];
  let remaining = 0;
  let continuation: string | undefined;
  do {
    const found = await services.state.of(kind).list(parent.ref, { size, continuation });
    remaining += found.items.length;
    const bulk = await inBulk?.(services, parent, actor, found.items);
    if (bulk !== undefined && bulk.found > 0) return { remaining, progress: bulk.deleted > 0 };
    others.push(...found.items);
    continuation = inBulk === undefined ? undefined : found.continuation;
  } while (continuation !== undefined);
  const first = others.slice(0, deletionsPerStep);
  for (const item of first) await deleteWithParent(services, actor, item);
  return { remaining, progress: first.some(({ provisioningState }) => provisioningState !== "deleting") };
}
