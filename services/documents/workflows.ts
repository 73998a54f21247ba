// Workflows over a DocumentStore: one partition a workspace, so that a chain and its first step are one transaction.
import { WorkflowRoot, WorkflowStep } from "../../domain/workflow/schema.ts";
import type { DocumentStore, DocumentWrite } from "../documents.ts";
import type { Workflows } from "../workflows.ts";
import { checkContinuation } from "./continuation.ts";
import { newestFirst, workflowPartition } from "./state-keys.ts";

const idPrefix = "id|";
const list = "at|";
const stepPrefix = "step|";
/** Where a workspace's workflows are: one by one, in the list of all, their steps. */
export const workflowPrefixes = [idPrefix, list, stepPrefix] as const;

export function documentWorkflows(store: DocumentStore): Workflows {
  return {
    async note(workspace, id, { root, step }) {
      const partition = workflowPartition(workspace);
      const added: readonly DocumentWrite[] =
        step === undefined ? [] : [{ kind: "put", row: `${stepPrefix}${id}|${step.firing}`, value: step }];
      if (root !== undefined) {
        const written = await store.commit(partition, [
          { kind: "insert", row: `${idPrefix}${id}`, value: root },
          { kind: "put", row: `${list}${newestFirst(root.receivedAt)}|${id}`, value: root },
          ...added,
        ]);
        if (written !== "conflict") return;
      }
      if (added.length > 0) await store.commit(partition, added);
    },
    async get(workspace, id) {
      const found = await store.get({ partition: workflowPartition(workspace), row: `${idPrefix}${id}` });
      return found === undefined ? undefined : WorkflowRoot.parse(found.value);
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
        items: found.documents.map(({ value }) => WorkflowRoot.parse(value)),
        continuation: found.continuation,
      };
    },
  };
}
