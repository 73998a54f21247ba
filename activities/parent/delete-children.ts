// Starts the deletion of everything that stands in a resource. One page of each kind at a time, so that a large experiment is
// many small steps.
import { deleteWithParent, keepDeleting } from "../../application/deletions.ts";
import { deleteChildren as contract } from "../../contracts/shared-activities.ts";
import { childrenOf } from "../../domain/resources.ts";
import { defineActivity } from "../lib/define-activity.ts";

const page = { size: 100 };

export const deleteChildren = defineActivity(contract, async (services, { parent, actor }) => {
  const { ref, creationTime } = parent;
  await keepDeleting(services, ref, (found) => found.creationTime === creationTime);
  let remaining = 0;
  // What uses others goes first.
  for (const kind of childrenOf(ref.kind).toReversed()) {
    const { items } = await services.state.of(kind).list(ref, page);
    for (const item of items) await deleteWithParent(services, actor, item);
    remaining += items.length;
  }
  return { remaining };
});
