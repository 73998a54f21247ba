// The stand-alone command as a user meets it: one line of JSON, then `ready`, and it ends cleanly when told to.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { BatchServiceClient, BatchSharedKeyCredentials } from "@azure/batch";
import { BlockBlobClient } from "@azure/storage-blob";
import { afterAll, beforeAll, expect, test } from "vitest";
import { zipOf } from "../../support/zip.ts";
import { armClient, eventually, linuxPool } from "../../conformance/batch/emulator-under-test.ts";

const program = join(import.meta.dirname, "../../../dist/local/batchai.mjs");
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "batch-command-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ready {
  readonly url: string;
  readonly armUrl: string;
  readonly accountName: string;
  readonly accountKey: string;
  readonly token: string;
  readonly accountId: string;
  readonly storageConnectionString: string;
  readonly namesProxy?: string;
  readonly namesCertificates?: string;
}

async function start(...args: string[]) {
  const data = await mkdtemp(join(folder, "data-"));
  const child = spawn(process.execPath, [program, "emulator", "--data", data, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const lines = await new Promise<string[]>((resolve, reject) => {
    let printed = "";
    child.stdout.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
      if (printed.endsWith("\nready\n")) resolve(printed.trim().split("\n"));
    });
    void ended.then((code) => reject(new Error(`ended with ${code}`)));
  });
  const stop = () => {
    child.kill("SIGTERM");
    return ended;
  };
  return { lines, ready: JSON.parse(lines[0] ?? "") as Ready, stop };
}

test("it prints how to reach it, runs a task for a genuine client, and stops with 0", async () => {
  const { lines, ready, stop } = await start();
  expect(lines).toHaveLength(2);
  expect(ready.armUrl).toBe(ready.url);
  expect(ready.storageConnectionString).toContain("BlobEndpoint=http://127.0.0.1:");
  const credentials = new BatchSharedKeyCredentials(ready.accountName, ready.accountKey);
  const batch = new BatchServiceClient(credentials, ready.url, { noRetryPolicy: true });
  await batch.pool.add({ id: "p", ...linuxPool, targetDedicatedNodes: 1 });
  await batch.job.add({ id: "j", poolInfo: { poolId: "p" } });
  await batch.task.add("j", { id: "t", commandLine: "/bin/sh -c 'exit 5'" });
  const task = await eventually(
    () => batch.task.get("j", "t"),
    (one) => one.state === "completed",
  );
  expect(task.executionInfo?.exitCode).toBe(5);
  const account = await fetch(`${ready.url}${ready.accountId}?api-version=2023-11-01`, {
    headers: { authorization: `Bearer ${ready.token}` },
  });
  expect(account.status).toBe(200);
  expect(await stop()).toBe(0);
}, 60_000);

test("a package made and uploaded by genuine clients reaches a task", async () => {
  const { ready, stop } = await start();
  const arm = armClient(ready.url, ready.token, ready.accountId.split("/")[2]);
  const place = ["local", ready.accountName] as const;
  await arm.applicationOperations.create(...place, "tool");
  const made = await arm.applicationPackageOperations.create(...place, "tool", "1.0");
  const content = zipOf([{ name: "say", content: "#!/bin/sh\necho packed\n", mode: 0o100755 }]);
  await new BlockBlobClient(made.storageUrl ?? "").uploadData(content);
  await arm.applicationPackageOperations.activate(...place, "tool", "1.0", { format: "zip" });
  const credentials = new BatchSharedKeyCredentials(ready.accountName, ready.accountKey);
  const batch = new BatchServiceClient(credentials, ready.url, { noRetryPolicy: true });
  await batch.pool.add({ id: "packed", ...linuxPool, targetDedicatedNodes: 1 });
  await batch.job.add({ id: "packed", poolInfo: { poolId: "packed" } });
  await batch.task.add("packed", {
    id: "t",
    commandLine: "/bin/sh -c '$AZ_BATCH_APP_PACKAGE_tool_1_0/say | grep packed'",
    applicationPackageReferences: [{ applicationId: "tool", version: "1.0" }],
  });
  const task = await eventually(
    () => batch.task.get("packed", "t"),
    (one) => one.state === "completed",
    20_000,
  );
  expect(task.executionInfo).toMatchObject({ exitCode: 0, result: "success" });
  expect(await stop()).toBe(0);
}, 60_000);

test("with --tls programs that have Azure's host names built in need no change, and files come and go under them", async () => {
  const { ready, stop } = await start("--tls");
  expect(ready.armUrl).toMatch(/^https:\/\/localhost:\d+$/);
  const child = spawn(process.execPath, [join(import.meta.dirname, "azure-names-client.mjs")], {
    env: {
      ...process.env,
      HTTPS_PROXY: ready.namesProxy,
      NODE_EXTRA_CA_CERTS: ready.namesCertificates,
      BATCH_ACCOUNT: ready.accountName,
      BATCH_KEY: ready.accountKey,
      STORAGE_KEY: /AccountKey=([^;]+)/.exec(ready.storageConnectionString)?.[1],
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const found = JSON.parse(await text(child.stdout)) as Record<string, unknown>;
  expect(found).toEqual({
    pages: ["first", "second"],
    next: expect.stringMatching(/^https:\/\/devbatch\.westeurope\.batch\.azure\.com\/jobs\?/) as string,
    exitCode: 0,
    written: "from Azure's name\n",
    elsewhere: expect.stringContaining("404") as string,
  });
  expect(await stop()).toBe(0);
}, 60_000);
