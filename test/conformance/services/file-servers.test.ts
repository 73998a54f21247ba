// File servers' machines in Azure: the app's client against the local cloud's resource manager, with everything that goes by held
// against Microsoft's descriptions. It proves shapes, order and what is left; not that Azure behaves so.
// Starts nothing: both ends are in this process; the files of machines are in a folder of the test's.
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { FileServerSpec } from "../../../domain/file-server/schema.ts";
import type { FileServerMachine } from "../../../services/file-servers.ts";
import { azureMachines } from "../../support/azure-machines.ts";
import { actionsOfRole, allowed } from "../../support/contract/actions.ts";

const guid = "44444444-4444-4444-8444-444444444444";
const spec: FileServerSpec = {
  vmSize: "STANDARD_D2_V3",
  dataDisks: { diskSizeInGB: 10, diskCount: 2, cachingType: "readonly", storageAccountType: "Standard_LRS" },
  userAccount: { adminUserName: "ada", adminUserPasswordSecret: "adminUserPassword" },
  publicIPsToAllow: ["203.0.113.7", "198.51.100.0/24"],
};
const machine: FileServerMachine = {
  guid,
  spec,
  createdAt: "2026-11-29T00:00:00.000Z",
  adminPassword: "not-to-be-seen-7A",
};

type World = Awaited<ReturnType<typeof azureMachines>>;

/** Asks until there is something final. */
async function built({ fileServers, manager }: World, wanted = machine) {
  for (let round = 0; round < 20; round += 1) {
    const answer = await fileServers.build(wanted);
    if (answer.kind !== "building") return answer;
    await manager.clock.advance(1_000);
  }
  throw new Error("the machine was never built");
}

