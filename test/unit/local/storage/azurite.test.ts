import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, watch, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { TableClient } from "@azure/data-tables";
import { BlobServiceClient } from "@azure/storage-blob";
import { QueueServiceClient } from "@azure/storage-queue";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silentLogger } from "../../../../local/logger.ts";
import { type Azurite, startAzurite } from "../../../../local/storage/index.ts";

const childFile = fileURLToPath(new URL("../../../../dist/local/azurite.mjs", import.meta.url));
const account = { name: "batchaitest", key: Buffer.alloc(64, 7).toString("base64") };
let folder: string;
const started: Azurite[] = [];

async function start(dataDirectory: string, ports = {}): Promise<Azurite> {
  const azurite = await startAzurite({ dataDirectory, account, ports, logger: silentLogger, childFile });
  started.push(azurite);
  return azurite;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "azurite-"));
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((azurite) => azurite.dispose()));
  await rm(folder, { recursive: true, force: true });
});

/** Watches from this call on. */
async function saveBegins(directory: string): Promise<void> {
  for await (const { filename } of watch(directory)) if (filename === "__azurite_db_table__.json~") return;
}

describe("storage", () => {
  it("serves blobs, queues and tables to the genuine clients, and ends without a trace", async () => {
    const azurite = await start("memory");
    const blobs = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient("data");
    await blobs.create();
    await blobs.getBlockBlobClient("a/b.txt").upload("hello", 5);
    expect((await blobs.getBlobClient("a/b.txt").downloadToBuffer()).toString()).toBe("hello");
    await QueueServiceClient.fromConnectionString(azurite.connectionString)
      .getQueueClient("wakeups")
      .create();
    const table = TableClient.fromConnectionString(azurite.connectionString, "things", {
      allowInsecureConnection: true,
    });
    await table.createTable();
    await table.createEntity({ partitionKey: "p", rowKey: "r", n: 1 });
    await azurite.dispose();
    expect(await azurite.exited).toBeUndefined();
    expect(() => process.kill(azurite.pid, 0)).toThrow();
  });

  it("keeps what it acknowledged over an orderly stop", async () => {
    const first = await start(folder);
    const options = { allowInsecureConnection: true };
    const table = TableClient.fromConnectionString(first.connectionString, "things", options);
    await table.createTable();
    for (let row = 0; row < 20; row += 1)
      await table.createEntity({ partitionKey: "p", rowKey: String(row) });
    await first.dispose();
    const second = await start(folder);
    const again = TableClient.fromConnectionString(second.connectionString, "things", options);
    const rows: string[] = [];
    for await (const entity of again.listEntities()) rows.push(entity.rowKey ?? "");
    expect(rows).toHaveLength(20);
  });

  it("keeps what it acknowledged when it is killed while it saves its databases whole", async () => {
    const first = await start(folder);
    const options = { allowInsecureConnection: true };
    const table = TableClient.fromConnectionString(first.connectionString, "things", options);
    await table.createTable();
    const large = "x".repeat(30_000);
    const properties = { a: large, b: large, c: large, d: large };
    const saving = saveBegins(folder);
    let isSaving = false;
    void saving.then(() => (isSaving = true));
    let rows = 0;
    for (; !isSaving; rows += 1)
      await table.createEntity({ partitionKey: "p", rowKey: String(rows), ...properties });
    process.kill(first.pid, "SIGKILL");
    await first.exited;
    const second = await start(folder);
    const again = TableClient.fromConnectionString(second.connectionString, "things", options);
    const found: string[] = [];
    for await (const { rowKey } of again.listEntities({ queryOptions: { select: ["RowKey"] } }))
      found.push(rowKey ?? "");
    expect(found).toHaveLength(rows);
  });

  it("flushes and ends by itself when its parent is killed, and the next owner waits for that", async () => {
    const parent = fork(fileURLToPath(new URL("./doomed-parent.mjs", import.meta.url)), [], {
      env: { CHILD_FILE: childFile, FOLDER: folder, ACCOUNT: account.name, KEY: account.key },
    });
    const [ports] = (await once(parent, "message")) as [{ table: number }];
    const connection = `DefaultEndpointsProtocol=http;AccountName=${account.name};AccountKey=${account.key};TableEndpoint=http://127.0.0.1:${ports.table}/${account.name}`;
    const options = { allowInsecureConnection: true };
    const table = TableClient.fromConnectionString(connection, "things", options);
    await table.createTable();
    await table.createEntity({ partitionKey: "p", rowKey: "r" });
    parent.kill("SIGKILL");
    const second = await start(folder);
    const again = TableClient.fromConnectionString(second.connectionString, "things", options);
    expect((await again.getEntity("p", "r")).rowKey).toBe("r");
  });

  it("says in one sentence what stands in the way", async () => {
    const azurite = await start("memory");
    const taken = Number(new URL(azurite.blobUrl).port);
    await expect(start("memory", { blob: taken })).rejects.toThrow(`Port ${taken} is in use`);
    const file = join(folder, "file");
    await writeFile(file, "");
    await expect(start(join(file, "inside"))).rejects.toThrow("cannot be written");
    const options = { dataDirectory: "memory", logger: silentLogger, childFile };
    await expect(startAzurite({ ...options, account: { ...account, name: "No" } })).rejects.toThrow(
      "storage account name 'No'",
    );
  });

  it.each([
    ["is empty", (file: string) => writeFile(file, "")],
    ["is missing", (file: string) => rm(file)],
    ["is damaged", (file: string) => writeFile(file, "{")],
  ])("refuses to start when one of its files %s, and says what to do", async (what, harm) => {
    await (await start(folder)).dispose();
    const file = join(folder, "__azurite_db_table__.json");
    await harm(file);
    await expect(start(folder)).rejects.toThrow(`${file} ${what}. Restore the folder`);
  });

  it("says at an orderly stop when it could not save, and names the folder", async () => {
    const azurite = await start(folder);
    await rm(folder, { recursive: true });
    await writeFile(folder, "no folder any more");
    await expect(azurite.dispose()).rejects.toThrow(`The storage folder ${folder} cannot be written`);
    expect((await azurite.exited)?.message).toContain(folder);
  });

  it("reports an end that nobody asked for", async () => {
    const azurite = await start("memory");
    process.kill(azurite.pid, "SIGKILL");
    expect((await azurite.exited)?.message).toContain("ended unexpectedly (SIGKILL)");
  });
});
