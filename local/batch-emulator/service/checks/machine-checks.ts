// What a pool may ask of its machines and their network. The service refuses combinations that cannot be; the emulator
// also refuses mounts that a folder on this machine could only pretend to have. Source: "Pool - Add Pool" of the REST reference.
import type { NatPool, UpgradePolicy, VirtualMachineConfiguration } from "../../schema/machine-spec.ts";
import type { PoolSpec } from "../../schema/pool-spec.ts";
import { invalidProperty, notEmulated } from "../account/fault.ts";
import { coresOf } from "../account/quota.ts";

/** "Pool - Add" (taskSlotsPerNode): four for each core, 256 at most. */
const slotsPerCore = 4;
const mostSlots = 256;
const mostTags = 50;

/** `identities`: resource ids of the pool's user-assigned identities. */
export function checkMachines(spec: PoolSpec, identities: readonly string[]): void {
  const most = Math.min(slotsPerCore * coresOf(spec.vmSize), mostSlots);
  if ((spec.taskSlotsPerNode ?? 1) > most)
    throw invalidProperty(
      "taskSlotsPerNode",
      String(spec.taskSlotsPerNode),
      `A node of size ${spec.vmSize} has at most ${most} task slots`,
    );
  if (Object.keys(spec.resourceTags ?? {}).length > mostTags)
    throw invalidProperty("resourceTags", "", `There can be at most ${mostTags} tags`);
  if (spec.virtualMachineConfiguration !== undefined)
    checkVirtualMachines(spec.virtualMachineConfiguration, identities);
  checkNetwork(spec);
  checkUpgrades(spec.upgradePolicy, spec.virtualMachineConfiguration);
  checkUsers(spec);
  checkMounts(spec, identities);
}

/** Such nodes boot, idle and leave like all others; only what they run cannot be had here. */
export const isWindows = (spec: Pick<PoolSpec, "virtualMachineConfiguration">): boolean =>
  /^batch\.node\.windows/i.test(spec.virtualMachineConfiguration?.nodeAgentSKUId ?? "");

function checkVirtualMachines(vm: VirtualMachineConfiguration, identities: readonly string[]): void {
  const windows = isWindows({ virtualMachineConfiguration: vm });
  for (const name of ["windowsConfiguration", "licenseType"] as const)
    if (vm[name] !== undefined && !windows)
      throw invalidProperty(name, "", "It applies to Windows images only");
  const { virtualMachineImageId, sharedGalleryImageId, communityGalleryImageId, publisher } =
    vm.imageReference;
  const kinds = [virtualMachineImageId, sharedGalleryImageId, communityGalleryImageId, publisher];
  if (kinds.filter((one) => one !== undefined).length > 1)
    throw invalidProperty(
      "imageReference",
      "",
      "An image is named either by publisher, offer and sku, or by one id",
    );
  const { customerManagedKey, targets } = vm.diskEncryptionConfiguration ?? {};
  if (customerManagedKey !== undefined && !isAssigned(customerManagedKey.identityReference, identities))
    throw invalidProperty(
      "customerManagedKey",
      "",
      identities.length === 0
        ? "Pool Identity is required when using CustomerManagedKey."
        : "A customer-managed key needs an identity that is assigned to the pool",
    );
  if (targets?.includes("osdisk") === true && customerManagedKey === undefined && !windows)
    throw invalidProperty("targets", "osdisk", "On Linux only the temporary disk can be encrypted");
  const { securityType, uefiSettings } = vm.securityProfile ?? {};
  if (uefiSettings !== undefined && securityType === undefined)
    throw invalidProperty("uefiSettings", "", "UEFI settings need a securityType");
  const disk = vm.osDisk?.managedDisk;
  if (disk?.securityProfile !== undefined && securityType !== "confidentialVM")
    throw invalidProperty("securityProfile", "", "The disk's security profile is for confidential machines");
  if (disk?.diskEncryptionSet !== undefined || disk?.securityProfile?.diskEncryptionSet !== undefined)
    throw invalidProperty(
      "diskEncryptionSet",
      "",
      "It needs an account that allocates in the user's subscription",
    );
  const luns = (vm.dataDisks ?? []).map((one) => one.lun);
  if (new Set(luns).size < luns.length)
    throw invalidProperty("dataDisks", luns.join(","), "Each data disk has a lun of its own");
}

export const isAssigned = (
  reference: { readonly resourceId: string } | undefined,
  identities: readonly string[],
): boolean => identities.some((id) => id.toLowerCase() === reference?.resourceId.toLowerCase());

