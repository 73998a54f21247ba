// Applications and their packages: made and activated through the genuine management client, uploaded through the genuine
// storage client to Azurite, installed on nodes, seen by tasks.
import { mkdtemp, rm } from "node:fs/promises";
import { existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BlockBlobClient } from "@azure/storage-blob";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPackageStore } from "../../../local/batch-emulator/agent/package-store.ts";
import { createProcessExecutor } from "../../../local/batch-emulator/agent/process-executor.ts";
import { systemClock } from "../../../local/clock.ts";
import { silentLogger } from "../../../local/logger.ts";
import { systemRandom } from "../../../local/random.ts";
import { startAzurite } from "../../../local/storage/index.ts";
import type { Azurite } from "../../../local/storage/index.ts";
import { zipOf } from "../../support/zip.ts";
import { batchClient, eventually, linuxPool, underTest } from "./emulator-under-test.ts";
import type { UnderTest } from "./emulator-under-test.ts";

const place = ["local", "devbatch"] as const;

let folder: string;
let azurite: Azurite;
let t: UnderTest;
const start = () =>
  underTest({
    dataDirectory: join(folder, "data"),
    executor: createProcessExecutor({
      stateDirectory: join(folder, "tasks"),
      clock: systemClock(),
      random: systemRandom(),
      logger: silentLogger,
    }),
    packages: createPackageStore({ connectionString: azurite.connectionString, random: systemRandom() }),
  });
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "batch-packages-"));
  azurite = await startAzurite({
    dataDirectory: "memory",
    account: { name: "packagestore", key: Buffer.alloc(64, 7).toString("base64") },
    logger: silentLogger,
    childFile: fileURLToPath(new URL("../../../dist/local/azurite.mjs", import.meta.url)),
  });
  t = await start();
});
afterAll(async () => {
  await t.emulator.dispose();
  expect(t.errors).toEqual([]);
  await azurite.dispose();
  await rm(folder, { recursive: true, force: true });
});

async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of pages) found.push(one);
  return found;
}

const tool = (text: string) =>
  zipOf([{ name: "bin/say", content: `#!/bin/sh\necho ${text}\n`, mode: 0o100755 }]);

async function upload(application: string, version: string, content: Buffer): Promise<void> {
  const made = await t.arm.applicationPackageOperations.create(...place, application, version);
  await new BlockBlobClient(made.storageUrl ?? "").uploadData(content);
}

async function publish(application: string, version: string, content: Buffer): Promise<void> {
  await upload(application, version, content);
  await t.arm.applicationPackageOperations.activate(...place, application, version, { format: "zip" });
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "accepted",
    (error: { statusCode?: number; code?: string }) => `${error.statusCode} ${error.code}`,
  );

const output = async (job: string, task: string) => {
  let text = "";
  for await (const chunk of (await t.batch.file.getFromTask(job, task, "stdout.txt")).readableStreamBody ??
    [])
    text += String(chunk);
  return text;
};
const completed = (job: string, task: string) =>
  eventually(
    () => t.batch.task.get(job, task),
    (one) => one.state === "completed",
    15_000,
  );
const nodeWhen = async (pool: string, state: string) =>
  (
    await eventually(
      () => t.batch.computeNode.list(pool),
      (nodes) => nodes[0]?.state === state,
      15_000,
    )
  )[0];

