// A disk that fills up, as a small file system in memory: needs the right to mount one.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { TableClient } from "@azure/data-tables";
import { expect, it } from "vitest";
import { silentLogger } from "../../../local/logger.ts";
import { startAzurite } from "../../../local/storage/index.ts";
import {
  mayMountSmallDisks,
  mountSmallDisk,
  remountSmallDisk,
  unmountSmallDisk,
} from "../../support/small-disk.ts";

const childFile = fileURLToPath(new URL("../../../dist/local/azurite.mjs", import.meta.url));
const account = { name: "fulldisk", key: Buffer.alloc(64, 7).toString("base64") };

it.skipIf(!mayMountSmallDisks())(
  "a full disk ends the storage with a sentence that names the folder, and what was acknowledged is kept",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "full-disk-"));
    mountSmallDisk(folder, "size=6m,mode=700");
    const start = () => startAzurite({ dataDirectory: folder, account, logger: silentLogger, childFile });
    const tableOf = (connection: string) =>
      TableClient.fromConnectionString(connection, "rows", {
        allowInsecureConnection: true,
        retryOptions: { maxRetries: 0 },
      });
    try {
      const first = await start();
      const table = tableOf(first.connectionString);
      await table.createTable();
      const text = "x".repeat(30_000);
      let acknowledged = 0;
      try {
        for (; acknowledged < 1_000; acknowledged += 1)
          await table.createEntity({ partitionKey: "p", rowKey: String(acknowledged), text });
      } catch {
        // the row that found no room
      }
      expect(acknowledged).toBeGreaterThan(10);
      expect((await first.exited)?.message).toMatch(
        new RegExp(`${folder} cannot be written: .*ENOSPC.*Everything that was acknowledged is kept`),
      );
      remountSmallDisk(folder, "size=64m");
      const second = await start();
      const found: string[] = [];
      const rows = tableOf(second.connectionString).listEntities({ queryOptions: { select: ["RowKey"] } });
      for await (const { rowKey } of rows) found.push(rowKey ?? "");
      expect(found.length).toBe(acknowledged);
      await second.dispose();
    } finally {
      unmountSmallDisk(folder);
      await rm(folder, { recursive: true, force: true });
    }
  },
);
