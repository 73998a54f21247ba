// What the service knows: one collection per kind of resource, each document guarded by optimistic concurrency, each change
// of state accompanied, in the same transaction, by a row of the append-only event table. Plus the index of unfinished
// jobs per cluster. A read is one point read; no hot path scans.
import type { trackedStates } from "../domain/shared/event.ts";
import type { DocumentOf } from "../domain/kinds.ts";
import type { ResourceKind, resources } from "../domain/resources.ts";
import type { BatchAIError } from "../domain/shared/batch-ai-error.ts";
import type { ParentRefOf, RefOf } from "../domain/shared/resource-id.ts";
import type { ActiveJobs } from "./active-jobs.ts";
import type { FollowedDocuments } from "./changes.ts";

/** Why a document changed: what the writer knows of an event. */
export interface Change {
  /** ISO 8601. */
  readonly time: string;
  /** Who called, as the token says it, or `service`. */
  readonly actor: string;
  /** How people know the caller, as the token says it. */
  readonly actorName?: string | undefined;
  /** A sentence for people; begins with the error's code when it is about a failure. Never a secret. */
  readonly cause: string;
  /** What caused it: the id of a resource (`/subscriptions/…`), `request:GUID` or `operation:GUID`. */
  readonly link?: string | undefined;
  /** For changes that move no state. States are read off the document. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** A row of the event table. `from` is absent for a creation, `to` for a removal. */
export interface RecordedChange extends Change {
  /** Grows with time within one resource. */
  readonly id: string;
  /** The errors that the document shows since then. */
  readonly errors?: readonly BatchAIError[] | undefined;
  /** Which state moved; absent when none did. */
  readonly state?: (typeof trackedStates)[number] | undefined;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Opaque; absent on the last page. */
  readonly continuation?: string | undefined;
}

export interface PageRequest {
  /** 1 to 1000. */
  readonly size: number;
  readonly continuation?: string | undefined;
}

/** Times, ISO 8601: from `since` on, before `until`. */
export interface Period {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** What a list is of: all of one parent; for what stands in no parent, all of a subscription or of one of its groups. */
export type ScopeOf<Kind extends ResourceKind> = Kind extends ResourceKind
  ? [ParentRefOf<Kind>] extends [never]
    ? { readonly subscriptionId: string; readonly resourceGroup?: string | undefined }
    : ParentRefOf<Kind>
  : never;

export interface Collection<Kind extends ResourceKind> {
  get(ref: RefOf<Kind>): Promise<DocumentOf<Kind> | undefined>;
  /** What this process read or wrote of it last, without a read: it may have been changed or removed since. */
  seen(ref: RefOf<Kind>): DocumentOf<Kind> | undefined;
  /** Inserts if absent; otherwise answers the document that is there. */
  create(
    ref: RefOf<Kind>,
    document: DocumentOf<Kind>,
    change: Change,
  ): Promise<{ readonly created: boolean; readonly document: DocumentOf<Kind> }>;
  /**
   * Changes what was seen of the document last, or reads it first; reads and starts again when somebody else wrote
   * meanwhile, so that only what `next` says last counts. `next` answers the document it was given to leave things as they
   * are; that, and a refusal, is concluded only from a document read for it. `change` describes what is written: every state
   * that moved is an event, and a description of a write that moved none is one, too. @returns the document that is stored
   * now, undefined when there is none.
   */
  update(
    ref: RefOf<Kind>,
    next: (current: DocumentOf<Kind>) => DocumentOf<Kind>,
    change?: (before: DocumentOf<Kind>, after: DocumentOf<Kind>) => Change | undefined,
  ): Promise<DocumentOf<Kind> | undefined>;
  /** Removes the document if `isIt` still recognises it; absence is a success. */
  remove(ref: RefOf<Kind>, isIt: (current: DocumentOf<Kind>) => boolean, change: Change): Promise<void>;
  list(scope: ScopeOf<Kind>, page: PageRequest): Promise<Page<DocumentOf<Kind>>>;
}

/** The collections by the names that the API has for them: `clusters`, `fileServers`. */
export type Collections = {
  readonly [Kind in ResourceKind as (typeof resources)[Kind]["collection"]]: Collection<Kind>;
};

export interface FollowedJobs extends FollowedDocuments<DocumentOf<"job">> {
  /** Where a list goes on after this key. */
  continuationAt(experiment: RefOf<"experiment">, key: string): string;
  /** @throws AppError InvalidQueryParameter when it is not of such a list. */
  keyAt(experiment: RefOf<"experiment">, continuation: string): string;
}

export interface State extends Collections {
  /** The collection of a kind that is known only when it is asked for. */
  of<Kind extends ResourceKind>(kind: Kind): Collection<Kind>;
  readonly activeJobs: ActiveJobs;
  /**
   * Removes jobs that have ended, as long as `isIt` recognises their experiment, which is being deleted. @returns how many:
   * fewer, from the front, when something was written meanwhile.
   */
  removeJobs(
    experiment: RefOf<"experiment">,
    isIt: (current: DocumentOf<"experiment">) => boolean,
    jobs: readonly DocumentOf<"job">[],
    change: Change,
  ): Promise<number>;
  /** Every workspace in which something is or was, whether or not it is itself there; names are in lower case. */
  everyWorkspace(subscriptionId: string): Promise<readonly RefOf<"workspace">[]>;
  /** The jobs of an experiment, by their names in lower case, for views of them. */
  readonly followedJobs: FollowedJobs;
  /** Of an experiment that goes. */
  forgetChanges(experiment: RefOf<"experiment">): Promise<void>;
  /** What happened to a resource of this name, oldest first. */
  listChanges(ref: RefOf<ResourceKind>, page: PageRequest & Period): Promise<Page<RecordedChange>>;
}