describe("applications in the management plane", () => {
  it("are created, read, changed, listed and deleted", async () => {
    const { applicationOperations: applications } = t.arm;
    const made = await applications.create(...place, "Blender");
    expect(made).toMatchObject({
      name: "Blender",
      allowUpdates: true,
      type: "Microsoft.Batch/batchAccounts/applications",
    });
    const changed = await applications.update(...place, "blender", {
      displayName: "Blender 3D",
      allowUpdates: false,
    });
    expect(changed).toMatchObject({ name: "Blender", displayName: "Blender 3D", allowUpdates: false });
    expect(await applications.get(...place, "BLENDER")).toMatchObject({ displayName: "Blender 3D" });
    await applications.create(...place, "other", { parameters: { displayName: "Other" } });
    expect((await all(applications.list(...place, { maxresults: 1 }))).map((one) => one.name)).toEqual([
      "Blender",
      "other",
    ]);
    await applications.delete(...place, "other");
    expect(await codeOf(applications.get(...place, "other"))).toBe("404 ApplicationNotFound");
    expect(await codeOf(applications.create(...place, "no good"))).toBe("400 InvalidPropertyValue");
    expect(await codeOf(applications.update(...place, "blender", { defaultVersion: "1" }))).toBe(
      "400 InvalidPropertyValue",
    );
  });

  it("have packages that are pending until something was uploaded and activated", async () => {
    const { applicationPackageOperations: packages, applicationOperations: applications } = t.arm;
    const made = await packages.create(...place, "blender", "2.7");
    expect(made).toMatchObject({ name: "2.7", state: "Pending" });
    expect(made.storageUrlExpiry?.getTime()).toBeGreaterThan(Date.now() + 3_600_000);
    const activate = () => packages.activate(...place, "blender", "2.7", { format: "zip" });
    expect(await codeOf(activate())).toBe("409 ApplicationPackageNotUploaded");
    expect(await codeOf(t.batch.application.get("blender"))).toBe("404 ApplicationNotFound");
    await new BlockBlobClient(made.storageUrl ?? "").uploadData(tool("two seven"));
    expect(await codeOf(packages.activate(...place, "blender", "2.7", { format: "tar" }))).toBe(
      "400 InvalidPropertyValue",
    );
    const active = await activate();
    expect(active).toMatchObject({ state: "Active", format: "zip" });
    expect(active.lastActivationTime).toBeInstanceOf(Date);
    expect(await packages.get(...place, "blender", "2.7")).toMatchObject({ state: "Active" });
    expect(await codeOf(packages.create(...place, "blender", "2.7"))).toBe(
      "409 ApplicationPackageUpdateNotAllowed",
    );
    expect(await codeOf(packages.get(...place, "blender", "9"))).toBe("404 ApplicationPackageNotFound");
    await applications.update(...place, "blender", { defaultVersion: "2.7" });
    expect(await applications.get(...place, "blender")).toMatchObject({ defaultVersion: "2.7" });
    expect(await codeOf(applications.delete(...place, "blender"))).toBe("409 ApplicationNotEmpty");
  });

  it("are seen by the data plane with their active versions", async () => {
    await upload("blender", "3.0-beta", tool("three"));
    expect(await t.batch.application.get("Blender")).toMatchObject({
      id: "Blender",
      displayName: "Blender 3D",
      versions: ["2.7"],
    });
    await t.arm.applicationPackageOperations.activate(...place, "blender", "3.0-beta", { format: "zip" });
    expect((await t.batch.application.list()).map((one) => one.versions)).toEqual([["2.7", "3.0-beta"]]);
    const listed = await all(t.arm.applicationPackageOperations.list(...place, "blender", { maxresults: 1 }));
    expect(listed.map((one) => [one.name, one.state])).toEqual([
      ["2.7", "Active"],
      ["3.0-beta", "Active"],
    ]);
  });

  it("outlive the emulator", async () => {
    await t.emulator.dispose();
    expect(t.errors).toEqual([]);
    t = await start();
    expect(await t.arm.applicationOperations.get(...place, "blender")).toMatchObject({
      defaultVersion: "2.7",
    });
    expect(await batchClient(t.emulator.url).application.get("blender")).toMatchObject({
      versions: ["2.7", "3.0-beta"],
    });
  });
});