async function removed({ fileServers, manager }: World, of = guid): Promise<void> {
  for (let round = 0; round < 20; round += 1) {
    if ((await fileServers.remove(of)) === "gone") return;
    await manager.clock.advance(1_000);
  }
  throw new Error("the machine was never removed");
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into bodies freely
type Loose = any;
function body(world: World, what: RegExp): { readonly properties: Loose } {
  const found = world.sent.find((one) => what.test(one.what));
  if (found === undefined) throw new Error(`nothing was sent to ${String(what)}`);
  return found.body as { properties: Loose };
}

describe("the machine of a file server", () => {
  it("rows 56-58: is made with its disks, in a network of its own, and open to ssh from named addresses alone", async () => {
    const world = await azureMachines();
    const network = `/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/local/providers/Microsoft.Network/virtualNetworks/${guid}vnet`;
    expect(await built(world)).toEqual({
      kind: "running",
      mountSettings: {
        mountPoint: "/data",
        fileServerPublicIP: "203.0.113.1",
        fileServerInternalIP: "10.0.0.4",
      },
      madeSubnet: { id: `${network}/subnets/Subnet-1` },
    });
    expect(world.sent.map(({ what }) => what.split("/")[0])).toEqual([
      "networkSecurityGroups",
      "publicIPAddresses",
      "virtualNetworks",
      "networkInterfaces",
      "virtualMachines",
      "virtualMachines",
    ]);
    const [ssh, nfs, rest] = body(world, /^networkSecurityGroups/).properties.securityRules;
    expect(ssh.properties).toMatchObject({
      access: "Allow",
      destinationPortRange: "22",
      sourceAddressPrefixes: ["203.0.113.7", "198.51.100.0/24"],
    });
    expect(nfs.properties).toMatchObject({
      destinationPortRange: "2049",
      sourceAddressPrefix: "VirtualNetwork",
    });
    expect(rest.properties).toMatchObject({ access: "Deny", priority: 4096, sourceAddressPrefix: "*" });
    const { storageProfile, hardwareProfile, osProfile } = body(world, /^virtualMachines\/[^/]+$/).properties;
    expect(hardwareProfile).toEqual({ vmSize: "STANDARD_D2_V3" });
    expect(storageProfile.imageReference.sku).toBe("server-gen1");
    expect(storageProfile.dataDisks).toMatchObject(
      [0, 1].map((lun) => ({
        lun,
        diskSizeGB: 10,
        caching: "ReadOnly",
        deleteOption: "Delete",
        name: `${guid}data${lun}`,
      })),
    );
    expect(osProfile).toMatchObject({ adminUsername: "ada", adminPassword: "not-to-be-seen-7A" });
    expect([...world.strange]).toEqual([]);
    expect(readFileSync(`${world.manager.folder}/resource-manager.json`, "utf8")).not.toContain(
      "not-to-be-seen",
    );
    await removed(world);
  });

  it("row 57: joins a subnet that is named, and makes none", async () => {
    const world = await azureMachines();
    await built(world);
    const other = "55555555-5555-4555-8555-555555555555";
    const subnet = `/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/local/providers/Microsoft.Network/virtualNetworks/${guid}vnet/subnets/Subnet-1`;
    const joined = {
      ...machine,
      guid: other,
      spec: { ...spec, vmSize: "Standard_DS2_v2", subnet: { id: subnet } },
    };
    const answer = await built(world, joined);
    expect(answer).toMatchObject({ kind: "running", mountSettings: { fileServerInternalIP: "10.0.0.5" } });
    expect(answer).not.toHaveProperty("madeSubnet");
    expect((await world.left()).filter((name) => name.endsWith("vnet"))).toEqual([`${guid}vnet`]);
    expect((await world.fileServers.list()).map((one) => one.guid)).toEqual([guid, other]);
    // The network goes when the last machine in it has gone.
    expect(await world.fileServers.remove(guid)).toBe("removing");
    await world.manager.clock.advance(60_000);
    for (let round = 0; round < 5; round += 1) expect(await world.fileServers.remove(guid)).toBe("removing");
    await removed(world, other);
    await removed(world);
    expect(await world.left()).toEqual([]);
  });

  it.each([
    ["nobody, with an empty list", [], undefined],
    ["everybody, when nothing is said", undefined, { sourceAddressPrefix: "*" }],
    ["everybody, with a '*' among others", ["*", "203.0.113.7"], { sourceAddressPrefix: "*" }],
  ])("row 58: lets in by ssh %s", async (_who, publicIPsToAllow, from) => {
    const world = await azureMachines();
    const { publicIPsToAllow: _sources, ...rest } = spec;
    await built(world, {
      ...machine,
      spec: publicIPsToAllow === undefined ? rest : { ...rest, publicIPsToAllow },
    });
    const rules = body(world, /^networkSecurityGroups/).properties.securityRules as Loose[];
    const ssh = rules.find(({ name }) => name === "ssh");
    expect(ssh === undefined).toBe(from === undefined);
    if (from !== undefined) expect(ssh.properties).toMatchObject(from);
    expect([...world.strange]).toEqual([]);
  });

  it("has a folder that nodes of its network mount, as long as it runs", async () => {
    const world = await azureMachines();
    const answer = await built(world);
    const subnet = answer.kind === "running" ? (answer.madeSubnet?.id ?? "") : "";
    const found = world.manager.exported("10.0.0.4", `${subnet.replace("Subnet-1", "another")}`);
    if (found?.kind !== "folder") throw new Error("there is no folder");
    expect(existsSync(found.folder)).toBe(true);
    expect(world.manager.exported("10.0.0.4", undefined)).toEqual({ kind: "nobody" });
    expect(world.manager.exported("10.0.0.4", subnet.replace("vnet", "other"))).toEqual({ kind: "nobody" });
    expect(world.manager.exported("10.0.0.9", subnet)).toBeUndefined();
    await removed(world);
    expect(existsSync(found.folder)).toBe(false);
    expect(world.manager.exported("10.0.0.4", subnet)).toBeUndefined();
  });
});

describe("a machine that cannot be had", () => {
  it.each<[string, Parameters<typeof azureMachines>[0], Partial<FileServerMachine>, RegExp]>([
    [
      "a quota",
      { cores: 1 },
      {},
      /virtualMachines: OperationNotAllowed: .*exceeding approved Total Regional Cores quota/,
    ],
    [
      "a size that nobody has",
      {},
      { spec: { ...spec, vmSize: "STANDARD_D9999_V3" } },
      /InvalidParameter: The value STANDARD_D9999_V3/,
    ],
    ["a password that is too simple", {}, { adminPassword: "simple" }, /InvalidParameter: .*complexity/],
    [
      "a subnet that is not there",
      {},
      {
        spec: {
          ...spec,
          subnet: {
            id: "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/x",
          },
        },
      },
      /networkInterfaces: InvalidResourceReference: .*virtualNetworks\/v was not found/,
    ],
    [
      "no place in the region",
      {
        failing: ({ type }) =>
          type.endsWith("virtualMachines") ? { code: "AllocationFailed", message: "No more." } : undefined,
      },
      {},
      /virtualMachines: AllocationFailed: No more\./,
    ],
    [
      "disks that cannot be exported",
      {
        failing: ({ type }) =>
          type.endsWith("extensions")
            ? { code: "VMExtensionProvisioningError", message: "no data disk" }
            : undefined,
      },
      {},
      /could not be exported: VMExtensionProvisioningError: no data disk/,
    ],
    [
      "a network that failed",
      { failing: ({ type }) => (type.endsWith("virtualNetworks") ? { code: "X", message: "y" } : undefined) },
      {},
      /virtualNetworks: Azure reports its provisioning as failed/,
    ],
  ])(
    "because of %s is refused in Azure's words, and leaves nothing when it is removed",
    async (_why, options, changes, words) => {
      const world = await azureMachines(options);
      const answer = await built(world, { ...machine, ...changes });
      expect(answer).toEqual({ kind: "refused", message: expect.stringMatching(words) as string });
      await removed(world);
      expect(await world.left()).toEqual([]);
      await removed(world);
    },
  );

  it("because of a right that is missing says which", async () => {
    const world = await azureMachines();
    const error = { error: { code: "AuthorizationFailed", message: "The client has no right." } };
    world.faults.next = (method, what) =>
      method === "PUT" && what.startsWith("publicIPAddresses")
        ? Response.json(error, { status: 403 })
        : undefined;
    expect(await built(world)).toMatchObject({
      kind: "refused",
      message: expect.stringMatching(/AuthorizationFailed.*batchai doctor/) as string,
    });
  });
});

describe("whatever happens on the way", () => {
  it("each call may be the last one: whoever asks again ends with one machine, and then with none", async () => {
    const whole = await azureMachines();
    await built(whole);
    await removed(whole);
    const count = whole.calls.length;
    expect(count).toBeGreaterThan(20);
    for (let cut = 0; cut < count; cut += 1) {
      const world = await azureMachines();
      let calls = 0;
      const persistently = async <T>(run: () => Promise<T>): Promise<T> =>
        run().catch(async () => {
          world.faults.next = undefined;
          return run();
        });
      // The call arrives, and its answer does not; neither do those of its repetitions.
      world.faults.next = () => ((calls += 1) > cut ? "lost" : undefined);
      expect(await persistently(() => built(world)), String(cut)).toMatchObject({ kind: "running" });
      await persistently(() => removed(world));
      expect(await world.left()).toEqual([]);
    }
  });

  it("what Azure is busy with is waited for, and what it refuses for another reason is told to who deletes", async () => {
    const world = await azureMachines();
    let busy = 3;
    const answer = (code: string, status: number) =>
      Response.json({ error: { code, message: code } }, { status });
    world.faults.next = (method) =>
      method === "PUT" && (busy -= 1) > 0 ? answer("AnotherOperationInProgress", 409) : undefined;
    expect(await built(world)).toMatchObject({ kind: "running" });
    world.faults.next = (method) => (method === "DELETE" ? answer("ScopeLocked", 409) : undefined);
    await expect(world.fileServers.remove(guid)).rejects.toMatchObject({
      code: "ServiceUnavailable",
      message: expect.stringContaining("ScopeLocked") as string,
    });
    world.faults.next = undefined;
    await removed(world);
  });
});

describe("its role in infra/", () => {
  it("allows every call that is made, and nothing else", async () => {
    const world = await azureMachines();
    await built(world);
    await world.fileServers.list();
    await removed(world);
    const bicep = readFileSync("infra/modules/file-servers.bicep", "utf8");
    const role = actionsOfRole(bicep);
    // What refers to another resource needs the right to join it, which is in no path.
    const joins = [
      "networkSecurityGroups",
      "publicIPAddresses",
      "networkInterfaces",
      "virtualNetworks/subnets",
    ].map((type) => `Microsoft.Network/${type}/join/action`);
    // Disks that a machine left behind are listed and deleted; here it leaves none.
    const disks = [
      "Microsoft.Compute/disks/read",
      "Microsoft.Compute/disks/write",
      "Microsoft.Compute/disks/delete",
    ];
    const needed = [...world.actions, ...joins, ...disks];
    expect(needed.filter((action) => !allowed(action, role))).toEqual([]);
    expect(role.filter((one) => !needed.some((action) => allowed(action, [one])))).toEqual([]);
  });
});
