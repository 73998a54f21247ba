// Addresses: private ones as Azure gives them, from the fourth of a subnet; public ones from the range that is kept for
// documentation, because nobody answers there.
import type { ResourceRecord } from "../../store/records.ts";
import { ResourceFault } from "../fault.ts";
import { Interface, Network } from "./bodies.ts";
import type { Surroundings } from "./kinds.ts";

/** Azure keeps the first four and the last of a subnet. */
const firstFree = 4;

export function freeAddress(subnetId: string, at: Pick<Surroundings, "find" | "resources">): string {
  const [, networkId = "", subnet = ""] = /^(.+)\/subnets\/([^/]+)$/i.exec(subnetId) ?? [];
  const network = Network.parse(at.find(networkId).asked);
  const found = network.subnets.find((one) => one.name.toLowerCase() === subnet.toLowerCase());
  if (found === undefined)
    throw new ResourceFault(
      400,
      "InvalidResourceReference",
      `Resource ${subnetId} referenced by the network interface was not found.`,
    );
  const [base = "", bits = "32"] = found.properties.addressPrefix.split("/");
  const taken = new Set(
    at.resources.filter((one) => isIn(one, subnetId)).map(({ given }) => given["privateIPAddress"]),
  );
  const last = 2 ** (32 - Number(bits)) - 2;
  for (let place = firstFree; place <= last; place += 1) {
    const address = written(numberOf(base) + place);
    if (!taken.has(address)) return address;
  }
  throw new ResourceFault(
    400,
    "SubnetIsFull",
    `Subnet ${subnetId} with address prefix ${found.properties.addressPrefix} does not have enough capacity for 1 IP addresses.`,
  );
}

function isIn({ type, asked }: ResourceRecord, subnetId: string): boolean {
  if (type !== "Microsoft.Network/networkInterfaces") return false;
  const [{ properties }] = Interface.parse(asked).ipConfigurations;
  return properties.subnet.id.toLowerCase() === subnetId.toLowerCase();
}

export function freePublicAddress(resources: readonly ResourceRecord[]): string {
  const taken = new Set(resources.map(({ given }) => given["ipAddress"]));
  for (let last = 1; last < 255; last += 1) if (!taken.has(`203.0.113.${last}`)) return `203.0.113.${last}`;
  throw new ResourceFault(
    400,
    "PublicIPCountLimitReached",
    "Cannot create more than 254 public IP addresses for this subscription in this region.",
  );
}

const numberOf = (address: string) => address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
const written = (number: number) =>
  [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
