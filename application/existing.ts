// What somebody names must be there; and what something is created in must be there, too, and not on its way out. The latter
// is asked twice: before the child is written, and after, because a parent that was deleted meanwhile did not see it.
import { creationOf } from "../domain/kinds.ts";
import type { DocumentOf } from "../domain/kinds.ts";
import { rowOf } from "../domain/resources.ts";
import type { ResourceKind } from "../domain/resources.ts";
import { AppError } from "../domain/shared/errors.ts";
import { formatId, namesOf, parentOf } from "../domain/shared/resource-id.ts";
import type { RefOf } from "../domain/shared/resource-id.ts";
import type { Services } from "../services/services.ts";
import { changeBy, service } from "./caller.ts";

/** @throws AppError `…NotFound`, of the resource or of the first of its parents that is missing. */
export async function existing<Kind extends ResourceKind>(
  services: Services,
  ref: RefOf<Kind>,
): Promise<DocumentOf<Kind>> {
  const document = await services.state.of(ref.kind).get(ref);
  if (document !== undefined) return document;
  const parent = parentOf(ref);
  if (parent !== undefined && rowOf(ref.kind).blamesParents === true) await existing(services, parent);
  throw notFound(ref);
}

export function notFound(ref: RefOf<ResourceKind>): AppError {
  const { kind } = ref;
  const code =
    `${kind.slice(0, 1).toUpperCase()}${kind.slice(1)}NotFound` as `${Capitalize<ResourceKind>}NotFound`;
  return new AppError(code, `The specified ${rowOf(kind).word} ${nameOf(ref)} is not found`);
}

/** The resource, in which something may be created. @throws AppError `…NotFound`, Conflict */
export async function open<Kind extends ResourceKind>(
  services: Services,
  ref: RefOf<Kind>,
): Promise<DocumentOf<Kind>> {
  const document = await existing(services, ref);
  if (document.provisioningState !== "deleting") return document;
  throw new AppError(
    "Conflict",
    `The ${rowOf(ref.kind).word} ${nameOf(ref)} is being deleted; nothing can be created in it.`,
  );
}

/**
 * @param undo what else was made for the document, once that is removed.
 * @throws AppError Conflict when the parent is gone or going; then the document and its secrets are removed.
 */
export async function refuseOrphan<Kind extends ResourceKind>(
  services: Services,
  ref: RefOf<Kind>,
  document: DocumentOf<Kind>,
  undo: () => Promise<void> = async () => {},
): Promise<void> {
  const parent = parentOf(ref);
  if (parent === undefined) return;
  const found = await services.state.of(parent.kind).get(parent);
  if (found?.provisioningState === "succeeded") return;
  const { word } = rowOf(parent.kind);
  const by = { actor: service, link: formatId(parent) };
  const gone = changeBy(services, by, `its ${word} was deleted meanwhile`);
  const creation = creationOf(document);
  await services.state.of(ref.kind).remove(ref, (current) => creationOf(current) === creation, gone);
  if ("guid" in document) await services.secrets.remove(document.guid);
  await undo();
  throw new AppError("Conflict", `The ${word} ${nameOf(parent)} was deleted meanwhile.`);
}

const nameOf = (ref: RefOf<ResourceKind>) => namesOf(ref).at(-1) ?? "";
