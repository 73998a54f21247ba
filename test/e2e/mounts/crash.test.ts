// The process that keeps a mounted container equal with storage is killed again and again while a job writes on disk and
// others write to storage. Nothing that either wrote may be lost or torn.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { BlobServiceClient, type ContainerClient } from "@azure/storage-blob";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { delay, systemClock } from "../../../local/clock.ts";
import { silentLogger } from "../../../local/logger.ts";
import { seededRandom } from "../../../local/random.ts";
import { type Azurite, startAzurite } from "../../../local/storage/index.ts";

const account = { name: "batchaitest", key: Buffer.alloc(64, 3).toString("base64") };
const kills = 8;
let folder: string;
let azurite: Azurite;
let container: ContainerClient;
let child: ChildProcess | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mount-crash-"));
  azurite = await startAzurite({
    dataDirectory: "memory",
    account,
    logger: silentLogger,
    childFile: fileURLToPath(new URL("../../../dist/local/azurite.mjs", import.meta.url)),
  });
  container = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient("data");
  await container.create();
  await build({
    entryPoints: [fileURLToPath(new URL("./crash-child.ts", import.meta.url))],
    outfile: join(folder, "child.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
  });
});
afterAll(async () => {
  child?.kill("SIGKILL");
  await azurite.dispose();
  await rm(folder, { recursive: true, force: true });
});

async function start(target: string): Promise<ChildProcess> {
  const words = [join(folder, "root"), azurite.blobUrl, account.name, account.key, "data", target];
  const started = spawn(process.execPath, [join(folder, "child.mjs"), ...words], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  await said(started, "mounted");
  return started;
}

async function said(child: ChildProcess, word: string): Promise<void> {
  let text = "";
  while (!text.includes(word)) {
    const [part] = (await Promise.race([
      once(child.stdout!, "data"),
      once(child, "exit").then(() => Promise.reject(new Error("the child ended"))),
    ])) as [Buffer];
    text += part.toString();
  }
}

describe("a mounted container whose keeper is killed", () => {
  it("loses nothing of what job and storage wrote meanwhile", { timeout: 60_000 }, async () => {
    const random = seededRandom(7);
    const target = join(folder, "node/fsmounts/data");
    const expected = new Map<string, string>();
    child = await start(target);
    for (let round = 0; round < kills; round += 1) {
      for (let index = 0; index < 25; index += 1) {
        const text = `${round}.${index}`.repeat(1 + Math.floor(random.next() * 20_000));
        const local = random.next() < 0.6;
        const name = `${local ? "job" : "other"}/${Math.floor(random.next() * 4)}/${index}.txt`;
        expected.set(name, text);
        if (local) {
          await mkdir(dirname(join(target, name)), { recursive: true });
          await writeFile(join(target, name), text);
        } else await container.getBlockBlobClient(name).upload(text, text.length);
      }
      await delay(systemClock(), random.next() * 400);
      child.kill("SIGKILL");
      await once(child, "exit");
      child = await start("");
    }
    child.stdin!.write("flush\n");
    await said(child, "flushed");
    for (const [name, text] of expected) {
      expect((await container.getBlobClient(name).downloadToBuffer()).toString() === text, name).toBe(true);
      expect((await readFile(join(target, name), "utf8")) === text, name).toBe(true);
    }
  });
});
