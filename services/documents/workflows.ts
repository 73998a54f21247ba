// Workflows over a DocumentStore: one partition a workspace, so that a chain and its first step are one transaction.
import type { WorkspaceRef } from "../../domain/shared/resource-id.ts";
import { WorkflowRoot, WorkflowStep } from "../../domain/workflow/schema.ts";
import { WorkflowSummary } from "../../domain/workflow/summary.ts";
import type { DocumentStore, DocumentWrite } from "../documents.ts";
import type { Workflows } from "../workflows.ts";
import { checkContinuation } from "./continuation.ts";
import { newestFirst, workflowPartition } from "./state-keys.ts";

const idPrefix = "id|";
const list = "at|";
const stepPrefix = "step|";
/** Where a workspace's workflows are: one by one, in the list of all, their steps. */
export const workflowPrefixes = [idPrefix, list, stepPrefix] as const;

const ListRow = WorkflowRoot.extend({ summary: WorkflowSummary.optional() });
const listRow = ({ receivedAt, id }: WorkflowRoot) => `${list}${newestFirst(receivedAt)}|${id}`;
/** Without a summary. */
const listed = (root: WorkflowRoot): DocumentWrite => ({ kind: "put", row: listRow(root), value: root });

export function documentWorkflows(store: DocumentStore): Workflows {
  const get = async (workspace: WorkspaceRef, id: string) => {
    const found = await store.get({ partition: workflowPartition(workspace), row: `${idPrefix}${id}` });
    return found === undefined ? undefined : WorkflowRoot.parse(found.value);
  };
  const forgetSummary = async (workspace: WorkspaceRef, id: string, more: readonly DocumentWrite[] = []) => {
    const root = await get(workspace, id);
    const writes = [...more, ...(root === undefined ? [] : [listed(root)])];
    if (writes.length > 0) await store.commit(workflowPartition(workspace), writes);
  };
  return {
    get,
    forgetSummary: (workspace, id) => forgetSummary(workspace, id),
    async note(workspace, id, { root, step }) {
      const partition = workflowPartition(workspace);
      const added: readonly DocumentWrite[] =
        step === undefined ? [] : [{ kind: "put", row: `${stepPrefix}${id}|${step.firing}`, value: step }];
      if (root !== undefined) {
        const written = await store.commit(partition, [
          { kind: "insert", row: `${idPrefix}${id}`, value: root },
          listed(root),
          ...added,
        ]);
        if (written !== "conflict") return;
      }
      if (added.length > 0) await forgetSummary(workspace, id, added);
    },
    async keepSummary(workspace, root, summary, etag) {
      const value = { ...root, summary };
      await store.commit(workflowPartition(workspace), [
        { kind: "replace", row: listRow(root), value, etag },
      ]);
    },
    async steps(workspace, id, most) {
      const range = { partition: workflowPartition(workspace), prefix: `${stepPrefix}${id}|`, size: most };
      const { documents, continuation } = await store.page(range);
      return {
        steps: documents.map(({ value }) => WorkflowStep.parse(value)),
        more: continuation !== undefined,
      };
    },
    async list(workspace, page) {
      checkContinuation(list, page.continuation);
      const found = await store.page({ partition: workflowPartition(workspace), prefix: list, ...page });
      return {
        items: found.documents.map(({ value, etag }) => {
          const { summary, ...root } = ListRow.parse(value);
          return { root, summary, etag };
        }),
        continuation: found.continuation,
      };
    },
  };
}
