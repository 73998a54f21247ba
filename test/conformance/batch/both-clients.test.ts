// One case suite for the app's Batch interface, run with the genuine client and with ours, with both kinds of credentials,
// over http and https: what one of them makes of an answer, the other makes of it too.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Batch, NewBatchTask } from "../../../services/batch.ts";
import { connect, connections } from "../../support/batch/batch-connections.ts";
import { accountKey, eventually, launched, linuxPool, sshWay, underTest } from "./emulator-under-test.ts";
import type { UnderTest } from "./emulator-under-test.ts";

const task = (id: string, commandLine: string): NewBatchTask => ({
  id,
  commandLine,
  environment: { A: "b" },
  resourceFiles: [],
});

describe.each(connections)("$client with $credentials over $scheme", (connection) => {
  let under: UnderTest;
  let folder: string;
  let batch: Batch;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "batch-suite-"));
    under = await underTest({
      dataDirectory: folder,
      tlsPort: 0,
      parameters: { activeJobAndJobScheduleQuota: 5 },
    });
    batch = connect(connection, under.emulator, { key: accountKey, token: "good" });
    await under.batch.pool.add({
      id: "Pool",
      ...linuxPool,
      ...sshWay,
      targetDedicatedNodes: 2,
      targetLowPriorityNodes: 1,
      enableInterNodeCommunication: true,
    });
    await eventually(
      () => batch.nodeCounts("pool"),
      (counts) => counts?.idle === 3,
    );
    await batch.ensureJob({ id: "job", poolId: "Pool", priority: 500, owner: "us" });
  });
  afterAll(async () => {
    await under.emulator.dispose();
    await rm(folder, { recursive: true, force: true });
    expect(under.errors).toEqual([]);
  });

  const add = async (jobId: string, only: NewBatchTask) => {
    const answers = await batch.addTasks(jobId, [only]);
    return "kind" in answers ? answers : answers[0];
  };

  const ended = (id: string) =>
    eventually(
      () => batch.getTask("job", id),
      (one) => one?.state === "completed",
    );

  it("sees pools, their nodes by state, and how many there are of each kind", async () => {
    expect(await batch.pool("POOL")).toEqual({
      allocationState: "steady",
      currentNodes: 3,
      targetNodes: 3,
      resizeErrors: [],
    });
    const counts = await batch.nodeCounts("Pool");
    expect(counts).toMatchObject({ idle: 3, running: 0, total: 3 });
    const nodes = await batch.nodes("Pool", ["idle", "running"]);
    expect(new Set(nodes?.map(({ id }) => id)).size).toBe(3);
    expect(await batch.nodes("Pool", ["unusable"])).toEqual([]);
    const login = await batch.remoteLogin("Pool", nodes?.[0]?.id ?? "");
    expect([login?.ipAddress.startsWith("127."), login?.port]).toEqual([true, 22]);
  });

  it("is told that a pool or a node does not exist", async () => {
    expect(await batch.pool("none")).toBeUndefined();
    expect(await batch.nodes("none")).toBeUndefined();
    expect(await batch.nodeCounts("none")).toBeUndefined();
    expect(await batch.remoteLogin("Pool", "none")).toBeUndefined();
  });

  it("reads what the quota left undone as resize errors", async () => {
    await under.batch.pool.add({ id: "huge", ...linuxPool, targetDedicatedNodes: 5000 });
    const pool = await eventually(
      () => batch.pool("huge"),
      (one) => one?.allocationState === "steady",
    );
    expect(pool?.resizeErrors.map(({ code }) => code)).toEqual(["AccountCoreQuotaReached"]);
    await under.batch.pool.deleteMethod("huge");
  });

  it("makes a job once, adds a task once, and is told why a task is refused", async () => {
    expect(await batch.ensureJob({ id: "JOB", poolId: "Pool", priority: 500, owner: "us" })).toEqual({
      kind: "ready",
    });
    expect(await add("job", task("once", "exit 0"))).toEqual({ kind: "added" });
    expect(await add("job", task("Once", "exit 0"))).toEqual({ kind: "exists" });
    expect(await add("none", task("x", "exit 0"))).toMatchObject({
      kind: "refused",
      code: "JobNotFound",
    });
    const malformed = await add("job", task("not an id", "exit 0"));
    expect(malformed).toMatchObject({ kind: "refused", code: "InvalidPropertyValue" });
  });

  it("adds many tasks at once, each with its own answer, whatever the others are", async () => {
    await add("job", task("there", "exit 0"));
    const ids = ["m1", "there", "not an id", "m2"];
    const answers = await batch.addTasks(
      "job",
      ids.map((id) => task(id, "exit 0")),
    );
    const kinds = "kind" in answers ? answers.kind : answers.map(({ kind }) => kind);
    expect(kinds).toEqual(["added", "exists", "refused", "added"]);
    const many = Array.from({ length: 150 }, (_, index) => task(`many-${index}`, "exit 0"));
    if (connection.client === "our client") {
      const all = await batch.addTasks("job", many);
      expect("kind" in all ? all : new Set(all.map(({ kind }) => kind))).toEqual(new Set(["added"]));
    }
  });

  it("learns the end of a task: exit code, cause, times, node", async () => {
    for (const [id, command] of [
      ["good", "exit 0"],
      ["bad", "exit 7"],
      ["no-program", "missing"],
    ] as const)
      await add("job", task(id, command));
    expect(await ended("good")).toMatchObject({ exitCode: 0, result: "success", requeueCount: 0 });
    const bad = await ended("bad");
    expect(bad).toMatchObject({ exitCode: 7, result: "failure" });
    expect(bad?.failure).toMatchObject({ category: "UserError", code: "FailureExitCode" });
    expect(bad?.nodeId).toMatch(/^tvmps_/);
    expect(Date.parse(bad?.startTime ?? "")).toBeLessThanOrEqual(Date.parse(bad?.endTime ?? ""));
    const missing = await ended("no-program");
    expect([missing?.failure?.code, missing?.exitCode]).toEqual(["CommandProgramNotFound", undefined]);
    expect(await batch.getTask("job", "none")).toBeUndefined();
    expect(await batch.getTask("none", "good")).toBeUndefined();
  });

  it("ends a task that takes too long", async () => {
    await add("job", { ...task("slow", "hold"), maxWallClockTime: "PT0.1S" });
    expect(await ended("slow")).toMatchObject({
      result: "failure",
      failure: { code: "MaxWallClockTimeExceeded" },
    });
  });

  it("terminates and deletes tasks, any number of times", async () => {
    await add("job", task("long", "hold"));
    await eventually(
      () => batch.getTask("job", "long"),
      (one) => one?.state === "running",
    );
    expect(await batch.terminateTask("job", "long")).toBe("terminated");
    expect(await batch.terminateTask("job", "long")).toBe("ended");
    expect(await batch.terminateTask("job", "none")).toBe("absent");
    for (const _ of [1, 2]) await batch.deleteTask("job", "long");
    expect(await batch.getTask("job", "long")).toBeUndefined();
  });

  it("reads the beginning of a task's files", async () => {
    await add("job", task("speaks", "write hello"));
    await ended("speaks");
    expect(await batch.readTaskFile("job", "speaks", "stdout.txt", 4)).toBe("hell");
    expect(await batch.readTaskFile("job", "speaks", "stdout.txt", 1000)).toBe("hello\n");
    expect((await batch.readTaskFile("job", "speaks", "stderr.txt", 1000)) ?? "").toBe("");
    expect(await batch.readTaskFile("job", "speaks", "wd/none/at all.txt", 4)).toBeUndefined();
    expect(await batch.readTaskFile("job", "none", "stdout.txt", 4)).toBeUndefined();
  });

  it("runs a gang on distinct nodes", async () => {
    const multiInstance = {
      numberOfInstances: 3,
      coordinationCommandLine: "exit 0",
      commonResourceFiles: [],
    };
    await add("job", { ...task("gang", "exit 0"), multiInstance });
    const gang = await ended("gang");
    const others = await batch.subtaskNodes("job", "gang");
    expect(new Set([gang?.nodeId, ...others]).size).toBe(3);
    expect(await batch.subtaskNodes("job", "good")).toEqual([]);
  });

  it("lists more tasks than fit on a page, and those that changed since a moment", async () => {
    await batch.ensureJob({ id: "many", poolId: "nowhere", priority: 0, owner: "us" });
    for (let first = 0; first < 1200; first += 100)
      await under.batch.task.addCollection(
        "many",
        Array.from({ length: 100 }, (_, offset) => ({ id: `t${first + offset}`, commandLine: "exit 0" })),
      );
    const tasks = await batch.changedTasks("many");
    expect(tasks?.map(({ id }) => id)).toEqual(Array.from({ length: 1200 }, (_, index) => `t${index}`));
    const newest =
      tasks?.map((one) => Date.parse(one.stateTransitionTime)).reduce((a, b) => Math.max(a, b)) ?? 0;
    const since = await batch.changedTasks("many", new Date(newest).toISOString());
    expect(since?.length).toBeGreaterThan(0);
    expect(await batch.changedTasks("many", new Date(newest + 60_000).toISOString())).toEqual([]);
    expect(await batch.changedTasks("none")).toBeUndefined();
  });

  it("finds its own jobs among those of others", async () => {
    await under.batch.job.add({ id: "foreign", poolInfo: { poolId: "Pool" } });
    const jobs = await batch.jobs();
    expect(jobs.map(({ id, owner }) => [id, owner])).toEqual(
      expect.arrayContaining([
        ["job", "us"],
        ["foreign", undefined],
      ]),
    );
    for (const { createdAt } of jobs) expect(Date.parse(createdAt)).not.toBeNaN();
    await batch.deleteJob("foreign");
    await eventually(
      () => batch.jobs(),
      (left) => !left.some(({ id }) => id === "foreign"),
    );
  });

  it("reads what a start task wrote, and knows which node agent an image needs", async () => {
    await under.batch.pool.add({
      id: "started",
      ...linuxPool,
      targetDedicatedNodes: 1,
      startTask: { commandLine: "write began", waitForSuccess: true },
    });
    const [node] = await eventually(
      async () => (await batch.nodes("started", ["idle"])) ?? [],
      (nodes) => nodes.length === 1,
    );
    expect(await batch.readNodeFile("started", node?.id ?? "", "startup/stdout.txt", 100)).toBe("began\n");
    expect(await batch.readNodeFile("started", node?.id ?? "", "startup/none.txt", 100)).toBeUndefined();
    await under.batch.pool.deleteMethod("started");
    const image = { publisher: "microsoft-dsvm", offer: "ubuntu-hpc", sku: "2204" };
    expect(await batch.nodeAgentFor(image)).toBe("batch.node.ubuntu 22.04");
    expect(await batch.nodeAgentFor({ ...image, sku: "none" })).toBeUndefined();
  });

  it("is told of the quota of jobs, and of a job that is going", async () => {
    const kinds = [];
    for (const id of ["a", "b", "c", "d"])
      kinds.push((await batch.ensureJob({ id, poolId: "Pool", priority: 0, owner: "us" })).kind);
    expect(kinds).toEqual(["ready", "ready", "ready", "quota"]);
    await add("a", task("stays", "stubborn"));
    const { id: launchId } = await launched(under, (given) => given["AZ_BATCH_TASK_ID"] === "stays");
    await batch.deleteJob("a");
    expect(await batch.ensureJob({ id: "a", poolId: "Pool", priority: 0, owner: "us" })).toEqual({
      kind: "beingDeleted",
    });
    await batch.deleteJob("a");
    await batch.deleteJob("never was");
    under.executor.end(launchId, {});
    await eventually(
      () => batch.changedTasks("a"),
      (tasks) => tasks === undefined,
    );
    expect(await batch.ensureJob({ id: "a", poolId: "Pool", priority: 0, owner: "us" })).toEqual({
      kind: "ready",
    });
  });

  it("gets nothing with wrong credentials", async () => {
    const wrong = { key: Buffer.from("another key").toString("base64"), token: "bad" };
    await expect(connect(connection, under.emulator, wrong).pool("Pool")).rejects.toThrow();
  });
});
