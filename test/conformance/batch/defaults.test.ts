// What the service fills in where a caller said nothing, and answers.
import { afterAll, beforeAll, expect, test } from "vitest";
import { linuxPool, underTest } from "./emulator-under-test.ts";
import type { UnderTest } from "./emulator-under-test.ts";

let t: UnderTest;
beforeAll(async () => {
  t = await underTest();
});
afterAll(async () => {
  await t.emulator.dispose();
  expect(t.errors).toEqual([]);
});

async function send(method: string, path: string, body?: object) {
  const response = await fetch(`${t.emulator.url}${path}?api-version=2025-06-01`, {
    method,
    headers: { authorization: "Bearer good", "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, text, body: (text === "" ? {} : JSON.parse(text)) as object };
}

const user = { autoUser: { scope: "pool", elevationLevel: "nonadmin" } };
const autoPool = { poolLifetimeOption: "job" as const, pool: linuxPool };
const filledPool = {
  taskSlotsPerNode: 1,
  taskSchedulingPolicy: { nodeFillType: "Spread" },
  resizeTimeout: "PT15M",
  targetDedicatedNodes: 0,
  targetLowPriorityNodes: 0,
  enableAutoScale: false,
  enableInterNodeCommunication: false,
};
const tasks = {
  jobManagerTask: { id: "manager", commandLine: "exit 0" },
  jobPreparationTask: {
    commandLine: "exit 0",
    userIdentity: { autoUser: { elevationLevel: "admin" as const } },
  },
  jobReleaseTask: { commandLine: "exit 0" },
};

test("a pool tells the version of its image, the level of its users, and what it said nothing about", async () => {
  const { version: _version, ...imageReference } = linuxPool.virtualMachineConfiguration.imageReference;
  await t.batch.pool.add({
    id: "p",
    ...linuxPool,
    virtualMachineConfiguration: {
      ...linuxPool.virtualMachineConfiguration,
      imageReference,
      dataDisks: [{ lun: 0, diskSizeGB: 10 }],
    },
    userAccounts: [{ name: "ann", password: "s3cret" }],
    startTask: { commandLine: "exit 0", userIdentity: { autoUser: { scope: "task" } } },
    networkConfiguration: {},
  });
  expect(await t.batch.pool.get("p")).toMatchObject({
    virtualMachineConfiguration: {
      imageReference: { ...imageReference, version: "latest" },
      dataDisks: [{ lun: 0, caching: "readwrite", storageAccountType: "standard_lrs" }],
    },
    userAccounts: [{ name: "ann", elevationLevel: "nonadmin" }],
    startTask: {
      userIdentity: { autoUser: { scope: "task", elevationLevel: "nonadmin" } },
      waitForSuccess: true,
    },
    networkConfiguration: { dynamicVNetAssignmentScope: "none" },
  });
  const managed = await t.arm.poolOperations.get("local", "devbatch", "p");
  expect(managed.networkConfiguration).toMatchObject({
    dynamicVnetAssignmentScope: "none",
    enableAcceleratedNetworking: false,
  });
});

test("a job's own tasks and its automatic pool are answered in full, alone and in a schedule", async () => {
  await t.batch.job.add({ id: "j", poolInfo: { autoPoolSpecification: autoPool }, ...tasks });
  const shape = {
    jobManagerTask: { userIdentity: user, killJobOnCompletion: true, constraints: { maxTaskRetryCount: 0 } },
    jobPreparationTask: {
      id: "jobpreparation",
      userIdentity: { autoUser: { scope: "pool", elevationLevel: "admin" } },
    },
    jobReleaseTask: { id: "jobrelease", userIdentity: user, maxWallClockTime: "PT15M" },
    poolInfo: { autoPoolSpecification: { keepAlive: false, pool: filledPool } },
  };
  expect(await t.batch.job.get("j")).toMatchObject(shape);
  await t.batch.jobSchedule.add({
    id: "s",
    schedule: { doNotRunUntil: new Date("2999-01-01") },
    jobSpecification: { poolInfo: { autoPoolSpecification: autoPool }, ...tasks },
  });
  const { jobSpecification } = await t.batch.jobSchedule.get("s");
  expect(jobSpecification).toMatchObject({ ...shape, priority: 0, maxParallelTasks: -1 });
});

test("what a pool says of its disks' encryption, its machines' security and their network is kept in both planes, and checked", async () => {
  const image = linuxPool.virtualMachineConfiguration;
  const uefiSettings = { secureBootEnabled: true, vTpmEnabled: true };
  const managedDisk = {
    storageAccountType: "premium_lrs",
    securityProfile: { securityEncryptionType: "VMGuestStateOnly" },
  };
  const machine = {
    ...image,
    osDisk: { caching: "readonly", diskSizeGB: 64, writeAcceleratorEnabled: false, managedDisk },
    securityProfile: { securityType: "confidentialVM", encryptionAtHost: true, uefiSettings },
    diskEncryptionConfiguration: { targets: ["temporarydisk"] },
  };
  const pool = (id: string, virtualMachineConfiguration: object) => ({
    ...linuxPool,
    id,
    virtualMachineConfiguration,
    networkConfiguration: { enableAcceleratedNetworking: true },
  });
  const added = await send("POST", "/pools", pool("secure", machine));
  expect([added.status, added.text]).toEqual([201, ""]);
  expect((await send("GET", "/pools/secure")).body).toMatchObject({
    virtualMachineConfiguration: machine,
    networkConfiguration: { enableAcceleratedNetworking: true },
  });
  const managed = await t.arm.poolOperations.get("local", "devbatch", "secure");
  expect(managed.networkConfiguration).toMatchObject({ enableAcceleratedNetworking: true });
  expect(managed.deploymentConfiguration?.virtualMachineConfiguration).toMatchObject({
    osDisk: { caching: "ReadOnly", managedDisk: { storageAccountType: "Premium_LRS" } },
    securityProfile: { encryptionAtHost: true, uefiSettings },
    diskEncryptionConfiguration: { targets: ["TemporaryDisk"] },
  });
  const trusted = {
    ...machine,
    securityProfile: { ...machine.securityProfile, securityType: "trustedLaunch" },
  };
  const refused = await send("POST", "/pools", pool("unlike", trusted));
  expect([refused.status, refused.text]).toEqual([400, expect.stringContaining("confidential machines")]);
  const untyped = { ...image, securityProfile: { uefiSettings } };
  expect((await send("POST", "/pools", pool("untyped", untyped))).text).toContain("securityType");
});

test("upgrades, trusted machines, proxies of their metadata, the order of jobs and families of addresses are read back", async () => {
  const placed = {
    ...linuxPool.virtualMachineConfiguration,
    nodePlacementConfiguration: { policy: "zonal" },
  };
  const told = {
    vmSize: "standard_d2s_v3",
    virtualMachineConfiguration: {
      ...placed,
      securityProfile: {
        securityType: "trustedLaunch",
        encryptionAtHost: true,
        uefiSettings: { secureBootEnabled: true, vTpmEnabled: true },
        proxyAgentSettings: {
          enabled: true,
          wireServer: { mode: "Audit" },
          imds: { inVMAccessControlProfileReferenceId: "/subscriptions/s/profiles/one" },
        },
      },
      osDisk: {
        caching: "readwrite",
        diskSizeGB: 50,
        writeAcceleratorEnabled: true,
        managedDisk: { storageAccountType: "standard_lrs" },
      },
    },
    taskSchedulingPolicy: { nodeFillType: "Spread", jobDefaultOrder: "creationtime" },
    networkConfiguration: { publicIPAddressConfiguration: { ipFamilies: ["IPv6", "IPv4"] } },
    upgradePolicy: {
      mode: "automatic",
      automaticOSUpgradePolicy: {
        disableAutomaticRollback: true,
        enableAutomaticOSUpgrade: true,
        useRollingUpgradePolicy: true,
        osRollingUpgradeDeferral: true,
      },
      rollingUpgradePolicy: {
        enableCrossZoneUpgrade: true,
        maxBatchInstancePercent: 20,
        maxUnhealthyInstancePercent: 20,
        maxUnhealthyUpgradedInstancePercent: 20,
        pauseTimeBetweenBatches: "PT0S",
        prioritizeUnhealthyInstances: false,
        rollbackFailedInstancesOnPolicyBreach: false,
      },
    },
  };
  expect((await send("POST", "/pools", { id: "told", ...told })).status).toBe(201);
  expect((await send("GET", "/pools/told")).body).toMatchObject(told);
});

test("a key of the customer's own needs an identity, which only the management plane gives a pool", async () => {
  const customerManagedKey = {
    keyUrl: "https://vault.example/keys/one/1",
    identityReference: { resourceId: "/subscriptions/s/identities/one" },
  };
  const virtualMachineConfiguration = {
    ...linuxPool.virtualMachineConfiguration,
    diskEncryptionConfiguration: { customerManagedKey },
  };
  const { status, body } = await send("POST", "/pools", {
    ...linuxPool,
    id: "key",
    virtualMachineConfiguration,
  });
  expect([status, body]).toMatchObject([
    400,
    {
      code: "InvalidPropertyValue",
      values: expect.arrayContaining([
        { key: "Reason", value: "Pool Identity is required when using CustomerManagedKey." },
      ]) as unknown,
    },
  ]);
});
