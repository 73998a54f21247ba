// What happens to a workspace document: created, put again, tagged. Pure; the caller writes.
import { timestamp } from "../shared/brand.ts";
import { AppError } from "../shared/errors.ts";
import { sameContent } from "../shared/same-content.ts";
import type { WorkspaceRef } from "../shared/resource-id.ts";
import type { WorkspaceDocument, WorkspacePatch, WorkspaceRequest } from "./schema.ts";

export function newWorkspace(ref: WorkspaceRef, request: WorkspaceRequest, now: Date): WorkspaceDocument {
  return {
    ...ref,
    location: canonicalLocation(request.location),
    tags: { ...request.tags },
    creationTime: timestamp(now),
    provisioningState: "succeeded",
    provisioningStateTransitionTime: timestamp(now),
  };
}

/**
 * A PUT on an existing workspace: answers the document to keep (with other tags when the request has some).
 * @throws AppError Conflict for another location or while it is being deleted.
 */
export function putWorkspaceAgain(document: WorkspaceDocument, request: WorkspaceRequest): WorkspaceDocument {
  if (document.provisioningState === "deleting") {
    throw new AppError(
      "Conflict",
      `workspace '${document.workspace}' is being deleted; create it again afterwards`,
    );
  }
  if (canonicalLocation(request.location) !== document.location) {
    throw new AppError(
      "Conflict",
      `workspace '${document.workspace}' exists in location '${document.location}'; delete it first to create it in '${request.location}'`,
      { target: "location" },
    );
  }
  return withTags(document, request.tags);
}

/**
 * PATCH replaces the tags; nothing else of a workspace can change.
 * @throws AppError InvalidState while it is being deleted.
 */
export function patchWorkspace(document: WorkspaceDocument, patch: WorkspacePatch): WorkspaceDocument {
  if (document.provisioningState === "deleting")
    throw new AppError("InvalidState", `workspace '${document.workspace}' is being deleted`);
  return withTags(document, patch.tags);
}

function withTags(document: WorkspaceDocument, tags: WorkspaceRequest["tags"]): WorkspaceDocument {
  return tags === undefined || sameContent(tags, document.tags)
    ? document
    : { ...document, tags: { ...tags } };
}

/** `East US` and `eastus` are the same place; ARM answers the short form. */
function canonicalLocation(location: string): string {
  return location.replaceAll(" ", "").toLowerCase();
}
