// What every DocumentStore must do; run on each implementation.
import { describe, expect, it } from "vitest";
import type { DocumentStore, DocumentWrite } from "../../../services/documents.ts";

export function documentStoreSuite(name: string, open: () => Promise<DocumentStore> | DocumentStore): void {
  let partitions = 0;
  const fresh = async () => ({ store: await open(), partition: `p|${name}|${(partitions += 1)}` });
  const insert = (row: string, value: unknown = { row }): DocumentWrite => ({ kind: "insert", row, value });

  describe(`a document store (${name})`, () => {
    it("answers undefined for what is not there, and an empty page", async () => {
      const { store, partition } = await fresh();
      expect(await store.get({ partition, row: "a" })).toBeUndefined();
      expect((await store.page({ partition, prefix: "a|", size: 10 })).documents).toEqual([]);
    });

    it("keeps documents as they were, whatever their size and characters", async () => {
      const { store, partition } = await fresh();
      const value = { text: "ü€🙂'\"\\\n\u0000".repeat(12_000), none: null, list: [1, 2.5, true, {}] };
      expect(await store.commit(partition, [insert("a", value)])).not.toBe("conflict");
      expect((await store.get({ partition, row: "a" }))?.value).toEqual(value);
    });

    it("inserts once", async () => {
      const { store, partition } = await fresh();
      expect(await store.commit(partition, [insert("a", 1)])).not.toBe("conflict");
      expect(await store.commit(partition, [insert("a", 2)])).toBe("conflict");
      expect((await store.get({ partition, row: "a" }))?.value).toBe(1);
    });

    it("replaces only what is still as it was read", async () => {
      const { store, partition } = await fresh();
      await store.commit(partition, [insert("a", 1)]);
      const read = await store.get({ partition, row: "a" });
      const etag = read?.etag ?? "";
      expect(await store.commit(partition, [{ kind: "replace", row: "a", value: 2, etag }])).not.toBe(
        "conflict",
      );
      expect(await store.commit(partition, [{ kind: "replace", row: "a", value: 3, etag }])).toBe("conflict");
      expect(await store.commit(partition, [{ kind: "replace", row: "b", value: 3, etag }])).toBe("conflict");
      expect((await store.get({ partition, row: "a" }))?.value).toBe(2);
    });

    it("puts over what is there", async () => {
      const { store, partition } = await fresh();
      for (const value of [1, 2]) await store.commit(partition, [{ kind: "put", row: "a", value }]);
      expect((await store.get({ partition, row: "a" }))?.value).toBe(2);
    });

    it("removes rows within a commit, if all of them are there", async () => {
      const { store, partition } = await fresh();
      await store.commit(partition, [insert("a"), insert("b")]);
      const gone: DocumentWrite = { kind: "remove", row: "a" };
      expect(await store.commit(partition, [gone, insert("c")])).not.toBe("conflict");
      expect(await store.get({ partition, row: "a" })).toBeUndefined();
      expect(await store.commit(partition, [gone, insert("d")])).toBe("conflict");
      expect(await store.get({ partition, row: "d" })).toBeUndefined();
      expect(await store.commit(partition, [{ kind: "remove", row: "b" }])).not.toBe("conflict");
      expect(await store.commit(partition, [{ kind: "remove", row: "b" }])).toBe("conflict");
    });

    it("writes all of a commit or nothing", async () => {
      const { store, partition } = await fresh();
      await store.commit(partition, [insert("a", 1)]);
      const etag = (await store.get({ partition, row: "a" }))?.etag ?? "";
      expect(await store.commit(partition, [insert("b"), insert("a", 2)])).toBe("conflict");
      expect(await store.get({ partition, row: "b" })).toBeUndefined();
      const stale: DocumentWrite = { kind: "replace", row: "a", value: 2, etag };
      expect(await store.commit(partition, [stale, insert("c")])).not.toBe("conflict");
      expect(await store.commit(partition, [stale, insert("d")])).toBe("conflict");
      expect(await store.get({ partition, row: "d" })).toBeUndefined();
      expect(
        await store.commit(partition, [{ kind: "replace", row: "x", value: 2, etag }, insert("e")]),
      ).toBe("conflict");
      expect(await store.get({ partition, row: "e" })).toBeUndefined();
    });

    it("answers with the etags with which what was written can be replaced", async () => {
      const { store, partition } = await fresh();
      const etagOf = async (row: string, ...writes: DocumentWrite[]) => {
        const written = await store.commit(partition, writes);
        return written === "conflict" ? "" : (written.get(row) ?? "");
      };
      const replace = (row: string, etag: string): DocumentWrite => ({
        kind: "replace",
        row,
        value: 2,
        etag,
      });
      const alone = await etagOf("a", insert("a"));
      const together = await etagOf("b", insert("c"), insert("b"));
      const put = await etagOf("d", { kind: "put", row: "d", value: 1 });
      const again = await etagOf("a", replace("a", alone));
      const all = [replace("a", again), replace("b", together), replace("d", put)];
      const gone: DocumentWrite = { kind: "remove", row: "c" };
      const written = await store.commit(partition, [gone, ...all]);
      expect(written === "conflict" ? [] : [...written.keys()].toSorted()).toEqual(["a", "b", "d"]);
      expect(await store.commit(partition, [replace("a", again)])).toBe("conflict");
    });

    it("removes only what is still as it was read", async () => {
      const { store, partition } = await fresh();
      await store.commit(partition, [insert("a", 1)]);
      const etag = (await store.get({ partition, row: "a" }))?.etag ?? "";
      await store.commit(partition, [{ kind: "put", row: "a", value: 2 }]);
      expect(await store.remove({ partition, row: "a" }, etag)).toBe("conflict");
      expect(await store.remove({ partition, row: "a" }, "*")).toBe("removed");
      expect(await store.remove({ partition, row: "a" }, "*")).toBe("conflict");
    });

    it("pages through a prefix in order, nothing twice and nothing else", async () => {
      const { store, partition } = await fresh();
      const rows = ["k|a", "k|b", "k|c", "k|d", "k|e"];
      await store.commit(
        partition,
        [...rows.toReversed(), "j|x", "l|x", "k"].map((row) => insert(row)),
      );
      const seen: string[] = [];
      let continuation: string | undefined;
      do {
        const page = await store.page({ partition, prefix: "k|", size: 2, continuation });
        expect(page.documents.length).toBeLessThanOrEqual(2);
        seen.push(...page.documents.map(({ row }) => row));
        continuation = page.continuation;
      } while (continuation !== undefined);
      expect(seen).toEqual(rows);
    });

    it("pages within bounds, and refuses a token of another list", async () => {
      const { store, partition } = await fresh();
      await store.commit(
        partition,
        ["k|a", "k|b", "k|c", "k|d", "k|e"].map((row) => insert(row)),
      );
      const range = { partition, prefix: "k|", from: "k|b", before: "k|e", size: 2 };
      const first = await store.page(range);
      const second = await store.page({ ...range, continuation: first.continuation });
      expect(second.continuation).toBeUndefined();
      const rows = [...first.documents, ...second.documents].map(({ row }) => row);
      expect(rows).toEqual(["k|b", "k|c", "k|d"]);
      for (const continuation of ["j|a", "k", "\u0000", "k|\n"])
        await expect(store.page({ ...range, continuation })).rejects.toMatchObject({
          code: "InvalidQueryParameter",
        });
    });

    it("names the partitions that hold something, in order", async () => {
      const { store, partition } = await fresh();
      for (const name of ["|b", "", "|a", "|empty", "x"])
        await store.commit(`${partition}${name}`, [insert("r")]);
      await store.remove({ partition: `${partition}|empty`, row: "r" }, "*");
      expect(await store.partitions(`${partition}|`)).toEqual([`${partition}|a`, `${partition}|b`]);
      expect(await store.partitions(`${partition}|none`)).toEqual([]);
    });

    it("lets one of many writers win each round", async () => {
      const { store, partition } = await fresh();
      await store.commit(partition, [insert("a", 0)]);
      const add = async (): Promise<void> => {
        for (;;) {
          const read = await store.get({ partition, row: "a" });
          const write: DocumentWrite = {
            kind: "replace",
            row: "a",
            value: Number(read?.value) + 1,
            etag: read?.etag ?? "",
          };
          if ((await store.commit(partition, [write])) !== "conflict") return;
        }
      };
      await Promise.all(Array.from({ length: 8 }, add));
      expect((await store.get({ partition, row: "a" }))?.value).toBe(8);
    });
  });
}
