// The first step of every deletion: the document says so, and its history tells who asked. Nothing is removed here.
import type { ResourceRef } from "../../../domain/shared/resource-id.ts";
import type { Services } from "../../../services/services.ts";
import type { Collection } from "../../../services/state.ts";
import { byCaller } from "./by-caller.ts";
import type { ApiRequest } from "./request.ts";

/** `mark` gives the document in the state deleting. @returns what is stored now, undefined when there is none. */
export function markDeleting<
  Ref extends ResourceRef,
  Document extends { readonly provisioningState: string },
>(
  request: ApiRequest,
  services: Services,
  ref: Ref,
  documents: Collection<Ref, Document>,
  mark: (current: Document, now: Date) => Document,
): Promise<Document | undefined> {
  const now = new Date(services.clock.now());
  return documents.update(
    ref,
    (current) => mark(current, now),
    () => byCaller(request, services, "delete requested"),
  );
}
