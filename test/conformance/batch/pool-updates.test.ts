// "Pool - Update Pool": what of a pool can change after its creation, and when.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually, linuxPool, underTest } from "./emulator-under-test.ts";
import type { UnderTest } from "./emulator-under-test.ts";

let t: UnderTest;
beforeAll(async () => {
  t = await underTest();
});
afterAll(async () => {
  await t.emulator.dispose();
  expect(t.errors).toEqual([]);
});

describe("an update of a pool", () => {
  const update = async (id: string, body: unknown) => {
    const answer = await fetch(`${t.emulator.url}/pools/${id}?api-version=2025-06-01`, {
      method: "PATCH",
      headers: { authorization: "Bearer good" },
      body: JSON.stringify(body),
    });
    return [answer.status, await answer.text()] as const;
  };
  const everything = {
    displayName: "Other",
    vmSize: "Standard_D4s_v3",
    enableInterNodeCommunication: true,
    startTask: { commandLine: "exit 0" },
    applicationPackageReferences: [],
    metadata: [{ name: "c", value: "3" }],
    virtualMachineConfiguration: {
      imageReference: { publisher: "debian", offer: "debian-12", sku: "12", version: "latest" },
      nodeAgentSKUId: "batch.node.debian 12",
    },
    taskSlotsPerNode: 4,
    taskSchedulingPolicy: { nodeFillType: "Pack" },
    networkConfiguration: { enableAcceleratedNetworking: true },
    userAccounts: [{ name: "bob", password: "s3cret" }],
    mountConfiguration: [],
    upgradePolicy: { mode: "manual" },
  };

  test("changes every documented member while the pool is empty, and its nodes are as it says then", async () => {
    await t.batch.pool.add({ id: "empty", ...linuxPool });
    expect((await update("empty", everything))[0]).toBe(200);
    const { userAccounts: _a, vmSize, ...plain } = everything;
    const found = await t.batch.pool.get("empty");
    expect(found).toMatchObject({ ...plain, vmSize: vmSize.toLowerCase(), userAccounts: [{ name: "bob" }] });
    await t.batch.pool.resize("empty", { targetDedicatedNodes: 1 });
    await t.batch.job.add({ id: "four", poolInfo: { poolId: "empty" } });
    const four = [1, 2, 3, 4].map((n) => ({ id: `t${n}`, commandLine: "wait" }));
    await t.batch.task.addCollection("four", four);
    await eventually(
      () => t.batch.task.list("four"),
      (tasks) => tasks.every((task) => task.state === "running"),
    );
    await t.batch.job.deleteMethod("four");
  });

  test("of a pool with nodes changes what nodes need not be made anew for, and takes what is as it was", async () => {
    const { metadata, startTask, ...rest } = everything;
    expect((await update("empty", { ...rest, userAccounts: undefined, metadata: [], startTask }))[0]).toBe(
      200,
    );
    for (const change of [{ taskSlotsPerNode: 2 }, { vmSize: "Standard_D2s_v3" }, { displayName: "x" }]) {
      const [status, text] = await update("empty", change);
      expect([status, text.includes(Object.keys(change)[0] ?? "-")]).toEqual([409, true]);
    }
    expect((await t.batch.pool.get("empty")).metadata).toBeUndefined();
    expect(metadata).toHaveLength(1);
  });

  test("is checked as a new pool is", async () => {
    await t.batch.pool.add({ id: "checked", ...linuxPool });
    for (const wrong of [
      { taskSlotsPerNode: 100 },
      { surprise: 1 },
      { vmSize: "" },
      { certificateReferences: [{}] },
    ])
      expect((await update("checked", wrong))[0]).toBe(400);
  });
});
