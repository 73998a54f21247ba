// Machines of file servers that a test drives by hand.
import type { FileServerMachine, FileServers } from "../../../services/file-servers.ts";

export interface FakeFileServers extends FileServers {
  /** Machines are ready from now on. */
  finish(): void;
  /** What was asked for, once per machine. */
  asked(): readonly FileServerMachine[];
  /** Number of machines there are. */
  standing(): number;
  slowToGo: boolean;
  /** Why no machine can be built from now on. */
  refusal: string | undefined;
}

export function fakeFileServers(): FakeFileServers {
  const machines = new Map<string, FileServerMachine>();
  const asked = new Map<string, FileServerMachine>();
  let ready = false;
  const network =
    "/subscriptions/s/resourceGroups/fileserverrg/providers/Microsoft.Network/virtualNetworks/made";
  return {
    slowToGo: false,
    refusal: undefined,
    finish: () => void (ready = true),
    asked: () => [...asked.values()],
    standing: () => machines.size,
    async build(machine) {
      machines.set(machine.guid, machine);
      asked.set(machine.guid, machine);
      if (this.refusal !== undefined) return { kind: "refused", message: this.refusal };
      if (!ready) return { kind: "building" };
      return {
        kind: "running",
        mountSettings: {
          mountPoint: "/data",
          fileServerPublicIP: "20.1.2.3",
          fileServerInternalIP: "10.0.0.4",
        },
        ...(machine.spec.subnet === undefined ? { madeSubnet: { id: `${network}/subnets/Subnet-1` } } : {}),
      };
    },
    list: async () =>
      [...machines.values()].map(({ guid, createdAt }) => ({ guid, owner: "teststore", createdAt })),
    async remove(guid) {
      if (this.slowToGo) return "removing";
      machines.delete(guid);
      return "gone";
    },
  };
}
