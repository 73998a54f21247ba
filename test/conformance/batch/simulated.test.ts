// What cannot be had on this machine but is taken, as the service takes it: Windows nodes, extensions, users that a pool lacks.
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

const ended = (job: string, task: string) =>
  eventually(
    () => t.batch.task.get(job, task),
    (one) => one.state === "completed",
  );
const idleNode = async (pool: string) => {
  const [node] = await eventually(
    () => t.batch.computeNode.list(pool),
    (nodes) => nodes[0]?.state === "idle",
  );
  return node?.id ?? "";
};

describe("a Windows pool", () => {
  const windowsPool = {
    vmSize: "Standard_D2s_v3",
    virtualMachineConfiguration: {
      imageReference: {
        publisher: "MicrosoftWindowsServer",
        offer: "WindowsServer",
        sku: "2022-datacenter-core",
      },
      nodeAgentSKUId: "batch.node.windows amd64",
      windowsConfiguration: { enableAutomaticUpdates: false },
      licenseType: "Windows_Server",
    },
    userAccounts: [
      { name: "ann", password: "s3cret", windowsUserConfiguration: { loginMode: "interactive" as const } },
    ],
  };

  test("is taken and listed with all that it states, and its image is among those supported", async () => {
    await t.batch.pool.add({ id: "windows", ...windowsPool, targetDedicatedNodes: 1 });
    const pool = await t.batch.pool.get("windows");
    expect(pool.virtualMachineConfiguration).toMatchObject(windowsPool.virtualMachineConfiguration);
    expect(pool.userAccounts).toEqual([
      { name: "ann", elevationLevel: "nonadmin", windowsUserConfiguration: { loginMode: "interactive" } },
    ]);
    await idleNode("windows");
    const images = await t.batch.account.listSupportedImages({
      accountListSupportedImagesOptions: { filter: "osType eq 'windows'" },
    });
    expect(images.map((image) => image.nodeAgentSKUId)).toContain("batch.node.windows amd64");
  });

  test("runs nothing: what lands there fails before its command, with the reason", async () => {
    await t.batch.job.add({
      id: "windows",
      poolInfo: { poolId: "windows" },
      onTaskFailure: "performexitoptionsjobaction",
    });
    await t.batch.task.add("windows", {
      id: "t",
      commandLine: "cmd /c echo hello",
      exitConditions: { preProcessingError: { jobAction: "terminate" } },
    });
    const { executionInfo } = await ended("windows", "t");
    expect(executionInfo).toMatchObject({ result: "failure", failureInfo: { code: "CommandLaunchFailed" } });
    expect(executionInfo?.exitCode).toBeUndefined();
    expect(executionInfo?.failureInfo?.message).toContain("Windows");
    await eventually(
      () => t.batch.job.get("windows"),
      (job) => job.state === "completed",
    );
    expect(t.executor.launches).toEqual([]);
  });

  test("has nodes that are reached by remote desktop where a NAT pool says so, also by IPv6", async () => {
    const rdp = {
      name: "RDP",
      protocol: "tcp" as const,
      backendPort: 3389,
      frontendPortRangeStart: 15_000,
      frontendPortRangeEnd: 15_100,
    };
    const endpointConfiguration = { inboundNATPools: [rdp] };
    const reached = { ...windowsPool, networkConfiguration: { endpointConfiguration } };
    await t.batch.pool.add({ id: "reached", ...reached, targetDedicatedNodes: 1 });
    const id = await idleNode("reached");
    const node = await t.batch.computeNode.get("reached", id);
    expect(node.endpointConfiguration?.inboundEndpoints).toMatchObject([
      { name: "RDP.0", backendPort: 3389, frontendPort: 15_000 },
    ]);
    const login = await t.batch.computeNode.getRemoteLoginSettings("reached", id);
    expect(login).toMatchObject({ remoteLoginIPAddress: node.ipAddress, remoteLoginPort: 3389 });
    const other = await idleNode("windows");
    await expect(t.batch.computeNode.getRemoteLoginSettings("windows", other)).rejects.toMatchObject({
      statusCode: 409,
    });
    const path = `/pools/reached/nodes/${id}/remoteloginsettings?api-version=2025-06-01`;
    const answer = await fetch(`${t.emulator.url}${path}`, { headers: { authorization: "Bearer good" } });
    expect(await answer.json()).toMatchObject({
      ipv6RemoteLoginIPAddress: `::ffff:${node.ipAddress}`,
      ipv6RemoteLoginPort: 3389,
    });
  });

  test("and a Linux pool have users of their own system", async () => {
    const [user] = windowsPool.userAccounts;
    const mixed = { id: "mixed", ...linuxPool, userAccounts: [user ?? { name: "", password: "" }] };
    const reason =
      "The user configuration for user account 'ann' has a mismatch with the OS (Windows/Linux) configuration specified in VirtualMachineConfiguration";
    await expect(t.batch.pool.add(mixed)).rejects.toMatchObject({
      code: "InvalidPropertyValue",
      body: { values: [{ value: "windowsUserConfiguration" }, {}, { key: "Reason", value: reason }] },
    });
    const linuxUser = { name: "bob", password: "x", linuxUserConfiguration: { uid: 1, gid: 1 } };
    await expect(
      t.batch.pool.add({ id: "mixed", ...windowsPool, userAccounts: [linuxUser] }),
    ).rejects.toMatchObject({ code: "InvalidPropertyValue" });
  });
});

