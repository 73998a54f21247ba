import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import type { Change, StoredRow } from "../../../../local/batch-emulator/store/journal.ts";
import { openLibsqlJournal } from "../../../../local/batch-emulator/store/libsql-journal.ts";

const folder = mkdtempSync(join(tmpdir(), "batch-journal-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const row = fc.integer({ min: 1, max: 30 });
const state = fc.oneof(fc.constantFrom('{"a":1}', "{}", '{"ü":"\'"}'), fc.string());
/** A row that is known already may be given its state alone. */
const wanted = fc.record({ row, state, stateAlone: fc.boolean() });
const transaction = fc.record({
  wanted: fc.array(wanted, { maxLength: 12 }),
  removed: fc.array(row, { maxLength: 3 }),
});

let files = 0;

test("what was applied is what is loaded, whatever goes together, also after it was opened anew", () => {
  fc.assert(
    fc.property(fc.array(transaction, { maxLength: 12 }), (transactions) => {
      const file = join(folder, `${(files += 1)}.db`);
      let journal = openLibsqlJournal(file);
      const expected = new Map<number, StoredRow>();
      for (const { wanted, removed } of transactions) {
        // As the emulator gives them: each row once, and never one that is removed with the same transaction.
        const changes = new Map<number, Change>();
        for (const { row, state, stateAlone } of wanted) {
          if (removed.includes(row)) continue;
          const spec = stateAlone && expected.has(row) ? undefined : `spec of ${state}`;
          changes.set(row, { row, kind: "task", spec, state });
        }
        journal.apply(changes.values(), removed);
        for (const { row, kind, spec, state } of changes.values())
          expected.set(row, { row, kind, spec: spec ?? expected.get(row)?.spec ?? "", state });
        for (const row of removed) expected.delete(row);
      }
      const inOrder = [...expected.values()].sort((a, b) => a.row - b.row);
      expect([...journal.load()]).toEqual(inOrder);
      journal.close();
      journal = openLibsqlJournal(file);
      expect([...journal.load()]).toEqual(inOrder);
      journal.close();
    }),
    { numRuns: 60 },
  );
});
