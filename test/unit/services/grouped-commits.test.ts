import { describe, expect, it } from "vitest";
import { AppError } from "../../../domain/shared/errors.ts";
import { groupedCommits } from "../../../services/documents/grouped-commits.ts";
import { sharedReads } from "../../../services/documents/shared-reads.ts";
import type { DocumentStore, DocumentWrite } from "../../../services/documents.ts";
import { memoryDocuments } from "../../support/app/memory-documents.ts";

/** A store whose calls wait until they are let go, and that tells how many writes each commit had. */
function heldStore() {
  const documents = memoryDocuments();
  const sizes: number[] = [];
  let reads = 0;
  let gate = Promise.resolve();
  let open: () => void = () => undefined;
  const store: DocumentStore = {
    ...documents,
    async get(key) {
      reads += 1;
      await gate;
      return documents.get(key);
    },
    async commit(partition, writes) {
      sizes.push(writes.length);
      await gate;
      return documents.commit(partition, writes);
    },
  };
  return {
    store,
    documents,
    sizes,
    reads: () => reads,
    hold: () => void (gate = new Promise((resolve) => (open = resolve))),
    letGo: () => open(),
  };
}

const put = (row: string, value: unknown = {}): DocumentWrite => ({ kind: "put", row, value });
const insert = (row: string, value: unknown = {}): DocumentWrite => ({ kind: "insert", row, value });