function checkNetwork({ networkConfiguration: network }: PoolSpec): void {
  if (network === undefined) return;
  const { provision, ipAddressIds } = network.publicIPAddressConfiguration ?? {};
  if (ipAddressIds !== undefined && ipAddressIds.length > 0 !== (provision === "usermanaged"))
    throw invalidProperty(
      "ipAddressIds",
      ipAddressIds.join(","),
      "Addresses are named exactly when they are provisioned by the user",
    );
  const pools = network.endpointConfiguration?.inboundNATPools ?? [];
  if (pools.length > 0 && provision === "nopublicipaddresses")
    throw invalidProperty("endpointConfiguration", "", "Nodes without public addresses have no endpoints");
  checkNatPools(pools);
}

/** Ports that the service keeps for itself. */
const reservedBackend = new Set([29_876, 29_877]);
const reservedFrontend = { start: 50_000, end: 55_000 };

function checkNatPools(pools: readonly NatPool[]): void {
  const overlap = (a: { start: number; end: number }, b: { start: number; end: number }) =>
    a.start <= b.end && b.start <= a.end;
  const ranges = pools.map((one) => ({ start: one.frontendPortRangeStart, end: one.frontendPortRangeEnd }));
  pools.forEach((pool, index) => {
    const range = ranges[index] ?? reservedFrontend;
    const others = pools.slice(0, index);
    if (others.some((one) => one.name.toLowerCase() === pool.name.toLowerCase()))
      throw invalidProperty("name", pool.name, "Each endpoint has a name of its own");
    if (reservedBackend.has(pool.backendPort) || others.some((one) => one.backendPort === pool.backendPort))
      throw invalidProperty("backendPort", String(pool.backendPort), "The port is reserved or used twice");
    if (
      range.start > range.end ||
      overlap(range, reservedFrontend) ||
      ranges.slice(0, index).some((one) => overlap(range, one))
    )
      throw invalidProperty(
        "frontendPortRangeStart",
        `${range.start}-${range.end}`,
        "The range must go upwards, be clear of 50000 to 55000 and not overlap another",
      );
  });
  const rules = pools.flatMap((pool) => pool.networkSecurityGroupRules ?? []);
  if (rules.length > 25) throw invalidProperty("networkSecurityGroupRules", "", "There are 25 rules at most");
  if (new Set(rules.map((rule) => rule.priority)).size < rules.length)
    throw invalidProperty("priority", "", "Each rule of the pool has a priority of its own");
}

function checkUpgrades(
  policy: UpgradePolicy | undefined,
  machines: VirtualMachineConfiguration | undefined,
): void {
  const rolling = policy?.rollingUpgradePolicy;
  if (rolling === undefined) return;
  const { maxBatchInstancePercent: batch, maxUnhealthyInstancePercent: unhealthy } = rolling;
  if (batch !== undefined && unhealthy !== undefined && batch > unhealthy)
    throw invalidProperty(
      "maxBatchInstancePercent",
      String(batch),
      "It is more than maxUnhealthyInstancePercent",
    );
  const zonal = machines?.nodePlacementConfiguration?.policy === "zonal";
  if (rolling.enableCrossZoneUpgrade !== undefined && !zonal)
    throw invalidProperty("enableCrossZoneUpgrade", "", "It needs nodes that are placed by zone");
}

function checkUsers(spec: PoolSpec): void {
  const { userAccounts = [] } = spec;
  const foreign = isWindows(spec) ? "linuxUserConfiguration" : "windowsUserConfiguration";
  for (const user of userAccounts) {
    if (user[foreign] !== undefined)
      throw invalidProperty(
        foreign,
        "",
        `The user configuration for user account '${user.name}' has a mismatch with the OS (Windows/Linux) configuration specified in VirtualMachineConfiguration`,
      );
    const { uid, gid } = user.linuxUserConfiguration ?? {};
    if ((uid === undefined) !== (gid === undefined))
      throw invalidProperty("linuxUserConfiguration", "", "uid and gid are given together or not at all");
  }
  if (new Set(userAccounts.map((user) => user.name)).size < userAccounts.length)
    throw invalidProperty("userAccounts", "", "Each user has a name of its own");
}

function checkMounts({ mountConfiguration = [] }: PoolSpec, identities: readonly string[]): void {
  for (const mount of mountConfiguration) {
    if (mount.cifsMountConfiguration !== undefined)
      throw notEmulated("CIFS mounts; mount an Azure file share");
    const blob = mount.azureBlobFileSystemConfiguration;
    if (blob === undefined) continue;
    const ways = [blob.accountKey, blob.sasKey, blob.identityReference].filter((one) => one !== undefined);
    if (ways.length > 1)
      throw invalidProperty("accountKey", "", "A key, a SAS and an identity exclude each other");
    if (blob.identityReference !== undefined && !isAssigned(blob.identityReference, identities))
      throw invalidProperty(
        "identityReference",
        blob.identityReference.resourceId,
        "The identity is not assigned to the pool",
      );
  }
}
