// The status documents of long-running operations that clients poll. They outlive the resource they are about. Their ids
// are derived, so that asking twice for the same thing is one operation.
import type { ResourceKind } from "../domain/resources.ts";
import type { RefOf } from "../domain/shared/resource-id.ts";
import { sha256 } from "./content-digest.ts";
import type { Page, PageRequest } from "./state.ts";

export interface OperationDocument {
  /** The GUID in the URLs. */
  readonly id: string;
  readonly subscriptionId: string;
  readonly location: string;
  readonly status: "InProgress" | "Succeeded" | "Failed";
  /** ISO 8601. */
  readonly startTime: string;
  readonly endTime?: string | undefined;
  /** `{sub}$rg$ws$cluster` or `{sub}$rg$ws$exp$job`. */
  readonly resourceId: string;
  /** Its ARM id, and who asked: they may look at it, and so may who may read the resource. Absent in older documents. */
  readonly resource?: string | undefined;
  readonly actor?: string | undefined;
  readonly error?: { readonly code: string; readonly message: string } | undefined;
}

export type OperationOutcome =
  | { readonly status: "Succeeded" }
  | { readonly status: "Failed"; readonly error: { readonly code: string; readonly message: string } };

export type OperationKind = "create" | "delete" | "terminate";

/** What an operation does, and to which creation of which resource. */
export interface OperationSubject {
  readonly kind: OperationKind;
  readonly ref: RefOf<ResourceKind>;
  /** A GUID, or the resource's id and creation time. */
  readonly creation: string;
  /** Who asked. */
  readonly actor: string;
}

export interface UnfinishedOperation {
  readonly id: string;
  readonly subject: OperationSubject;
}

export interface OperationDocuments {
  /** An operation of that id is left as it is. */
  open(operation: OperationDocument, subject: OperationSubject): Promise<void>;
  get(id: string): Promise<OperationDocument | undefined>;
  /** Ends the operation; one that has ended, or is absent, stays so. */
  close(id: string, outcome: OperationOutcome, endTime: string): Promise<void>;
  /** Operations that were opened and have not ended, in no particular order. */
  unfinished(page: PageRequest): Promise<Page<UnfinishedOperation>>;
}

/** The one operation of this kind on one creation of a resource (a GUID, or its id and creation time). */
export function operationId(kind: OperationKind, creation: string): string {
  const hex = sha256(`${kind}|${creation.toLowerCase()}`);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}
