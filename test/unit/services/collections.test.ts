import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../local/random.ts";
import { documentState } from "../../../services/azure/document-state.ts";
import type { DocumentStore } from "../../../services/documents.ts";
import { newExperiment, deletingExperiment } from "../../../domain/experiment/rules.ts";
import { memoryDocuments } from "../../support/app/memory-documents.ts";
import { later, now, workspace } from "../domain/samples.ts";

const ref = { ...workspace, kind: "experiment" as const, experiment: "digits" };
const change = (cause: string) => ({ time: now.toISOString(), actor: "ada", cause });

/** A store whose process dies before or after the n-th call. */
function dyingStore(documents: DocumentStore, dies: { at: number; when: "before" | "after" }): DocumentStore {
  let calls = 0;
  const once = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    calls += 1;
    if (calls === dies.at && dies.when === "before") throw new Error("the process died");
    const result = await work();
    if (calls === dies.at) throw new Error("the process died");
    return result;
  };
  return {
    get: (key) => once(() => documents.get(key)),
    commit: (partition, writes) => once(() => documents.commit(partition, writes)),
    remove: (key, etag) => once(() => documents.remove(key, etag)),
    page: (range) => documents.page(range),
  };
}

describe("the removal of a document", () => {
  it.each(["before", "after"] as const)(
    "has one event, wherever the process dies (%s a call)",
    async (when) => {
      for (let at = 1; at < 8; at += 1) {
        const documents = memoryDocuments();
        const random = seededRandom(1);
        const state = documentState({ store: documents, random });
        const { experiments } = state;
        await experiments.create(ref, newExperiment(ref, now), change("created"));
        await experiments.update(
          ref,
          (found) => deletingExperiment(found, later),
          () => change("asked"),
        );
        const dying = documentState({ store: dyingStore(documents, { at, when }), random });
        await dying.experiments.remove(ref, () => true, change("deleted")).catch(() => undefined);
        await experiments.remove(ref, () => true, change("deleted"));
        expect(await experiments.get(ref)).toBeUndefined();
        const { items } = await state.listChanges(ref, { size: 100 });
        expect([at, items.map(({ from, to }) => [from, to])]).toEqual([
          at,
          [
            [undefined, "succeeded"],
            ["succeeded", "deleting"],
            ["deleting", undefined],
          ],
        ]);
      }
    },
  );
});
