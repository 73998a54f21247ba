// What the service knows: one collection per resource type, each document guarded by optimistic concurrency, each change
// of state accompanied, in the same transaction, by a row of the append-only event table. Plus the index of unfinished
// jobs per cluster. A read is one point read; no hot path scans.
import type { ClusterDocument } from "../domain/cluster/schema.ts";
import type { ExperimentDocument } from "../domain/experiment/schema.ts";
import type { JobDocument } from "../domain/job/schema.ts";
import type {
  ClusterRef,
  ExperimentRef,
  JobRef,
  ResourceRef,
  WorkspaceRef,
} from "../domain/shared/resource-id.ts";
import type { WorkspaceDocument } from "../domain/workspace/schema.ts";
import type { ActiveJobs } from "./active-jobs.ts";

/** Why a document changed: a row of the event table. */
export interface Change {
  /** ISO 8601. */
  readonly time: string;
  /** Subject of the caller's token, or `service`. */
  readonly actor: string;
  readonly cause: string;
  /** States before and after, e.g. `queued` → `running`; `from` is absent for a creation, `to` for a removal. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface RecordedChange extends Change {
  /** Grows with time within one resource. */
  readonly id: string;
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

export interface Collection<Ref extends ResourceRef, Document> {
  get(ref: Ref): Promise<Document | undefined>;
  /** Inserts if absent; otherwise answers the document that is there. */
  create(
    ref: Ref,
    document: Document,
    change: Change,
  ): Promise<{ readonly created: boolean; readonly document: Document }>;
  /**
   * Reads, changes, writes; again from the start when somebody else wrote meanwhile. `next` answers the document it was
   * given to leave things as they are. @returns the document that is stored now, undefined when there is none.
   */
  update(
    ref: Ref,
    next: (current: Document) => Document,
    change?: (before: Document, after: Document) => Change | undefined,
  ): Promise<Document | undefined>;
  /** Removes the document if `isIt` still recognises it; absence is a success. */
  remove(ref: Ref, isIt: (current: Document) => boolean, change: Change): Promise<void>;
}

export interface State {
  readonly workspaces: Collection<WorkspaceRef, WorkspaceDocument>;
  readonly clusters: Collection<ClusterRef, ClusterDocument>;
  readonly experiments: Collection<ExperimentRef, ExperimentDocument>;
  readonly jobs: Collection<JobRef, JobDocument>;
  readonly activeJobs: ActiveJobs;
  listWorkspaces(
    scope: { readonly subscriptionId: string; readonly resourceGroup?: string | undefined },
    page: PageRequest,
  ): Promise<Page<WorkspaceDocument>>;
  listClusters(workspace: WorkspaceRef, page: PageRequest): Promise<Page<ClusterDocument>>;
  listExperiments(workspace: WorkspaceRef, page: PageRequest): Promise<Page<ExperimentDocument>>;
  listJobs(experiment: ExperimentRef, page: PageRequest): Promise<Page<JobDocument>>;
  /** What happened to a resource of this name, oldest first. */
  listChanges(ref: ResourceRef, page: PageRequest): Promise<Page<RecordedChange>>;
}
