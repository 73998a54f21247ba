import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Journal } from "../../../../local/batch-emulator/store/journal.ts";
import { openLibsqlJournal } from "../../../../local/batch-emulator/store/libsql-journal.ts";
import { secretsApart } from "../../../../local/batch-emulator/store/secrets-apart.ts";

let folder: string;
let journal: Journal;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "batch-apart-"));
  journal = open();
});
afterEach(() => {
  journal.close();
  rmSync(folder, { recursive: true, force: true });
});

const apart = () => join(folder, "write-only");
const open = () => secretsApart(openLibsqlJournal(join(folder, "batch.db")), apart());
function reopen(): void {
  journal.close();
  journal = open();
}
const pool = (password: string) =>
  JSON.stringify({ id: "p", spec: { userAccounts: [{ name: "a", password }] } });
const put = (row: number, spec: string) => journal.apply([{ row, kind: "pool", spec, state: "{}" }], []);
const specs = () => [...journal.load()].map(({ spec }) => spec);
const inDatabase = (text: string) =>
  readdirSync(folder)
    .filter((name) => name.startsWith("batch.db"))
    .some((name) => readFileSync(join(folder, name)).includes(text));

test("what has a password or a key comes back as it was, and is in no file of the database", () => {
  const plain = JSON.stringify({
    id: "q",
    environmentSettings: [{ name: "password", value: "seen by all" }],
  });
  put(1, pool("c4nary-one"));
  put(2, plain);
  journal.apply([{ row: 1, kind: "pool", spec: undefined, state: '{"a":1}' }], []);
  expect(specs()).toEqual([pool("c4nary-one"), plain]);
  reopen();
  expect(specs()).toEqual([pool("c4nary-one"), plain]);
  expect(inDatabase("c4nary")).toBe(false);
  expect(inDatabase("seen by all")).toBe(true);
  const files = readdirSync(apart());
  expect(files).toHaveLength(1);
  expect(statSync(join(apart(), files[0] ?? "")).mode & 0o777).toBe(0o600);
});

test("its file goes with its row, and with a version that has none any more", () => {
  put(1, pool("c4nary-one"));
  put(1, pool("c4nary-two"));
  expect(specs()).toEqual([pool("c4nary-two")]);
  expect(readdirSync(apart())).toHaveLength(1);
  put(1, '{"id":"p"}');
  expect(readdirSync(apart())).toEqual([]);
  put(1, pool("c4nary-three"));
  journal.apply([], [1]);
  expect(readdirSync(apart())).toEqual([]);
  expect(specs()).toEqual([]);
});

test("after a kill the row decides which file counts, and what no row knows is removed", () => {
  put(1, pool("c4nary-one"));
  writeFileSync(join(apart(), "1-2"), pool("written, but its row was not"));
  writeFileSync(join(apart(), "9-1"), pool("of a row that is gone"));
  writeFileSync(join(apart(), "1-3.new"), "half a te");
  reopen();
  expect(specs()).toEqual([pool("c4nary-one")]);
  expect(readdirSync(apart())).toEqual(["1-1"]);
});

test("a file that is missing is named, with what to do", () => {
  put(1, pool("c4nary-one"));
  rmSync(join(apart(), "1-1"));
  expect(existsSync(join(folder, "batch.db"))).toBe(true);
  reopen();
  expect(() => specs()).toThrow(
    /write-only\/1-1 cannot be read; put it back, or start with a fresh data folder/,
  );
});
