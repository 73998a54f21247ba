// What Azure refuses is refused by the emulator too, unless it is told to be lenient.
import { describe, expect, it } from "vitest";
import {
  azureRules,
  checkRemoteAccess,
} from "../../../../local/batch-emulator/service/checks/azure-rules.ts";
import { operationsPage } from "../../../../local/batch-emulator/operations-page.ts";
import type { EmulatorParameters } from "../../../../local/batch-emulator/parameters.ts";
import { PoolSpec } from "../../../../local/batch-emulator/schema/pool-spec.ts";
import {
  addPool,
  findPool,
  resizePool,
} from "../../../../local/batch-emulator/service/pools/pool-commands.ts";
import { patchPool } from "../../../../local/batch-emulator/service/pools/pool-updates.ts";
import { manualClock } from "../../../../local/clock.ts";
import { machine, serviceBench, settle } from "../../../support/batch/service-bench.ts";

const today = Date.UTC(2026, 10, 28);
const bench = (parameters: Partial<EmulatorParameters> = {}) =>
  serviceBench({ clock: manualClock(today), parameters });
const hpc = { publisher: "microsoft-dsvm", offer: "ubuntu-hpc", sku: "2404", version: "latest" };
const pool = (given: object = {}) =>
  PoolSpec.parse({ id: "p", ...machine, targetDedicatedNodes: 1, ...given });
const withImage = (vmSize: string, imageReference: object, nodeAgentSKUId = "batch.node.ubuntu 24.04") =>
  pool({ vmSize, virtualMachineConfiguration: { imageReference, nodeAgentSKUId } });
const refusal = (property: string, reason: RegExp) =>
  expect.objectContaining({
    code: "InvalidPropertyValue",
    values: expect.arrayContaining([
      { key: "PropertyName", value: property },
      { key: "Reason", value: expect.stringMatching(reason) },
    ]),
  }) as Error;

