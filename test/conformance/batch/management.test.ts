import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, linuxPool, subscriptionId, underTest } from "./emulator-under-test.ts";
import type { UnderTest } from "./emulator-under-test.ts";

const group = "local";
const account = "devbatch";

let t: UnderTest;
beforeAll(async () => {
  t = await underTest({ tlsPort: 0, parameters: { autoscaleFirstMs: 10 } });
});
afterAll(async () => {
  await t.emulator.dispose();
  expect(t.errors).toEqual([]);
});

async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of pages) found.push(one);
  return found;
}

const deploymentConfiguration = {
  virtualMachineConfiguration: {
    imageReference: { id: "/subscriptions/s/images/mine" },
    nodeAgentSkuId: "batch.node.ubuntu 22.04",
    dataDisks: [
      { lun: 0, diskSizeGB: 10, caching: "ReadOnly" as const, storageAccountType: "Premium_LRS" as const },
    ],
  },
};

test("the account is read, listed, tagged, and tells its keys and quotas", async () => {
  const found = await t.arm.batchAccountOperations.get(group, account);
  expect(found.accountEndpoint).toBe(new URL(t.emulator.tls?.url ?? "").host);
  expect(found).toMatchObject({ provisioningState: "Succeeded", poolQuota: 100, dedicatedCoreQuota: 500 });
  expect(await all(t.arm.batchAccountOperations.list())).toHaveLength(1);
  expect(await all(t.arm.batchAccountOperations.listByResourceGroup(group))).toHaveLength(1);
  const tagged = await t.arm.batchAccountOperations.update(group, account, { tags: { team: "a" } });
  expect(tagged.tags).toEqual({ team: "a" });
  const named = await t.arm.batchAccountOperations.update(group, account, {
    identity: { type: "SystemAssigned" },
  });
  expect([named.identity?.type, named.identity?.principalId?.length]).toEqual(["SystemAssigned", 36]);
  await t.arm.batchAccountOperations.update(group, account, { allowedAuthenticationModes: ["AAD"] });
  await expect(t.batch.pool.list()).rejects.toMatchObject({ statusCode: 403, code: "AuthenticationFailed" });
  const again = await t.arm.batchAccountOperations.beginCreateAndWait(
    group,
    account,
    { location: "West Europe", allowedAuthenticationModes: ["AAD", "SharedKey", "TaskAuthenticationToken"] },
    { updateIntervalInMs: 0 },
  );
  expect(again.name).toBe(account);
  expect(await t.batch.pool.list()).toHaveLength(0);
  await expect(
    t.arm.batchAccountOperations.beginCreateAndWait(group, account, { location: "japaneast" }),
  ).rejects.toMatchObject({ statusCode: 409, code: "InvalidResourceLocation" });
  await expect(
    t.arm.batchAccountOperations.update(group, account, { publicNetworkAccess: "Disabled" }),
  ).rejects.toMatchObject({ statusCode: 400, code: "InvalidPropertyValue" });
  await expect(t.arm.batchAccountOperations.get(group, "other")).rejects.toMatchObject({
    statusCode: 404,
    code: "ResourceNotFound",
  });
  await expect(t.arm.batchAccountOperations.get("elsewhere", account)).rejects.toMatchObject({
    statusCode: 404,
  });
});