test("extensions of a pool are listed by its nodes as simulated, without their protected settings", async () => {
  const extension = {
    name: "monitor",
    publisher: "Microsoft.Azure.Monitor",
    type: "AzureMonitorLinuxAgent",
    typeHandlerVersion: "1.0",
    settings: { level: "all" },
    protectedSettings: { key: "not-to-be-seen" },
  };
  await t.batch.pool.add({
    id: "extended",
    ...linuxPool,
    virtualMachineConfiguration: { ...linuxPool.virtualMachineConfiguration, extensions: [extension] },
    targetDedicatedNodes: 1,
  });
  const node = await idleNode("extended");
  const { protectedSettings: _secret, ...answered } = extension;
  const [listed] = await t.batch.computeNodeExtension.list("extended", node);
  expect(listed).toMatchObject({ provisioningState: "Succeeded", vmExtension: answered });
  const one = await t.batch.computeNodeExtension.get("extended", node, "Monitor");
  expect(one.instanceView?.statuses?.[0]?.message).toContain("Simulated");
  const everything = JSON.stringify([listed, one, await t.batch.pool.get("extended")]);
  expect(everything).not.toContain("not-to-be-seen");
  await expect(t.batch.computeNodeExtension.get("extended", node, "other")).rejects.toMatchObject({
    code: "ExtensionNotFound",
  });
});

test("a user that the pool lacks is taken with the task, and the task fails with the reason", async () => {
  await t.batch.pool.add({ id: "users", ...linuxPool, targetDedicatedNodes: 1 });
  const userName = "nobody-known";
  await t.batch.job.add({
    id: "users",
    poolInfo: { poolId: "users" },
    jobPreparationTask: { commandLine: "exit 0", userIdentity: { userName }, waitForSuccess: false },
  });
  await t.batch.task.add("users", { id: "t", commandLine: "exit 0", userIdentity: { userName } });
  const { executionInfo } = await ended("users", "t");
  expect(executionInfo?.failureInfo?.code).toBe("TaskSchedulingConstraintFailed");
  expect(JSON.stringify(executionInfo?.failureInfo)).toContain(userName);
  await expect(
    t.batch.pool.add({
      id: "no",
      ...linuxPool,
      startTask: { commandLine: "exit 0", userIdentity: { userName } },
    }),
  ).rejects.toMatchObject({ code: "InvalidPropertyValue" });
});