describe("commits that wait together", () => {
  it("become one transaction, and each is told the etags of its rows", async () => {
    const { store, sizes, hold, letGo, documents } = heldStore();
    const grouped = groupedCommits(store);
    hold();
    const answers = Array.from({ length: 12 }, (_, index) => grouped.commit("p", [put(`r${index}`)]));
    letGo();
    for (const [index, answer] of (await Promise.all(answers)).entries()) {
      const stored = await documents.get({ partition: "p", row: `r${index}` });
      expect(answer === "conflict" ? answer : answer.get(`r${index}`)).toBe(stored?.etag);
    }
    expect(sizes).toEqual([1, 1, 10]);
  });

  it("are what they were where nobody else waits", async () => {
    const { store, sizes } = heldStore();
    const grouped = groupedCommits(store);
    for (const row of ["a", "b", "c"]) await grouped.commit("p", [put(row)]);
    expect(sizes).toEqual([1, 1, 1]);
  });

  it("fail alone: a conflict of one does not touch the others", async () => {
    const { store, documents, hold, letGo } = heldStore();
    await documents.commit("p", [insert("taken", { mine: false })]);
    const grouped = groupedCommits(store);
    hold();
    const asked = ["x", "y", "a", "taken", "b"].map((row) =>
      grouped.commit("p", [insert(row), put(`${row}-2`)]),
    );
    letGo();
    const answers = await Promise.all(asked);
    expect(answers.map((answer) => answer === "conflict")).toEqual([false, false, false, true, false]);
    expect((await documents.get({ partition: "p", row: "taken" }))?.value).toEqual({ mine: false });
    expect(await documents.get({ partition: "p", row: "taken-2" }), "whole or not at all").toBeUndefined();
    expect(await documents.get({ partition: "p", row: "b-2" })).toBeDefined();
  });

  it("never name a row twice in a transaction, hold at most 100 writes, and keep partitions apart", async () => {
    const { store, sizes, documents, hold, letGo } = heldStore();
    const grouped = groupedCommits(store);
    hold();
    const same = [1, 2, 3, 4].map((value) => grouped.commit("p", [put("row", value)]));
    const many = Array.from({ length: 252 }, (_, index) => grouped.commit("q", [put(`r${index}`)]));
    letGo();
    await Promise.all([...same, ...many]);
    expect((await documents.get({ partition: "p", row: "row" }))?.value, "in the order asked").toBe(4);
    expect(Math.max(...sizes)).toBe(100);
    // Of a row that two of them put while others were under way, one write is left.
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(255);
  });

  it("share a row that each of them puts, beside what is its own: the last one's is left, and all are told its etag", async () => {
    const { store, sizes, documents, hold, letGo } = heldStore();
    const grouped = groupedCommits(store);
    hold();
    const asked = Array.from({ length: 60 }, (_, index) =>
      grouped.commit("p", [insert(`r${index}`), put("shared", index)]),
    );
    letGo();
    const answers = await Promise.all(asked);
    const shared = await documents.get({ partition: "p", row: "shared" });
    expect(shared?.value).toBe(59);
    expect(sizes).toEqual([2, 2, 59]);
    for (const [index, answer] of answers.entries())
      if (index >= 2) expect(answer === "conflict" ? answer : answer.get("shared")).toBe(shared?.etag);
  });

  it("replace no row that another one of them puts", async () => {
    const { store, sizes, documents, hold, letGo } = heldStore();
    await documents.commit("p", [insert("row", 0)]);
    const etag = (await documents.get({ partition: "p", row: "row" }))?.etag ?? "";
    const grouped = groupedCommits(store);
    hold();
    const first = ["a", "b"].map((row) => grouped.commit("p", [insert(row)]));
    const replaced = grouped.commit("p", [{ kind: "replace", row: "row", value: 1, etag }]);
    const thenPut = grouped.commit("p", [put("row", 2)]);
    letGo();
    await Promise.all([...first, replaced, thenPut]);
    expect(await replaced).not.toBe("conflict");
    expect((await documents.get({ partition: "p", row: "row" }))?.value).toBe(2);
    expect(sizes).toEqual([1, 1, 1, 1]);
  });

  it("are made one by one when they are too large together", async () => {
    const { store, hold, letGo } = heldStore();
    const small: DocumentStore = {
      ...store,
      commit: async (partition, writes) => {
        if (writes.length > 3) throw new AppError("RequestBodyTooLarge", "too large");
        return store.commit(partition, writes);
      },
    };
    const grouped = groupedCommits(small);
    hold();
    const asked = Array.from({ length: 8 }, (_, index) => grouped.commit("p", [put(`r${index}`)]));
    letGo();
    expect((await Promise.all(asked)).includes("conflict")).toBe(false);
  });

  it("are all told when the store cannot be reached, and the next ones are tried again", async () => {
    let down = true;
    const documents = memoryDocuments();
    const grouped = groupedCommits({
      ...documents,
      commit: async (partition, writes) => {
        if (down) throw new Error("unreachable");
        return documents.commit(partition, writes);
      },
    });
    const asked = Array.from({ length: 5 }, (_, index) => grouped.commit("p", [put(`r${index}`)]));
    const answers = await Promise.allSettled(asked);
    expect(answers.map(({ status }) => status)).toEqual(Array<string>(5).fill("rejected"));
    down = false;
    expect(await grouped.commit("p", [put("r")])).not.toBe("conflict");
  });
});

describe("reads of one row that wait together", () => {
  it("are one, which begins after all of them were asked for", async () => {
    const { store, documents, reads, hold, letGo } = heldStore();
    const shared = sharedReads(store);
    const key = { partition: "p", row: "r" };
    await documents.commit("p", [put("r", 1)]);
    hold();
    const first = shared.get(key);
    await documents.commit("p", [put("r", 2)]);
    const others = [shared.get(key), shared.get(key), shared.get(key)];
    expect(reads()).toBe(1);
    letGo();
    await first;
    for (const found of await Promise.all(others)) expect(found?.value).toBe(2);
    expect(reads()).toBe(2);
    await shared.get(key);
    expect(reads(), "a later one reads anew").toBe(3);
  });

  it("fail only those that waited for the failed one", async () => {
    let down = true;
    const documents = memoryDocuments();
    const shared = sharedReads({
      ...documents,
      get: async (key) => {
        if (down) {
          down = false;
          throw new Error("unreachable");
        }
        return documents.get(key);
      },
    });
    const key = { partition: "p", row: "r" };
    const [first, second] = await Promise.allSettled([shared.get(key), shared.get(key)]);
    expect([first?.status, second?.status]).toEqual(["rejected", "fulfilled"]);
  });
});
