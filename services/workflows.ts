// Which events of a workspace belong together: chains of jobs and sweeps that triggers started at the ends of others. Each chain has a
// row, and each of its steps one, written when the step's event is first heard of; what became of the event is in the ledger.
import type { WorkspaceRef } from "../domain/shared/resource-id.ts";
import type { WorkflowSummary } from "../domain/workflow/summary.ts";
import type { WorkflowRoot, WorkflowStep } from "../domain/workflow/schema.ts";
import type { Page, PageRequest } from "./state.ts";

export interface ListedWorkflow {
  readonly root: WorkflowRoot;
  /** What it came to, where that is kept. */
  readonly summary?: WorkflowSummary | undefined;
  /** Changes whenever the summary is kept or forgotten; opaque. */
  readonly etag: string;
}

export interface Workflows {
  /** Adds what is not there yet; a summary is forgotten with each step. Repeating it changes nothing else. */
  note(
    workspace: WorkspaceRef,
    id: string,
    found: { readonly root?: WorkflowRoot | undefined; readonly step?: WorkflowStep | undefined },
  ): Promise<void>;
  get(workspace: WorkspaceRef, id: string): Promise<WorkflowRoot | undefined>;
  /** In no order; `more`: there are more than were asked for. */
  steps(
    workspace: WorkspaceRef,
    id: string,
    most: number,
  ): Promise<{ readonly steps: readonly WorkflowStep[]; readonly more: boolean }>;
  /** Newest first. */
  list(workspace: WorkspaceRef, page: PageRequest): Promise<Page<ListedWorkflow>>;
  /** Unless there came another step, or a restart, since it was listed. */
  keepSummary(
    workspace: WorkspaceRef,
    root: WorkflowRoot,
    summary: WorkflowSummary,
    etag: string,
  ): Promise<void>;
  forgetSummary(workspace: WorkspaceRef, id: string): Promise<void>;
}