describe("a pool", () => {
  it.each(["STANDARD_NC6", "Standard_NC24rs_v3", "Standard_H16r", "Standard_A1", "Standard_NV12s_v3"])(
    "of the size %s, which Azure has retired, is refused",
    (vmSize) => {
      expect(() => addPool(bench().account, pool({ vmSize }))).toThrow(refusal("vmSize", /retired on 20/));
    },
  );

  it("of a size that will be retired is made until that day", () => {
    const before = serviceBench({ clock: manualClock(Date.UTC(2028, 3, 30)) });
    expect(addPool(before.account, pool({ vmSize: "Standard_D1_v2" })).id).toBe("p");
    const after = serviceBench({ clock: manualClock(Date.UTC(2028, 4, 1)) });
    expect(() => addPool(after.account, pool({ vmSize: "Standard_D1_v2" }))).toThrow(
      refusal("vmSize", /2028-05-01/),
    );
  });

  it("without public addresses is made in a subnet only", () => {
    const subnetId =
      "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/nodes";
    const nodes = (network: object) => pool({ networkConfiguration: network });
    const hidden = { publicIPAddressConfiguration: { provision: "NoPublicIPAddresses" } };
    expect(() => addPool(bench().account, nodes(hidden))).toThrow(
      refusal("subnetId", /must specify the subnet/),
    );
    expect(addPool(bench().account, nodes({ ...hidden, subnetId })).id).toBe("p");
    const shown = { publicIPAddressConfiguration: { provision: "BatchManaged" } };
    expect(addPool(bench().account, nodes(shown)).id).toBe("p");
    expect(addPool(bench({ strictAzure: false }).account, nodes(hidden)).id).toBe("p");
  });

  it("of a current size cannot be given a retired one later", () => {
    const { account } = bench();
    const made = addPool(account, pool({ targetDedicatedNodes: 0 }));
    expect(() => patchPool(account, made, { vmSize: "Standard_NC6" })).toThrow(
      refusal("vmSize", /retired on 20/),
    );
    patchPool(account, made, { vmSize: "Standard_D2s_v5" });
    expect(made.spec.vmSize).toBe("standard_d2s_v5");
  });

  it.each(["batch.node.ubuntu 20.04", "batch.node.ubuntu 18.04", "batch.node.centos 7"])(
    "with the node agent %s, which Batch no longer has, is refused",
    (agent) => {
      const spec = withImage("Standard_D2s_v3", { publisher: "a", offer: "b", sku: "c" }, agent);
      expect(() => addPool(bench().account, spec)).toThrow(refusal("nodeAgentSKUId", /no longer offered/));
    },
  );

  it.each([
    ["Standard_D2_v3", hpc, 2],
    [
      "Standard_D4s_v6",
      { publisher: "canonical", offer: "0001-com-ubuntu-server-jammy", sku: "22_04-lts" },
      1,
    ],
    ["Standard_NC24ads_A100_v4", { publisher: "debian", offer: "debian-12", sku: "12-gen1" }, 1],
  ])(
    "of the size %s gets no nodes from an image of another generation, and says why",
    async (size, image, generation) => {
      const of = bench();
      addPool(of.account, withImage(size, image));
      await settle(of);
      const { nodes, allocation, resizeErrors } = findPool(of.account, "p");
      expect({ nodes: nodes.size, allocation }).toEqual({ nodes: 0, allocation: "steady" });
      expect(resizeErrors).toEqual([
        expect.objectContaining({
          code: "AllocationFailed",
          values: [
            {
              name: "Provider Error Json",
              value: expect.stringContaining(`Hypervisor Generation '${generation}'`),
            },
          ],
        }),
      ]);
    },
  );

  it.each([
    ["BatchService", 100],
    ["UserSubscription", 80],
  ] as const)(
    "whose nodes may talk to each other has at most what an account of mode %s allows: %d",
    async (poolAllocationMode, most) => {
      const of = bench({ poolAllocationMode, dedicatedCoreQuota: 10_000, lowPriorityCoreQuota: 10_000 });
      const connected = {
        enableInterNodeCommunication: true,
        targetDedicatedNodes: most,
        targetLowPriorityNodes: 1,
      };
      expect(() => addPool(of.account, pool(connected))).toThrow(
        refusal("targetDedicatedNodes", new RegExp(`at most ${most} nodes`)),
      );
      const made = addPool(of.account, pool({ ...connected, targetLowPriorityNodes: 0 }));
      await settle(of);
      expect(() => resizePool(of.account, made, { targetDedicatedNodes: most + 1 })).toThrow(/invalid/);
      expect(made.targetDedicated).toBe(most);
      expect(addPool(of.account, pool({ id: "apart", targetDedicatedNodes: most + 1 })).id).toBe("apart");
    },
  );

  it("that scales itself beyond that limit stays as it is, and its run ends with the reason", async () => {
    const of = bench();
    const formula = { enableAutoScale: true, autoScaleFormula: "$TargetDedicatedNodes = 101;" };
    const { targetDedicatedNodes: _, ...rest } = pool({ enableInterNodeCommunication: true });
    const made = addPool(of.account, { ...rest, ...formula });
    await of.clock.advance(of.account.parameters.autoscaleFirstMs + 1);
    expect(made.autoScaleRun?.error).toMatchObject({ message: expect.stringContaining("at most 100 nodes") });
    expect(made.targetDedicated).toBe(0);
  });

  it("has a way in for ssh only when it asked for one", () => {
    const { account } = bench();
    expect(() => checkRemoteAccess(account, pool())).toThrow(/no inbound NAT pool for port 22/);
    const nat = {
      name: "ssh",
      protocol: "tcp",
      backendPort: 22,
      frontendPortRangeStart: 15_000,
      frontendPortRangeEnd: 15_100,
    };
    const open = { networkConfiguration: { endpointConfiguration: { inboundNATPools: [nat] } } };
    expect(() => checkRemoteAccess(account, pool(open))).not.toThrow();
  });

  it("may do all that where the emulator is told not to be strict", async () => {
    const of = bench({ strictAzure: false, dedicatedCoreQuota: 10_000 });
    const lenient = withImage("Standard_NC6", hpc, "batch.node.ubuntu 20.04");
    addPool(of.account, { ...lenient, enableInterNodeCommunication: true, targetDedicatedNodes: 120 });
    await settle(of);
    expect(findPool(of.account, "p").nodes.size).toBe(120);
    expect(() => checkRemoteAccess(of.account, pool())).not.toThrow();
  });
});

it("every rule has its row on the reference page", () => {
  const page = operationsPage();
  for (const [rule, answer] of azureRules) {
    expect(page).toContain(rule);
    expect(page).toContain(answer);
  }
});
