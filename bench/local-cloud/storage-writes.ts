// What it costs that the local storage acknowledges only what is on disk: rows written by one client and by thirty, beside
// a table of 20,000 rows; time and processor time per write. Run: npm run bench -- storage-writes [--child FILE], FILE
// being the `azurite.mjs` of another build.
import { readFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { TableClient } from "@azure/data-tables";
import { silentLogger } from "../../local/logger.ts";
import { startAzurite } from "../../local/storage/index.ts";
import { report } from "../durable/support/measure.ts";

const built = fileURLToPath(new URL("../../local/azurite.mjs", import.meta.url));
const argument = process.argv.indexOf("--child");
const childFile = argument === -1 ? built : (process.argv[argument + 1] ?? built);
const account = { name: "bench", key: Buffer.alloc(64, 7).toString("base64") };
const rows = 20_000;
const writes = 2_000;
const text = "x".repeat(1_000);

const folder = await mkdtemp(join(tmpdir(), "bench-storage-"));
const azurite = await startAzurite({ dataDirectory: folder, account, logger: silentLogger, childFile });
try {
  const table = TableClient.fromConnectionString(azurite.connectionString, "rows", {
    allowInsecureConnection: true,
  });
  await table.createTable();
  for (let from = 0; from < rows; from += 100)
    await table.submitTransaction(
      Array.from({ length: 100 }, (_, index) => [
        "create",
        { partitionKey: "p", rowKey: String(from + index), text },
      ]),
    );
  for (const lanes of [1, 30]) {
    const usedBefore = await processorMs(azurite.pid);
    const began = performance.now();
    await Promise.all(Array.from({ length: lanes }, (_, lane) => write(table, lane, writes / lanes)));
    const wall = performance.now() - began;
    const used = (await processorMs(azurite.pid)) - usedBefore;
    report({ name: `a write, ${lanes} at a time`, value: wall / writes, unit: "ms" });
    report({ name: "  processor time of the storage", value: used / writes, unit: "ms" });
  }
} finally {
  await azurite.dispose();
  await rm(folder, { recursive: true, force: true });
}

async function write(table: TableClient, lane: number, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1)
    await table.upsertEntity({ partitionKey: `lane ${lane}`, rowKey: String(index % 50), text }, "Replace");
}

/** User and system time that a process has taken; Linux only. */
async function processorMs(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
