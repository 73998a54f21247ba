import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createJournalFile, readJournalFile } from "../../../../local/storage/journal-file.ts";
import type { JournalFile } from "../../../../local/storage/journal-file.ts";
import { openJournal } from "../../../../local/storage/journal.ts";
import type { JournaledDatabase, JournalOptions } from "../../../../local/storage/journal.ts";

/** A disk of which the test says when a write is done, or that it failed. */
function slowDisk() {
  const writes: { entry: object; done: () => void; fail: (error: Error) => void }[] = [];
  const createFile = async (_folder: string, number: number): Promise<JournalFile> => {
    let bytes = 0;
    return {
      number,
      get bytes() {
        return bytes;
      },
      append: (entry) =>
        new Promise((resolve, fail) =>
          writes.push({
            entry,
            fail,
            done: () => {
              bytes += 100;
              resolve();
            },
          }),
        ),
      close: async () => {},
    };
  };
  return { writes, createFile };
}

function database(name = "tables") {
  let changes: string[] = [];
  const saved: string[][] = [];
  const all: string[] = [];
  return {
    saved,
    change(what: string) {
      changes.push(what);
      all.push(what);
    },
    journaled: {
      name,
      get hasChanged() {
        return changes.length > 0;
      },
      take: () => changes.splice(0).map((what) => ({ kind: "drop" as const, in: what })),
      save: async () => {
        changes = [];
        saved.push([...all]);
        return 1;
      },
    } satisfies JournaledDatabase,
  };
}

let folder: string;
let failures: Error[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "journal-"));
  failures = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (databases: readonly JournaledDatabase[], more: Partial<JournalOptions> = {}) =>
  openJournal({
    folder,
    databases,
    number: 1,
    older: [],
    onFailure: (error) => failures.push(error),
    onComplaint: (error) => failures.push(error),
    ...more,
  });
const settled = () => new Promise((resolve) => setImmediate(resolve));
const names = (entry: object | undefined) =>
  Object.values((entry ?? {}) as Record<string, { in: string }[]>).flatMap((changes) =>
    changes.map((change) => change.in),
  );

describe("the journal", () => {
  it("has nothing to wait for when nothing changed", async () => {
    const journal = await open([database().journaled]);
    expect(journal.commit()).toBeUndefined();
    await journal.close();
  });

  it("writes all that came while the disk was slow in one go, and resolves nothing before it is on disk", async () => {
    const disk = slowDisk();
    const tables = database();
    const journal = await open([tables.journaled], { createFile: disk.createFile });
    const done: string[] = [];
    const change = (what: string) => {
      tables.change(what);
      void journal.commit()?.then(() => done.push(what));
    };
    change("a");
    change("b");
    change("c");
    const reader = journal.commit();
    await settled();
    expect(disk.writes.map(({ entry }) => names(entry))).toEqual([["a"]]);
    disk.writes[0]?.done();
    await settled();
    expect(done).toEqual(["a"]);
    expect(disk.writes.slice(1).map(({ entry }) => names(entry))).toEqual([["b", "c"]]);
    disk.writes[1]?.done();
    await reader;
    expect(done).toEqual(["a", "b", "c"]);
  });

  it("lets a reader wait for what is being written", async () => {
    const disk = slowDisk();
    const tables = database();
    const journal = await open([tables.journaled], { createFile: disk.createFile });
    tables.change("a");
    void journal.commit();
    await settled();
    let read = false;
    const waiting = journal.commit()?.then(() => (read = true));
    await settled();
    expect(read).toBe(false);
    disk.writes[0]?.done();
    await waiting;
    expect(read).toBe(true);
  });

  it("writes nothing of a transaction before its end", async () => {
    const disk = slowDisk();
    const tables = database();
    const journal = await open([tables.journaled], { createFile: disk.createFile });
    journal.hold();
    tables.change("first half");
    void journal.commit();
    await settled();
    expect(disk.writes).toHaveLength(0);
    tables.change("second half");
    journal.release();
    await settled();
    expect(disk.writes.map(({ entry }) => names(entry))).toEqual([["first half", "second half"]]);
  });

  it("refuses everything from the first failure on, and tells of it once", async () => {
    const disk = slowDisk();
    const tables = database();
    const journal = await open([tables.journaled], { createFile: disk.createFile });
    tables.change("a");
    const first = journal.commit();
    await settled();
    tables.change("b");
    const second = journal.commit();
    disk.writes[0]?.fail(new Error("ENOSPC"));
    await expect(first).rejects.toThrow("ENOSPC");
    await expect(second).rejects.toThrow("ENOSPC");
    await expect(journal.commit()).rejects.toThrow("ENOSPC");
    await expect(journal.close()).rejects.toThrow("ENOSPC");
    expect(failures.map(({ message }) => message)).toEqual(["ENOSPC"]);
  });

  it("begins anew when it has grown, after the databases were saved whole", async () => {
    const tables = database();
    const journal = await open([tables.journaled], { leastBytes: 150 });
    for (let change = 0; change < 12; change += 1) {
      tables.change(`change ${change}`);
      await journal.commit();
    }
    tables.change("last");
    await journal.close();
    expect(tables.saved.length).toBeGreaterThan(2);
    expect(tables.saved.at(-1)).toContain("last");
    expect(await readdir(folder)).toEqual([]);
    expect(failures).toEqual([]);
  });

  it("keeps its files when the databases cannot be saved, and goes on", async () => {
    const tables = database();
    const broken = { ...tables.journaled, save: () => Promise.reject(new Error("no room")) };
    Object.defineProperty(broken, "hasChanged", { get: () => tables.journaled.hasChanged });
    const journal = await open([broken], { leastBytes: 60 });
    for (let change = 0; change < 4; change += 1) {
      tables.change(`change ${change}`);
      await journal.commit();
    }
    await settled();
    expect(failures.map(({ message }) => message)).toContain("no room");
    await expect(journal.close()).rejects.toThrow("no room");
    const numbers = (await readdir(folder)).map((file) => Number(/\d+/.exec(file)?.[0]));
    const entries = await Promise.all(numbers.sort().map((number) => readJournalFile(folder, number)));
    expect(entries.flat().flatMap(names)).toEqual(["change 0", "change 1", "change 2", "change 3"]);
  });
});

describe("a file of the journal", () => {
  const path = () => join(folder, "journal-00000001.log");
  const write = async (...entries: object[]) => {
    const file = await createJournalFile(folder, 1);
    for (const entry of entries) await file.append(entry);
    await file.close();
    return async (edit: (content: Buffer) => Buffer) => writeFile(path(), edit(await readFile(path())));
  };

  it("gives back its entries, without the one that was cut off at any byte", async () => {
    const edit = await write({ a: "ä\n" }, { b: 2 });
    const second = Buffer.byteLength(`12345678 {"b":2}\n`);
    for (let cut = 1; cut <= second; cut += 1) {
      await edit((content) => content.subarray(0, content.length - 1));
      expect(await readJournalFile(folder, 1), `${cut} bytes less`).toEqual([{ a: "ä\n" }]);
    }
  });

  it("is refused, with what to do, when it is damaged before its end", async () => {
    const edit = await write({ a: 1 }, { b: 2 });
    await edit((content) => {
      content[12] = 65;
      return content;
    });
    await expect(readJournalFile(folder, 1)).rejects.toThrow(/damaged in its middle.*--fresh/s);
  });
});
