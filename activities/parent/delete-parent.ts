// The steps of deleting what other resources stand in: start the deletion of everything in it, then remove it. What is inside
// is marked one page at a time, so that a large experiment is many small steps.
import { deleteWithParent, keepDeleting } from "../../application/deletions.ts";
import { deleteChildren, failOperation, removeParent } from "../../contracts/shared-activities.ts";
import { childrenOf } from "../../domain/resources.ts";
import { timestamp } from "../../services/clock.ts";
import type { Change, ScopeOf } from "../../services/state.ts";
import type { ResourceKind } from "../../domain/resources.ts";
import { defineActivity } from "../lib/define-activity.ts";

const page = { size: 100 };

export const deleteContents = defineActivity(deleteChildren, async (services, { parent, actor }) => {
  const { ref, creationTime } = parent;
  await keepDeleting(services, ref, (found) => found.creationTime === creationTime);
  let remaining = 0;
  // What uses others goes first.
  for (const kind of childrenOf(ref.kind).toReversed()) {
    const { items } = await services.state.of(kind).list(ref as ScopeOf<ResourceKind>, page);
    for (const item of items) await deleteWithParent(services, actor, item);
    remaining += items.length;
  }
  return { remaining };
});

export const removeEmptied = defineActivity(removeParent, async (services, request) => {
  const { ref, creationTime } = request.parent;
  const time = timestamp(services.clock);
  const change: Change = {
    time,
    actor: request.actor,
    cause: "deleted",
    link: `operation:${request.operationId}`,
  };
  await services.state.of(ref.kind).remove(ref, (found) => found.creationTime === creationTime, change);
  await services.operations.close(request.operationId, { status: "Succeeded" }, time);
  return undefined;
});

export const closeFailed = defineActivity(
  failOperation,
  async (services, { operationId: id, code, message }) => {
    const error = { code, message };
    await services.operations.close(id, { status: "Failed", error }, timestamp(services.clock));
    return undefined;
  },
);