describe("application packages on nodes", () => {
  const references = [{ applicationId: "blender" }, { applicationId: "blender", version: "3.0-beta" }];

  it("of the pool are there before the start task, and every task finds them by its variables", async () => {
    await t.batch.pool.add({
      id: "pool",
      ...linuxPool,
      targetDedicatedNodes: 1,
      applicationPackageReferences: references,
      startTask: {
        commandLine: `/bin/sh -c '$AZ_BATCH_APP_PACKAGE_Blender/bin/say > $AZ_BATCH_NODE_SHARED_DIR/said'`,
      },
    });
    await nodeWhen("pool", "idle");
    await t.batch.job.add({ id: "j", poolInfo: { poolId: "pool" } });
    await t.batch.task.add("j", {
      id: "t",
      commandLine: `/bin/sh -c 'cat $AZ_BATCH_NODE_SHARED_DIR/said; $AZ_BATCH_APP_PACKAGE_Blender_2_7/bin/say; $AZ_BATCH_APP_PACKAGE_BLENDER_3_0_BETA/bin/say; $AZ_BATCH_APP_PACKAGE_BLENDER/bin/say; env | grep -c APP_PACKAGE'`,
    });
    expect((await completed("j", "t")).executionInfo?.exitCode).toBe(0);
    expect((await output("j", "t")).trim().split("\n")).toEqual([
      "two seven",
      "two seven",
      "three",
      "two seven",
      "6",
    ]);
    const managed = await t.arm.poolOperations.get(...place, "pool");
    expect(managed.applicationPackages?.map((one) => one.id?.split("/").at(-1))).toEqual([
      "blender",
      "blender",
    ]);
  }, 30_000);

  it("of the pool change when the node boots again, not before", async () => {
    await publish("blender", "4", tool("four"));
    await t.batch.pool.patch("pool", {
      applicationPackageReferences: [{ applicationId: "blender", version: "4" }],
    });
    const command = `/bin/sh -c 'env | grep APP_PACKAGE_B | sort | cut -d= -f1'`;
    await t.batch.task.add("j", { id: "before", commandLine: command });
    await completed("j", "before");
    expect(await output("j", "before")).toContain("AZ_BATCH_APP_PACKAGE_BLENDER_2_7");
    const node = await nodeWhen("pool", "idle");
    await t.batch.pool.patch("pool", { startTask: { commandLine: "/bin/true" } });
    await t.batch.computeNode.reboot("pool", node?.id ?? "");
    await eventually(
      () => t.batch.computeNode.get("pool", node?.id ?? ""),
      (one) => one.state === "idle",
      15_000,
    );
    await t.batch.task.add("j", { id: "after", commandLine: command });
    await completed("j", "after");
    expect((await output("j", "after")).split("\n").filter(Boolean)).toEqual([
      "AZ_BATCH_APP_PACKAGE_BLENDER_4",
      "AZ_BATCH_APP_PACKAGE_Blender_4",
    ]);
  }, 30_000);

  it("of a task are there for it alone, and updated ones are fetched anew", async () => {
    await t.arm.applicationOperations.create(...place, "app");
    await publish("app", "1", tool("old"));
    const task = (id: string) => ({
      id,
      commandLine: `/bin/sh -c '$AZ_BATCH_APP_PACKAGE_app_1/bin/say'`,
      applicationPackageReferences: [{ applicationId: "app", version: "1" }],
    });
    await t.batch.task.add("j", task("old"));
    await completed("j", "old");
    expect(await output("j", "old")).toBe("old\n");
    await publish("app", "1", tool("new"));
    await t.batch.task.addCollection("j", [task("new"), { id: "other", commandLine: "/usr/bin/env" }]);
    await completed("j", "new");
    await completed("j", "other");
    expect(await output("j", "new")).toBe("new\n");
    expect(await output("j", "other")).not.toContain("APP_PACKAGE_app");
  }, 30_000);

  it("that do not exist or are not active cannot be referenced", async () => {
    const refused = "409 InvalidApplicationPackageReferences";
    const pool = (applicationPackageReferences: { applicationId: string; version?: string }[]) =>
      codeOf(t.batch.pool.add({ id: "no", ...linuxPool, applicationPackageReferences }));
    expect(await pool([{ applicationId: "nothing" }])).toBe(refused);
    expect(await pool([{ applicationId: "blender", version: "9" }])).toBe(refused);
    expect(await pool([{ applicationId: "app" }])).toBe(refused);
    await upload("app", "pending", tool("x"));
    expect(await pool([{ applicationId: "app", version: "pending" }])).toBe(refused);
    const references = [{ applicationId: "nothing" }];
    expect(await codeOf(t.batch.pool.patch("pool", { applicationPackageReferences: references }))).toBe(
      refused,
    );
    const task = { id: "no", commandLine: "x", applicationPackageReferences: references };
    expect(await codeOf(t.batch.task.add("j", task))).toBe(refused);
    const job = { id: "no", poolInfo: { poolId: "pool" }, jobManagerTask: task };
    expect(await codeOf(t.batch.job.add(job))).toBe(refused);
    const { virtualMachineConfiguration, vmSize } = linuxPool;
    await t.batch.job.add({
      id: "auto",
      poolInfo: {
        autoPoolSpecification: {
          poolLifetimeOption: "job",
          pool: { vmSize, virtualMachineConfiguration, applicationPackageReferences: references },
        },
      },
    });
    expect((await t.batch.job.get("auto")).executionInfo?.schedulingError?.code).toBe(
      "InvalidApplicationPackageReferencesInAutoPool",
    );
  });

  it("that cannot be unpacked fail the task, or make the pool's nodes unusable, and leave nothing behind", async () => {
    await publish("app", "broken", Buffer.from("this is no zip file"));
    await publish("app", "evil", zipOf([{ name: "../../evil", content: "x" }]));
    for (const version of ["broken", "evil"]) {
      await t.batch.task.add("j", {
        id: version,
        commandLine: "/bin/true",
        applicationPackageReferences: [{ applicationId: "app", version }],
      });
      const { executionInfo } = await completed("j", version);
      expect(executionInfo).toMatchObject({
        result: "failure",
        failureInfo: { code: "ApplicationPackageError" },
      });
      expect(executionInfo?.exitCode).toBeUndefined();
    }
    const [node] = readdirSync(join(folder, "data/nodes"));
    const root = join(folder, "data/nodes", node ?? "");
    expect(existsSync(join(root, "evil"))).toBe(false);
    expect(
      readdirSync(join(root, "applications")).filter((name) => !/^(app-1|Blender-[\w.-]+)-\d+$/.test(name)),
    ).toEqual([]);
    await t.batch.pool.add({
      id: "unusable",
      ...linuxPool,
      targetDedicatedNodes: 1,
      applicationPackageReferences: [{ applicationId: "app", version: "broken" }],
    });
    expect((await nodeWhen("unusable", "unusable"))?.errors?.[0]).toMatchObject({
      code: "ApplicationPackageError",
    });
  }, 30_000);

  it("that are deleted are gone from storage and from the account", async () => {
    const { applicationPackageOperations: packages, applicationOperations: applications } = t.arm;
    const { storageUrl } = await packages.get(...place, "app", "1");
    for (const { name } of await all(packages.list(...place, "app")))
      await packages.delete(...place, "app", name ?? "");
    await applications.delete(...place, "app");
    expect(await new BlockBlobClient(storageUrl ?? "").exists()).toBe(false);
    expect((await t.batch.application.list()).map((one) => one.id)).toEqual(["Blender"]);
  });
});

it("without a storage account beside it, packages are refused with the reason", async () => {
  const bare = await underTest();
  await bare.arm.applicationOperations.create(...place, "app");
  expect(await codeOf(bare.arm.applicationPackageOperations.create(...place, "app", "1"))).toBe(
    "501 NotImplemented",
  );
  await bare.emulator.dispose();
});
