import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../local/random.ts";
import { documentState } from "../../../services/documents/document-state.ts";
import type { DocumentStore } from "../../../services/documents.ts";
import type { ExperimentDocument } from "../../../domain/experiment/schema.ts";
import { newExperiment } from "../../../domain/experiment/rules.ts";
import { deleting as marked } from "../../../domain/kinds.ts";
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
    partitions: (prefix) => documents.partitions(prefix),
  };
}

describe("the removal of a document", () => {
  it.each(["before", "after"] as const)(
    "has one event, wherever the process dies (%s a call)",
    async (when) => {
      for (let at = 1; at < 8; at += 1) {
        const documents = memoryDocuments();
        const random = seededRandom(1);
        const state = documentState({ store: documents, random, now: () => 0 });
        const { experiments } = state;
        await experiments.create(ref, newExperiment(ref, now), change("created"));
        await experiments.update(
          ref,
          (found) => marked(found, later),
          () => change("asked"),
        );
        const dying = documentState({ store: dyingStore(documents, { at, when }), random, now: () => 0 });
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

describe("an update", () => {
  /** Two processes over one store; the reads of the first are counted. */
  async function processes() {
    const documents = memoryDocuments();
    let reads = 0;
    const counted: DocumentStore = { ...documents, get: (key) => ((reads += 1), documents.get(key)) };
    const random = seededRandom(1);
    const here = documentState({ store: counted, random, now: () => 0 });
    const there = documentState({ store: documents, random, now: () => 0 });
    await there.experiments.create(ref, newExperiment(ref, now), change("created"));
    await here.experiments.get(ref);
    reads = 0;
    return { here: here.experiments, there: there.experiments, state: there, reads: () => reads };
  }
  const deleting = (found: ExperimentDocument) =>
    found.provisioningState === "deleting" ? found : marked(found, later);
  const dated = (creationTime: string) => (found: ExperimentDocument) => ({ ...found, creationTime });

  it("of what was read or written last does not read it again", async () => {
    const { here, there, reads } = await processes();
    await here.update(ref, deleting);
    await here.update(ref, dated("1"));
    await here.update(ref, dated("2"));
    expect(reads()).toBe(0);
    expect(await there.get(ref)).toMatchObject({ provisioningState: "deleting", creationTime: "2" });
  });

  it("does not undo what somebody else wrote meanwhile", async () => {
    const { here, there, state } = await processes();
    await there.update(ref, deleting);
    await here.update(ref, dated("1"), () => ({ ...change("dated"), time: later.toISOString() }));
    expect(await there.get(ref)).toMatchObject({ provisioningState: "deleting", creationTime: "1" });
    const { items } = await state.listChanges(ref, { size: 100 });
    expect(items.map(({ to, cause }) => to ?? cause)).toEqual(["succeeded", "deleting", "dated"]);
  });

  it("that changes nothing, or is refused, says so of what is stored and not of what was seen", async () => {
    const { here, there, reads } = await processes();
    await there.update(ref, dated("1"));
    const same = await here.update(ref, (found) => found);
    expect([same?.creationTime, reads()]).toEqual(["1", 1]);
    await there.update(ref, dated("2"));
    const onlyTheSecond = (found: ExperimentDocument) => {
      if (found.creationTime !== "2") throw new Error("not this one");
      return deleting(found);
    };
    await here.update(ref, onlyTheSecond);
    expect(await there.get(ref)).toMatchObject({ provisioningState: "deleting", creationTime: "2" });
  });

  it("makes what was seen what it wrote, and a read makes it what is stored", async () => {
    const { here, there } = await processes();
    await here.update(ref, dated("1"));
    expect(here.seen(ref)).toMatchObject({ creationTime: "1" });
    await there.update(ref, dated("2"));
    expect(here.seen(ref)).toMatchObject({ creationTime: "1" });
    expect(await here.get(ref)).toMatchObject({ creationTime: "2" });
    expect(here.seen(ref)).toMatchObject({ creationTime: "2" });
  });

  it("follows a creation without a read", async () => {
    const { here, reads } = await processes();
    const other = { ...ref, experiment: "other" };
    await here.create(other, newExperiment(other, now), change("created"));
    expect(here.seen(other)).toEqual(newExperiment(other, now));
    await here.update(other, dated("1"));
    expect(reads()).toBe(0);
  });

  it("of what was removed and made again meanwhile changes the new one", async () => {
    const { here, there } = await processes();
    await there.remove(ref, () => true, change("deleted"));
    expect(await here.update(ref, deleting)).toBeUndefined();
    await here.create(ref, { ...newExperiment(ref, now), creationTime: "2" }, change("created"));
    await here.update(ref, deleting);
    expect(await there.get(ref)).toMatchObject({ provisioningState: "deleting", creationTime: "2" });
  });
});

describe("the creation of a document", () => {
  it("whose answer got lost is one, though its second try finds the document there", async () => {
    const documents = memoryDocuments();
    let loses = true;
    const store: DocumentStore = {
      ...documents,
      async commit(partition, writes) {
        const etags = await documents.commit(partition, writes);
        if (!loses) return etags;
        loses = false;
        return documents.commit(partition, writes);
      },
    };
    const { experiments } = documentState({ store, random: seededRandom(1), now: () => 0 });
    const made = await experiments.create(ref, newExperiment(ref, now), change("created"));
    expect(made).toEqual({ created: true, document: newExperiment(ref, now) });
    const other = await experiments.create(ref, newExperiment(ref, later), change("created"));
    expect(other).toEqual({ created: false, document: newExperiment(ref, now) });
  });
});