test("what belongs to an account beyond its pools answers, if only with nothing", async () => {
  const links = await all(t.arm.privateLinkResourceOperations.listByBatchAccount(group, account));
  expect(links.map((one) => one.groupId)).toEqual(["batchAccount", "nodeManagement"]);
  const link = await t.arm.privateLinkResourceOperations.get(group, account, "BATCHACCOUNT");
  expect(link.requiredMembers).toEqual(["batchAccount"]);
  await expect(t.arm.privateLinkResourceOperations.get(group, account, "x")).rejects.toMatchObject({
    statusCode: 404,
  });
  const connections = t.arm.privateEndpointConnectionOperations;
  expect(await all(connections.listByBatchAccount(group, account))).toEqual([]);
  await expect(connections.get(group, account, "x")).rejects.toMatchObject({ statusCode: 404 });
  const accounts = t.arm.batchAccountOperations;
  expect(await all(accounts.listDetectors(group, account))).toEqual([]);
  await expect(accounts.getDetector(group, account, "x")).rejects.toMatchObject({ statusCode: 404 });
  expect(await all(accounts.listOutboundNetworkDependenciesEndpoints(group, account))).toEqual([]);
  expect((await all(t.arm.operations.list())).map((one) => one.name)).toContain(
    "Microsoft.Batch/batchAccounts/pools/write",
  );
  expect(await all(t.arm.location.listSupportedCloudServiceSkus("westeurope"))).toEqual([]);
  await expect(accounts.synchronizeAutoStorageKeys(group, account)).rejects.toMatchObject({
    code: "AutoStorageNotConfigured",
  });
});

test("a regenerated key works from then on, the old one no more", async () => {
  const before = await t.arm.batchAccountOperations.getKeys(group, account);
  expect(before.accountName).toBe(account);
  const after = await t.arm.batchAccountOperations.regenerateKey(group, account, { keyName: "Secondary" });
  expect(after.primary).toBe(before.primary);
  expect(after.secondary).not.toBe(before.secondary);
  expect((await t.batch.pool.list()).length).toBe(0);
});

test("locations tell quotas, sizes and whether a name is free", async () => {
  expect((await t.arm.location.getQuotas("japaneast")).accountQuota).toBe(3);
  expect((await t.arm.location.getQuotas("westeurope")).accountQuota).toBe(3);
  const sizes = await all(t.arm.location.listSupportedVirtualMachineSkus("westeurope"));
  expect(sizes.find((size) => size.name === "Standard_D4s_v3")?.capabilities).toContainEqual({
    name: "vCPUs",
    value: "4",
  });
  const type = "Microsoft.Batch/batchAccounts";
  const taken = await t.arm.location.checkNameAvailability("westeurope", { name: account, type });
  expect(taken).toMatchObject({ nameAvailable: false, reason: "AlreadyExists" });
  const free = await t.arm.location.checkNameAvailability("westeurope", { name: "newone", type });
  expect(free.nameAvailable).toBe(true);
});

test("a pool keeps every setting on its way through both planes", async () => {
  const made = await t.arm.poolOperations.create(group, account, "Full", {
    displayName: "everything",
    vmSize: "STANDARD_D4S_V3",
    deploymentConfiguration,
    scaleSettings: {
      fixedScale: { targetDedicatedNodes: 0, targetLowPriorityNodes: 2, resizeTimeout: "PT20M" },
    },
    interNodeCommunication: "Enabled",
    taskSlotsPerNode: 1,
    taskSchedulingPolicy: { nodeFillType: "Pack" },
    userAccounts: [{ name: "ann", password: "s3cret", elevationLevel: "Admin" }],
    metadata: [{ name: "owner", value: "me" }],
    targetNodeCommunicationMode: "Simplified",
    identity: {
      type: "UserAssigned",
      userAssignedIdentities: { "/subscriptions/s/identities/one": {} },
    },
    networkConfiguration: {
      endpointConfiguration: {
        inboundNatPools: [
          {
            name: "web",
            protocol: "TCP",
            backendPort: 8080,
            frontendPortRangeStart: 15_000,
            frontendPortRangeEnd: 15_100,
            networkSecurityGroupRules: [{ priority: 150, access: "Allow", sourceAddressPrefix: "*" }],
          },
        ],
      },
    },
    startTask: {
      commandLine: "exit 0",
      userIdentity: { autoUser: { scope: "Pool", elevationLevel: "Admin" } },
      environmentSettings: [{ name: "X", value: "admin" }],
    },
  });
  expect(made.etag).toMatch(/^W\/"0x[0-9A-F]+"$/);
  const pool = await eventually(
    () => t.arm.poolOperations.get(group, account, "full"),
    (one) => one.allocationState === "Steady",
  );
  expect(pool).toMatchObject({
    name: "Full",
    vmSize: "STANDARD_D4S_V3",
    provisioningState: "Succeeded",
    currentLowPriorityNodes: 2,
    interNodeCommunication: "Enabled",
    taskSchedulingPolicy: { nodeFillType: "Pack" },
    scaleSettings: { fixedScale: { targetLowPriorityNodes: 2, resizeTimeout: "PT20M" } },
    deploymentConfiguration,
    identity: { type: "UserAssigned" },
    networkConfiguration: {
      endpointConfiguration: {
        inboundNatPools: [{ protocol: "TCP", networkSecurityGroupRules: [{ access: "Allow" }] }],
      },
    },
    startTask: {
      userIdentity: { autoUser: { scope: "Pool", elevationLevel: "Admin" } },
      environmentSettings: [{ name: "X", value: "admin" }],
    },
  });
  expect(pool.userAccounts?.[0]).toEqual({ name: "ann", elevationLevel: "Admin" });
  const same = await t.batch.pool.get("full");
  expect(same.virtualMachineConfiguration?.imageReference.virtualMachineImageId).toBe(
    "/subscriptions/s/images/mine",
  );
  expect(same.networkConfiguration?.endpointConfiguration?.inboundNATPools[0]?.protocol).toBe("tcp");
  const [node] = await t.batch.computeNode.list("full");
  expect(node?.endpointConfiguration?.inboundEndpoints.map((one) => one.name)).toEqual(["web.0"]);
});

