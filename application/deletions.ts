// How a resource is deleted, whoever asks: a person, the deletion of its parent, or reconciliation after a crash. Marked as
// deleting at once; the rest is the work of the orchestration in its kind's row (lifecycles.ts).
// Why it is so: docs/adr/0028-what-has-ended-goes-in-bulk.md
import { creationOf, deleting } from "../domain/kinds.ts";
import type { DocumentOf } from "../domain/kinds.ts";
import { rowOf } from "../domain/resources.ts";
import type { ResourceKind } from "../domain/resources.ts";
import { formatId, parentOf, refOf } from "../domain/shared/resource-id.ts";
import type { RefOf } from "../domain/shared/resource-id.ts";
import { timestamp } from "../services/clock.ts";
import { operationId } from "../services/operation-documents.ts";
import type { OperationDocument } from "../services/operation-documents.ts";
import type { Services } from "../services/services.ts";
import type { Change } from "../services/state.ts";
import { changeBy, service } from "./caller.ts";
import type { Caller } from "./caller.ts";
import { lifecycleOf } from "./lifecycles.ts";
import { openOperation } from "./operations.ts";
import { startNamed } from "./orchestrations.ts";

/** @returns the operation to poll; undefined when there is nothing of that name. */
export async function deleteResource<Kind extends ResourceKind>(
  services: Services,
  caller: Caller,
  ref: RefOf<Kind>,
): Promise<OperationDocument | undefined> {
  const subject = (of: DocumentOf<Kind>) =>
    ({ kind: "delete", ref, creation: creationOf(of), actor: caller.actor }) as const;
  const { check, announce, atOnce } = lifecycleOf(ref.kind).deletion;
  if (check !== undefined || announce !== undefined || atOnce !== undefined) {
    const found = await services.state.of(ref.kind).get(ref);
    if (found === undefined) return undefined;
    await check?.(services, found);
    if ((await atOnce?.(services, caller, found)) === true)
      return openOperation(services, subject(found), "Succeeded");
    await announce?.(services, found);
  }
  const document = await markDeleting(services, ref, changeBy(services, caller, "delete requested"));
  if (document === undefined) return undefined;
  const operation = await openOperation(services, subject(document));
  await startDeletion(services, document, caller.actor);
  return operation;
}

/** A child goes with its parent: nobody polls for it alone, and the parent's deletion finds it when it is cut off. */
export async function deleteWithParent<Kind extends ResourceKind>(
  services: Services,
  actor: string,
  child: DocumentOf<Kind>,
): Promise<void> {
  const parent = parentOf(child);
  if (parent === undefined) throw new Error(`${formatId(child)} has no parent.`);
  const by = { actor, link: formatId(parent) };
  await markDeleting(
    services,
    refOf(child),
    changeBy(services, by, `the ${rowOf(parent.kind).word} is deleted`),
  );
  await startDeletion(services, child, actor);
}

function markDeleting<Kind extends ResourceKind>(
  services: Services,
  ref: RefOf<Kind>,
  change: Change,
): Promise<DocumentOf<Kind> | undefined> {
  const now = new Date(change.time);
  return services.state.of(ref.kind).update(
    ref,
    (current) => deleting(current, now),
    () => change,
  );
}

/** A deletion that goes on says so once more: others look at the document, and the mark may have been lost with other writes. */
export async function keepDeleting<Kind extends ResourceKind>(
  services: Services,
  ref: RefOf<Kind>,
  isIt: (document: DocumentOf<Kind>) => boolean,
): Promise<void> {
  const time = timestamp(services.clock);
  await services.state.of(ref.kind).update(
    ref,
    (current) => (isIt(current) ? deleting(current, new Date(time)) : current),
    () => ({ time, actor: service, cause: "its deletion goes on" }),
  );
}

/** Starts what deletes a document that is marked; one that is under way is left alone. */
export async function startDeletion<Kind extends ResourceKind>(
  services: Services,
  document: DocumentOf<Kind>,
  actor: string,
): Promise<void> {
  const { orchestration, instanceOf, subject } = lifecycleOf<Kind>(document.kind as Kind).deletion;
  const id = operationId("delete", creationOf(document));
  const input = { ...subject(document), operationId: id, actor };
  await startNamed(services, orchestration.name, instanceOf(document, id), input);
}
