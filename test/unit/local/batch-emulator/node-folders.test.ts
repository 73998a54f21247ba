// A node's folder goes with its node, whatever happens at the same time.
// Starts nothing: the executor is a fake.
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { deletePool } from "../../../../local/batch-emulator/service/pools/pool-control.ts";
import { noDisk, realDisk } from "../../../../local/batch-emulator/service/ports/node-disk.ts";
import type { NodeDisk } from "../../../../local/batch-emulator/service/ports/node-disk.ts";
import { addPool } from "../../../../local/batch-emulator/service/pools/pool-commands.ts";
import { keptJournal } from "../../../support/batch/restartable-service.ts";
import { machine, serviceBench, settle } from "../../../support/batch/service-bench.ts";

/** Folders by name; making and removing wait until they are let through. */
function slowDisk() {
  const folders = new Set<string>();
  const waiting: (() => void)[] = [];
  const disk: NodeDisk = {
    ...noDisk(),
    async prepareNode(root) {
      await new Promise<void>((resolve) => waiting.push(resolve));
      folders.add(root);
    },
    async remove(path) {
      await new Promise<void>((resolve) => waiting.push(resolve));
      folders.delete(path);
    },
    keepOnly(_directory, roots) {
      for (const path of folders) if (!roots.has(path)) folders.delete(path);
      return Promise.resolve();
    },
  };
  return { disk, folders, waiting };
}

const pool = { id: "p", ...machine, targetDedicatedNodes: 1 };

test("a pool that is deleted while its node boots leaves no folder", async () => {
  const { disk, folders, waiting } = slowDisk();
  const of = serviceBench({ disk });
  const added = addPool(of.account, pool);
  await settle(of);
  expect(waiting, "the folder is being made").toHaveLength(1);
  deletePool(of.account, added);
  await settle(of);
  while (waiting.length > 0) {
    waiting.pop()?.();
    await settle(of);
  }
  expect([...of.account.pools]).toEqual([]);
  expect([...folders]).toEqual([]);
  expect(of.errors).toEqual([]);
});

test("a node whose removal a crash cut short has no folder after the restart", async () => {
  const { disk, folders, waiting } = slowDisk();
  const journal = keptJournal().journalFor({ alive: true });
  const first = serviceBench({ disk, journal });
  const added = addPool(first.account, pool);
  const kept = addPool(first.account, { ...pool, id: "kept" });
  await settle(first);
  waiting.splice(0).forEach((go) => go());
  await settle(first);
  expect(folders.size).toBe(2);
  deletePool(first.account, added);
  await settle(first);
  expect(folders.size, "the folder is about to go").toBe(2);
  await first.account.commit();
  first.account.closed = true;

  const second = serviceBench({ disk, journal, clock: first.clock, executor: first.executor });
  await second.service.recover();
  await settle(second);
  expect([...second.account.pools].map(({ id }) => id)).toEqual(["kept"]);
  expect([...folders]).toEqual([...kept.nodes].map(({ root }) => root));
});

test("on the real disk, what belongs to no node goes, folders that nobody may enter included", async () => {
  const directory = await mkdtemp(join(tmpdir(), "node-folders-"));
  try {
    const closed = join(directory, "2", "workitems", "closed");
    for (const path of [join(directory, "1"), closed]) await mkdir(path, { recursive: true });
    await writeFile(join(closed, "file"), "");
    await chmod(closed, 0o000);
    await realDisk().keepOnly(directory, new Set([join(directory, "1")]));
    expect(await readdir(directory)).toEqual(["1"]);
    await expect(realDisk().keepOnly(join(directory, "absent"), new Set())).resolves.toBeUndefined();
  } finally {
    await rm(directory, { recursive: true });
  }
});