test("conditions, what cannot change, and unknown settings are refused", async () => {
  const pool = { vmSize: "STANDARD_D2S_V3", deploymentConfiguration };
  await expect(
    t.arm.poolOperations.create(group, account, "full", pool, { ifNoneMatch: "*" }),
  ).rejects.toMatchObject({ statusCode: 412 });
  await expect(t.arm.poolOperations.create(group, account, "full", pool)).rejects.toMatchObject({
    statusCode: 400,
    code: "InvalidPropertyValue",
  });
  await expect(
    t.arm.poolOperations.update(group, account, "full", {
      identity: { type: "UserAssigned", userAssignedIdentities: { "/subscriptions/s/identities/two": {} } },
    }),
  ).rejects.toMatchObject({ statusCode: 400, code: "InvalidPropertyValue" });
  await expect(
    t.arm.poolOperations.update(group, account, "full", {}, { ifMatch: 'W/"0x1"' }),
  ).rejects.toMatchObject({ statusCode: 412 });
  await expect(
    t.arm.poolOperations.create(group, account, "odd", {
      ...pool,
      deploymentConfiguration: {
        virtualMachineConfiguration: {
          ...deploymentConfiguration.virtualMachineConfiguration,
          containerConfiguration: {
            type: "DockerCompatible",
            containerRegistries: [{ registryServer: "r.example", identityReference: { resourceId: "/i" } }],
          },
        },
      },
    }),
  ).rejects.toMatchObject({ statusCode: 501, code: "NotImplemented" });
  await expect(t.arm.poolOperations.get(group, account, "odd")).rejects.toMatchObject({
    code: "PoolNotFound",
  });
});

test("an update that states what is so changes nothing else, whatever it states", async () => {
  const pools = t.arm.poolOperations;
  const pool = { vmSize: "Standard_D2s_v3", deploymentConfiguration };
  await pools.create(group, account, "same", pool);
  const stated = {
    ...pool,
    taskSlotsPerNode: 1,
    interNodeCommunication: "Disabled" as const,
    taskSchedulingPolicy: { nodeFillType: "Spread" as const },
    metadata: [{ name: "a", value: "b" }],
  };
  expect((await pools.update(group, account, "same", stated)).metadata).toEqual(stated.metadata);
  expect((await pools.create(group, account, "same", stated)).taskSlotsPerNode).toBe(1);
  await expect(pools.update(group, account, "same", { taskSlotsPerNode: 2 })).rejects.toMatchObject({
    statusCode: 400,
    code: "InvalidPropertyValue",
  });
  await pools.beginDeleteAndWait(group, account, "same", { updateIntervalInMs: 0 });
});

