// Some of the sizes that Batch offers, for clients that look one up before they make a pool. Pools may name any size: a
// node is a folder of this machine. Source: "Sizes for virtual machines in Azure".
export interface VirtualMachineSize {
  readonly name: string;
  readonly familyName: string;
  readonly cores: number;
  readonly memoryGb: number;
}

const families: readonly [
  prefix: string,
  suffix: string,
  family: string,
  gbPerCore: number,
  cores: number[],
][] = [
  ["Standard_D", "_v3", "standardDv3Family", 4, [2, 4, 8, 16, 32, 64]],
  ["Standard_D", "s_v3", "standardDSv3Family", 4, [2, 4, 8, 16, 32, 64]],
  ["Standard_D", "s_v5", "standardDSv5Family", 4, [2, 4, 8, 16, 32, 48, 64, 96]],
  ["Standard_E", "s_v5", "standardESv5Family", 8, [2, 4, 8, 16, 32, 48, 64, 96]],
  ["Standard_F", "s_v2", "standardFSv2Family", 2, [2, 4, 8, 16, 32, 48, 64, 72]],
  ["Standard_A", "_v2", "standardAv2Family", 2, [1, 2, 4, 8]],
  ["Standard_NC", "s_v3", "standardNCSv3Family", 18, [6, 12, 24]],
  ["Standard_NC", "ads_A100_v4", "standardNCADSA100v4Family", 9, [24, 48, 96]],
  ["Standard_NC", "as_T4_v3", "standardNCASv3_T4Family", 7, [4, 8, 16, 64]],
  ["Standard_HB", "rs_v3", "standardHBrsv3Family", 4, [120]],
];

export const virtualMachineSizes: readonly VirtualMachineSize[] = families.flatMap(
  ([prefix, suffix, familyName, gbPerCore, cores]) =>
    cores.map((count) => ({
      name: `${prefix}${count}${suffix}`,
      familyName,
      cores: count,
      memoryGb: count * gbPerCore,
    })),
);
