// What a file server is in Azure, as the bodies that make it: a security group, a public address, a network unless one was
// named, an interface, a machine, and an extension that ends when the export stands. Invariant: every name derives from the
// file server's GUID, so that making one twice is making one.
import type { FileServerSpec } from "../../../domain/file-server/schema.ts";
import { premiumCapable } from "../../../domain/cluster/vm-size.ts";
import type { FileServerMachine } from "../../file-servers.ts";
import type { ResourceName } from "./resources.ts";

export interface Place {
  readonly location: string;
  /** Marks what this service made. */
  readonly owner: string;
  /** Script that stripes the disks, makes the file system and exports it. */
  readonly setup: string;
}

const network = "Microsoft.Network";
const compute = "Microsoft.Compute";

/** As the original called its network and subnet. */
const madeSubnet = "Subnet-1";

export const namesOf = (guid: string) =>
  ({
    securityGroup: { type: `${network}/networkSecurityGroups`, name: `${guid}nsg` },
    address: { type: `${network}/publicIPAddresses`, name: `${guid}ip` },
    network: { type: `${network}/virtualNetworks`, name: `${guid}vnet` },
    interface: { type: `${network}/networkInterfaces`, name: `${guid}nic` },
    machine: { type: `${compute}/virtualMachines`, name: `${guid}vm` },
    ready: { type: `${compute}/virtualMachines/${guid}vm/extensions`, name: "ready" },
  }) as const satisfies Record<string, ResourceName>;

export const disksType = `${compute}/disks`;

export function subnetOfMade(networkId: string): string {
  return `${networkId}/subnets/${madeSubnet}`;
}

export interface Ids {
  readonly securityGroup: string;
  readonly address: string;
  readonly interface: string;
  readonly subnet: string;
}

export const ownerTag = "batchai-owner";
export const createdTag = "batchai-created";

const tagged = (place: Place, more: Readonly<Record<string, string>> = {}) => ({
  location: place.location,
  tags: { [ownerTag]: place.owner, ...more },
});

/** Made first and removed last: whoever looks for what is left of file servers looks for these. */
export function securityGroupBody(place: Place, { spec, createdAt }: FileServerMachine): object {
  const from = (sources: readonly string[]) =>
    sources.includes("*") ? { sourceAddressPrefix: "*" } : { sourceAddressPrefixes: [...sources] };
  const sources = spec.publicIPsToAllow ?? ["*"];
  return {
    ...tagged(place, { [createdTag]: createdAt }),
    properties: {
      securityRules: [
        ...(sources.length === 0 ? [] : [rule("ssh", 100, "Allow", "22", from(sources))]),
        rule("nfs", 110, "Allow", "2049", { sourceAddressPrefix: "VirtualNetwork" }),
        // Azure's own rules let in the whole network, and with it what is connected to it.
        rule("nothing-else", 4096, "Deny", "*", { sourceAddressPrefix: "*" }),
      ],
    },
  };
}

function rule(
  name: string,
  priority: number,
  access: "Allow" | "Deny",
  destinationPortRange: string,
  sources: object,
) {
  return {
    name,
    properties: {
      priority,
      access,
      direction: "Inbound",
      protocol: access === "Allow" ? "Tcp" : "*",
      ...sources,
      sourcePortRange: "*",
      destinationAddressPrefix: "*",
      destinationPortRange,
    },
  };
}

export function addressBody(place: Place): object {
  return {
    ...tagged(place),
    sku: { name: "Standard" },
    properties: { publicIPAllocationMethod: "Static", publicIPAddressVersion: "IPv4" },
  };
}

export function networkBody(place: Place): object {
  const range = "10.0.0.0/16";
  return {
    ...tagged(place),
    properties: {
      addressSpace: { addressPrefixes: [range] },
      // Nodes of clusters come in here, too.
      subnets: [{ name: madeSubnet, properties: { addressPrefix: range } }],
    },
  };
}

export function interfaceBody(place: Place, ids: Ids): object {
  return {
    ...tagged(place),
    properties: {
      networkSecurityGroup: { id: ids.securityGroup },
      ipConfigurations: [
        {
          name: "main",
          properties: {
            privateIPAllocationMethod: "Dynamic",
            subnet: { id: ids.subnet },
            publicIPAddress: { id: ids.address },
          },
        },
      ],
    },
  };
}

const caching = { none: "None", readonly: "ReadOnly", readwrite: "ReadWrite" } as const;

/** Sizes with premium storage take images of the second generation, as the newest do only; the others all take the first. */
const imageOf = ({ vmSize }: FileServerSpec) => ({
  publisher: "Canonical",
  offer: "ubuntu-24_04-lts",
  sku: premiumCapable(vmSize) ? "server" : "server-gen1",
  version: "latest",
});

export function machineBody(place: Place, machine: FileServerMachine, ids: Ids): object {
  const { guid, spec } = machine;
  const { dataDisks: disks } = spec;
  const managedDisk = { storageAccountType: disks.storageAccountType };
  return {
    ...tagged(place),
    properties: {
      hardwareProfile: { vmSize: spec.vmSize },
      storageProfile: {
        imageReference: imageOf(spec),
        osDisk: { name: `${guid}os`, createOption: "FromImage", deleteOption: "Delete", managedDisk },
        dataDisks: Array.from({ length: disks.diskCount }, (_, lun) => ({
          lun,
          name: `${guid}data${lun}`,
          createOption: "Empty",
          deleteOption: "Delete",
          diskSizeGB: disks.diskSizeInGB,
          caching: caching[disks.cachingType],
          managedDisk,
        })),
      },
      osProfile: operatingSystem(place, machine),
      networkProfile: {
        networkInterfaces: [{ id: ids.interface, properties: { primary: true, deleteOption: "Detach" } }],
      },
    },
  };
}

function operatingSystem(place: Place, { guid, spec, adminPassword }: FileServerMachine): object {
  const { adminUserName: user, adminUserSshPublicKey: keyData } = spec.userAccount;
  return {
    computerName: `fs-${guid.slice(0, 8)}`,
    adminUsername: user,
    ...(adminPassword === undefined ? {} : { adminPassword }),
    customData: Buffer.from(cloudConfig(place.setup)).toString("base64"),
    linuxConfiguration: {
      disablePasswordAuthentication: adminPassword === undefined,
      ...(keyData === undefined
        ? {}
        : { ssh: { publicKeys: [{ path: `/home/${user}/.ssh/authorized_keys`, keyData }] } }),
    },
  };
}

/** JSON is YAML in which nothing can be quoted wrongly. */
export function cloudConfig(setup: string): string {
  const path = "/usr/local/sbin/openbatchai-file-server";
  const config = {
    write_files: [
      { path, permissions: "0755", encoding: "b64", content: Buffer.from(setup).toString("base64") },
    ],
    runcmd: [[path]],
  };
  return `#cloud-config\n${JSON.stringify(config, undefined, 2)}\n`;
}

/** Azure calls a machine made as soon as it has booted; this ends, well or not, when its disks are exported. */
export function readyBody(place: Place): object {
  const wait =
    "cloud-init status --wait >/dev/null; tail -n 20 /var/log/openbatchai-file-server.log >&2; " +
    "test -e /var/lib/openbatchai/exported";
  return {
    ...tagged(place),
    properties: {
      publisher: "Microsoft.Azure.Extensions",
      type: "CustomScript",
      typeHandlerVersion: "2.1",
      autoUpgradeMinorVersion: true,
      settings: { commandToExecute: wait },
    },
  };
}