test("autoscale is set, evaluated and switched off; a resize is stopped", async () => {
  await t.arm.poolOperations.create(group, account, "auto", {
    vmSize: "STANDARD_D2S_V3",
    deploymentConfiguration,
    scaleSettings: { autoScale: { formula: "$TargetDedicatedNodes=1;", evaluationInterval: "PT5M" } },
  });
  const scaled = await eventually(
    () => t.arm.poolOperations.get(group, account, "auto"),
    (pool) => pool.currentDedicatedNodes === 1 && pool.allocationState === "Steady",
  );
  expect(scaled.autoScaleRun?.results).toContain("$TargetDedicatedNodes=1");
  const off = await t.arm.poolOperations.disableAutoScale(group, account, "auto");
  expect(off.scaleSettings?.fixedScale?.targetDedicatedNodes).toBe(1);
  const stopped = await t.arm.poolOperations.stopResize(group, account, "auto");
  expect(stopped.allocationState).toBe("Steady");
  await expect(
    t.arm.poolOperations.create(group, account, "bad", {
      vmSize: "STANDARD_D2S_V3",
      deploymentConfiguration,
      scaleSettings: { autoScale: { formula: "(" } },
    }),
  ).rejects.toMatchObject({ statusCode: 400, code: "AutoScalingFormulaSyntaxError" });
});

test("pools of both planes are listed; deletion is followed to its end", async () => {
  await t.batch.pool.add({ id: "plain", ...linuxPool });
  const names = (await all(t.arm.poolOperations.listByBatchAccount(group, account))).map((pool) => pool.name);
  expect(names).toEqual(["Full", "auto", "plain"]);
  const paged = t.arm.poolOperations.listByBatchAccount(group, account, { maxresults: 1 }).byPage();
  const sizes: number[] = [];
  for await (const page of paged) sizes.push(page.length);
  expect(sizes).toEqual([1, 1, 1]);
  await t.arm.poolOperations.beginDeleteAndWait(group, account, "full", { updateIntervalInMs: 0 });
  await expect(t.arm.poolOperations.get(group, account, "full")).rejects.toMatchObject({ statusCode: 404 });
});

test("what is absent says so; tokens and api-versions are checked", async () => {
  await expect(
    t.arm.privateEndpointConnectionOperations.beginUpdateAndWait(group, account, "x", {}),
  ).rejects.toMatchObject({ statusCode: 501 });
  const path = `/subscriptions/${subscriptionId}/resourceGroups/${group}/providers/Microsoft.Batch/batchAccounts/${account}`;
  const get = (query: string, token?: string) =>
    fetch(
      `${t.emulator.url}${path}${query}`,
      token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
    );
  expect((await get("?api-version=2023-11-01")).status).toBe(401);
  expect((await get("?api-version=2023-11-01", "bad")).status).toBe(401);
  expect((await get("", "good")).status).toBe(400);
  expect((await get("?api-version=soon", "good")).status).toBe(400);
  expect((await get("?api-version=2099-01-01", "good")).status).toBe(400);
  expect((await get("?api-version=2022-10-01", "good")).status).toBe(200);
  const upper = await fetch(`${t.emulator.url}${path.toUpperCase()}?api-version=2023-11-01`, {
    headers: { authorization: "Bearer good" },
  });
  expect(upper.status).toBe(200);
});

test("resource tags keep their names and values whatever these mean elsewhere", async () => {
  const resourceTags = { userName: "task", scope: "pool", constructor: "none" };
  const settings = {
    vmSize: "STANDARD_D2S_V3",
    deploymentConfiguration,
    scaleSettings: { fixedScale: { targetDedicatedNodes: 0 } },
  };
  await t.arm.poolOperations.create(group, account, "tagged", { ...settings, resourceTags });
  expect((await t.arm.poolOperations.get(group, account, "tagged")).resourceTags).toEqual(resourceTags);
});
