// The kinds of resources that a machine is made of: what each takes, what it needs, how long it takes, and what it is given. A
// machine here is a folder: nothing boots, but everything that can be refused is refused in Azure's words.
import type { z } from "zod";
import { coresOf } from "../../../batch-emulator/service/account/quota.ts";
import type { ResourceRecord } from "../../store/records.ts";
import { sameName } from "../../store/records.ts";
import { ResourceFault } from "../fault.ts";
import { freeAddress, freePublicAddress } from "./addresses.ts";
import { Extension, Interface, Machine, Network, PublicAddress, SecurityGroup } from "./bodies.ts";

export interface Surroundings {
  /** Those that are there, in whatever state, and not going. */
  readonly resources: readonly ResourceRecord[];
  /** @throws ResourceFault when there is none of that id. */
  find(id: string): ResourceRecord;
  readonly cores: number;
  readonly location: string;
}

export interface Kind {
  readonly type: string;
  readonly body: z.ZodType<object>;
  /** How long until it has been made. */
  readonly takes: "no time" | "a boot" | "a setup";
  /** @throws ResourceFault. @returns what it is given. */
  readonly check: (
    asked: Readonly<Record<string, unknown>>,
    at: Surroundings,
    name: string,
  ) => Readonly<Record<string, string>>;
  /** Ids of what it holds on to. */
  readonly uses: (asked: Readonly<Record<string, unknown>>) => readonly string[];
  /** What Azure says when something that is in use is to be deleted. */
  readonly inUse: string;
}

const nothing = () => ({});

export const machineType = "Microsoft.Compute/virtualMachines";
export const extensionType = `${machineType}/extensions`;
export const interfaceType = "Microsoft.Network/networkInterfaces";
export const networkType = "Microsoft.Network/virtualNetworks";
export const addressType = "Microsoft.Network/publicIPAddresses";

export const kinds: readonly Kind[] = [
  {
    type: "Microsoft.Network/networkSecurityGroups",
    body: SecurityGroup,
    takes: "no time",
    check: nothing,
    uses: () => [],
    inUse: "InUseNetworkSecurityGroupCannotBeDeleted",
  },
  {
    type: addressType,
    body: PublicAddress,
    takes: "no time",
    check: (_asked, { resources }) => ({ ipAddress: freePublicAddress(resources) }),
    uses: () => [],
    inUse: "PublicIPAddressCannotBeDeleted",
  },
  {
    type: networkType,
    body: Network,
    takes: "no time",
    check: nothing,
    uses: () => [],
    inUse: "InUseSubnetCannotBeDeleted",
  },
  {
    type: interfaceType,
    body: Interface,
    takes: "no time",
    check: (asked, at) => {
      const { ipConfigurations, networkSecurityGroup } = Interface.parse(asked);
      const [{ properties }] = ipConfigurations;
      at.find(networkSecurityGroup.id);
      at.find(properties.publicIPAddress.id);
      return { privateIPAddress: freeAddress(properties.subnet.id, at) };
    },
    uses: (asked) => {
      const { ipConfigurations, networkSecurityGroup } = Interface.parse(asked);
      const [{ properties }] = ipConfigurations;
      return [networkSecurityGroup.id, properties.publicIPAddress.id, properties.subnet.id];
    },
    inUse: "NicInUse",
  },
  {
    type: machineType,
    body: Machine,
    takes: "a boot",
    check: (asked, at, name) => checkMachine(Machine.parse(asked), at, name),
    uses: (asked) => Machine.parse(asked).networkProfile.networkInterfaces.map(({ id }) => id),
    inUse: "",
  },
  {
    type: extensionType,
    body: Extension,
    takes: "a setup",
    check: nothing,
    uses: () => [],
    inUse: "",
  },
];

function checkMachine(machine: Machine, at: Surroundings, name: string): Readonly<Record<string, string>> {
  checkSize(machine.hardwareProfile.vmSize, at, name);
  checkUser(machine.osProfile);
  const [{ id }] = machine.networkProfile.networkInterfaces;
  at.find(id);
  const holder = at.resources.find(
    (one) =>
      one.type === machineType &&
      one.name !== name &&
      kindOf(one.type)?.uses(one.asked).includes(id) === true,
  );
  if (holder !== undefined)
    throw new ResourceFault(
      400,
      "NicInUse",
      `The network interface ${id} is used by the machine ${holder.name}.`,
    );
  const config = Buffer.from(machine.osProfile.customData ?? "", "base64").toString();
  return { exports: config.startsWith("#cloud-config\n") ? "yes" : "no" };
}

/** More than the largest machine has. */
const mostCores = 1_832;

function checkSize(size: string, { resources, cores: limit, location }: Surroundings, name: string): void {
  const wanted = coresOf(size);
  if (!/^(standard|basic)_[a-z]+\d+[-\w]*$/i.test(size) || wanted > mostCores)
    throw new ResourceFault(
      400,
      "InvalidParameter",
      `The value ${size} provided for the VM size is not valid. The valid sizes in the current region are those of 'az vm list-skus'.`,
    );
  const used = resources
    .filter((one) => one.type === machineType && one.name !== name)
    .reduce((sum, one) => sum + coresOf(Machine.parse(one.asked).hardwareProfile.vmSize), 0);
  if (used + wanted > limit)
    throw new ResourceFault(
      409,
      "OperationNotAllowed",
      `Operation could not be completed as it results in exceeding approved Total Regional Cores quota. Location: ${location}, Current Limit: ${limit}, Current Usage: ${used}, Additional Required: ${wanted}, (Minimum) New Limit Required: ${used + wanted}.`,
    );
}

/** Names that Azure takes for no administrator ("Create or update a virtual machine", adminUsername). */
const refusedNames =
  /^(administrator|admin|user\d?|test\d?|admin[12]|1|123|a|actuser|adm|aspnet|backup|console|david|guest|john|owner|root|server|sql|support(_388945a0)?|sys)$/i;

function checkUser({ adminUsername, adminPassword, linuxConfiguration }: Machine["osProfile"]): void {
  if (refusedNames.test(adminUsername))
    throw new ResourceFault(
      409,
      "OSProvisioningClientError",
      `The Admin Username '${adminUsername}' is not allowed.`,
    );
  const keys = linuxConfiguration.ssh?.publicKeys ?? [];
  if (adminPassword === undefined) {
    if (keys.length === 0)
      throw new ResourceFault(
        400,
        "InvalidParameter",
        "Authentication using either SSH or by user name and password must be enabled in Linux profile.",
      );
    return;
  }
  const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((one) => one.test(adminPassword)).length;
  if (adminPassword.length < 6 || adminPassword.length > 72 || classes < 3)
    throw new ResourceFault(
      400,
      "InvalidParameter",
      "The supplied password must be between 6-72 characters long and must satisfy at least 3 of password complexity requirements from the following: an uppercase character, a lowercase character, a numeric digit, a special character.",
    );
}

export function kindOf(type: string): Kind | undefined {
  return kinds.find((one) => sameName(one.type, type));
}
