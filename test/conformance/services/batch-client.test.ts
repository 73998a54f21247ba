// Our Batch client and our pools against the emulator's wire, which the genuine clients verify elsewhere.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { armPools } from "../../../services/azure/arm-pools.ts";
import { batchClient } from "../../../services/azure/batch/batch-client.ts";
import { batchTransport } from "../../../services/azure/batch/transport.ts";
import type { Batch } from "../../../services/batch.ts";
import type { Pools, PoolSpec } from "../../../services/pools.ts";
import { subscriptionId, underTest } from "../batch/emulator-under-test.ts";
import type { UnderTest } from "../batch/emulator-under-test.ts";
import { until } from "../../support/batch-ai-client.ts";

let under: UnderTest;
let batch: Batch;
let pools: Pools;
const tokens = { token: async () => "good" };

beforeAll(async () => {
  under = await underTest();
  batch = batchClient(batchTransport({ endpoint: under.emulator.url, tokens }));
  pools = armPools({
    endpoint: under.emulator.url,
    batchAccountId: `/subscriptions/${subscriptionId}/resourceGroups/local/providers/Microsoft.Batch/batchAccounts/devbatch`,
    credential: { getToken: async () => ({ token: "good", expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) },
    tokens,
  });
});
afterAll(() => under.emulator.dispose());

const spec = (poolId: string, nodes: number): PoolSpec => ({
  poolId,
  displayName: "w/c",
  vmSize: "STANDARD_D2",
  image: {
    kind: "marketplace",
    publisher: "microsoft-dsvm",
    offer: "ubuntu-hpc",
    sku: "2204",
    version: "latest",
  },
  nodeAgentSkuId: "batch.node.ubuntu 22.04",
  lowPriority: false,
  targetNodeCount: nodes,
  mounts: [],
  startTask: { commandLine: "exit 0", resourceFiles: [] },
  adminUser: { name: "ada", password: "Correct-horse-7" },
  owner: "us",
});
const task = (id: string, commandLine: string) => ({
  id,
  commandLine,
  environment: { A: "b" },
  resourceFiles: [],
});

describe("pools", () => {
  it("are put twice as one, grow to their target, and are resized", async () => {
    expect(await pools.put(spec("one", 1))).toEqual({ kind: "created" });
    expect(await pools.put(spec("one", 1))).toEqual({ kind: "created" });
    await until("one idle node", async () =>
      (await batch.nodeCounts("one"))?.idle === 1 ? true : undefined,
    );
    expect(await batch.pool("one")).toMatchObject({
      allocationState: "steady",
      currentNodes: 1,
      targetNodes: 1,
      resizeErrors: [],
    });
    const ask = () => pools.resize("one", { nodes: 2, lowPriority: false, deallocation: "terminate" });
    expect(
      await until("the resize", async () => ((await ask()) === "accepted" ? "accepted" : undefined)),
    ).toBe("accepted");
    await until("two nodes", async () => ((await batch.nodeCounts("one"))?.idle === 2 ? true : undefined));
    expect(await batch.nodes("one", ["idle"])).toHaveLength(2);
    expect(await batch.nodes("one", ["unusable"])).toEqual([]);
  });

  it("that do not exist are undefined, absent, or a success to remove", async () => {
    expect(await batch.pool("none")).toBeUndefined();
    expect(await batch.nodeCounts("none")).toBeUndefined();
    expect(await batch.nodes("none")).toBeUndefined();
    expect(await pools.resize("none", { nodes: 1, lowPriority: false, deallocation: "requeue" })).toBe(
      "absent",
    );
    await pools.remove("none");
  });

  it("are gone some time after their removal, asked for twice", async () => {
    await pools.put(spec("brief", 0));
    await Promise.all([pools.remove("brief"), pools.remove("brief")]);
    await until("its end", async () => ((await batch.pool("brief")) === undefined ? true : undefined));
  });

  it("that Batch refuses say why", async () => {
    expect(await pools.put({ ...spec("bad", 0), nodeAgentSkuId: "" })).toMatchObject({
      kind: "refused",
      code: expect.any(String),
    });
  });
});

describe("jobs and tasks", () => {
  it("are created twice as one", async () => {
    await pools.put(spec("work", 1));
    for (const _ of [1, 2])
      expect(await batch.ensureJob({ id: "j", poolId: "work", priority: 500, owner: "us" })).toEqual({
        kind: "ready",
      });
    expect(await batch.addTask("j", task("ok", "exit 0"))).toEqual({ kind: "added" });
    expect(await batch.addTask("j", task("ok", "exit 0"))).toEqual({ kind: "exists" });
    expect(await batch.addTask("none", task("ok", "exit 0"))).toMatchObject({
      kind: "refused",
      code: "JobNotFound",
    });
  });

  it("tell their end with times, exit code and cause", async () => {
    await batch.addTask("j", task("seven", "exit 7"));
    const done = await until("its end", async () => {
      const found = await batch.getTask("j", "seven");
      return found?.state === "completed" ? found : undefined;
    });
    expect(done).toMatchObject({
      exitCode: 7,
      result: "failure",
      failure: { code: "FailureExitCode" },
      nodeId: expect.any(String),
    });
    expect(Date.parse(done.startTime ?? "")).toBeLessThanOrEqual(Date.parse(done.endTime ?? ""));
    expect(await batch.getTask("j", "none")).toBeUndefined();
  });

  it("are listed by what changed since a moment, inclusively", async () => {
    const all = await batch.changedTasks("j");
    expect(all?.map(({ id }) => id).sort()).toEqual(["ok", "seven"]);
    const last =
      all
        ?.map(({ stateTransitionTime }) => stateTransitionTime)
        .sort()
        .at(-1) ?? "";
    expect((await batch.changedTasks("j", new Date(Date.parse(last)).toISOString()))?.length).toBeGreaterThan(
      0,
    );
    expect(await batch.changedTasks("j", new Date(Date.parse(last) + 60_000).toISOString())).toEqual([]);
    expect(await batch.changedTasks("none")).toBeUndefined();
  });

  it("are ended and removed, any number of times", async () => {
    await batch.addTask("j", task("long", "sleep"));
    await until("its start", async () =>
      (await batch.getTask("j", "long"))?.state === "running" ? true : undefined,
    );
    expect(await batch.terminateTask("j", "long")).toBe("terminated");
    expect(await batch.terminateTask("j", "long")).toBe("ended");
    expect(await batch.terminateTask("j", "none")).toBe("absent");
    for (const _ of [1, 2]) await batch.deleteTask("j", "long");
    expect(await batch.getTask("j", "long")).toBeUndefined();
  });

  it("let their files be read, the beginning only", async () => {
    await batch.addTask("j", task("speaks", "write hello"));
    await until("its end", async () =>
      (await batch.getTask("j", "speaks"))?.state === "completed" ? true : undefined,
    );
    expect(await batch.readTaskFile("j", "speaks", "stdout.txt", 4)).toBe("hell");
    expect(await batch.readTaskFile("j", "speaks", "wd/none", 4)).toBeUndefined();
    expect(await batch.readTaskFile("j", "none", "stdout.txt", 4)).toBeUndefined();
  });

  it("vanish with their job", async () => {
    for (const _ of [1, 2]) await batch.deleteJob("j");
    await until("its end", async () => ((await batch.getTask("j", "ok")) === undefined ? true : undefined));
    expect(under.errors).toEqual([]);
  });
});

describe("the transport", () => {
  it("tells an outage as one that may pass", async () => {
    const nowhere = batchClient(batchTransport({ endpoint: "http://127.0.0.1:9", tokens, retryDelayMs: 1 }));
    await expect(nowhere.getTask("j", "t")).rejects.toMatchObject({
      code: "ServiceUnavailable",
      retryable: true,
    });
  });

  it("refuses plain http to other machines, and links to other origins", async () => {
    expect(() => batchTransport({ endpoint: "http://batch.example", tokens })).toThrow(/plain http/);
    const transport = batchTransport({ endpoint: under.emulator.url, tokens });
    await expect(async () => transport.follow("http://127.0.0.1:9/pools")).rejects.toThrow(/another origin/);
  });
});

describe("quotas", () => {
  it("are those of the Batch account", async () => {
    const quotas = await pools.quotas();
    for (const limit of Object.values(quotas)) expect(limit).toBeGreaterThan(0);
  });
});
