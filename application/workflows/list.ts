// The workflows of a workspace with how far each is. What one came to when nothing of it could change any more is kept beside it, so that a page of
// those is one read; the others are read step by step.
import type { WorkspaceRef } from "../../domain/shared/resource-id.ts";
import { isSettled, summaryOf } from "../../domain/workflow/summary.ts";
import type { WorkflowSummary } from "../../domain/workflow/summary.ts";
import type { WorkflowRoot } from "../../domain/workflow/schema.ts";
import type { Services } from "../../services/services.ts";
import type { Page, PageRequest } from "../../services/state.ts";
import type { ListedWorkflow } from "../../services/workflows.ts";
import { inLanes } from "../../services/in-lanes.ts";
import { graphOf } from "./workflows.ts";

export interface SummarisedWorkflow {
  readonly root: WorkflowRoot;
  readonly summary: WorkflowSummary;
}

export async function listWorkflows(
  services: Services,
  workspace: WorkspaceRef,
  page: PageRequest,
): Promise<Page<SummarisedWorkflow>> {
  const { items, continuation } = await services.workflows.list(workspace, page);
  return { items: await inLanes(items, (one) => summarised(services, workspace, one)), continuation };
}

async function summarised(
  services: Services,
  workspace: WorkspaceRef,
  { root, summary: kept, etag }: ListedWorkflow,
): Promise<SummarisedWorkflow> {
  if (kept !== undefined) return { root, summary: kept };
  const graph = await graphOf(services, workspace, root);
  const summary = summaryOf(graph);
  if (isSettled(graph)) await services.workflows.keepSummary(workspace, root, summary, etag);
  return { root, summary };
}
