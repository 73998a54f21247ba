// Images that pools may name, as "Account - List Supported Images" answers them. Nodes are folders of this machine, so
// an image changes nothing but what is echoed; clients look here for a matching node agent. Windows nodes are only simulated.

export interface SupportedImage {
  readonly row: number;
  readonly nodeAgentSKUId: string;
  readonly imageReference: { publisher: string; offer: string; sku: string; version: string };
  readonly osType: "linux" | "windows";
  readonly capabilities: readonly string[];
  readonly verificationType: "verified" | "unverified";
}

const images: readonly [
  publisher: string,
  offer: string,
  sku: string,
  agent: string,
  capabilities: string[],
][] = [
  [
    "microsoft-dsvm",
    "ubuntu-hpc",
    "2404",
    "batch.node.ubuntu 24.04",
    ["DockerCompatible", "NvidiaTeslaDriverInstalled", "NvidiaGridDriverInstalled"],
  ],
  [
    "microsoft-dsvm",
    "ubuntu-hpc",
    "2204",
    "batch.node.ubuntu 22.04",
    ["DockerCompatible", "NvidiaTeslaDriverInstalled", "NvidiaGridDriverInstalled"],
  ],
  ["canonical", "0001-com-ubuntu-server-jammy", "22_04-lts", "batch.node.ubuntu 22.04", []],
  ["canonical", "ubuntu-24_04-lts", "server", "batch.node.ubuntu 24.04", []],
  ["debian", "debian-12", "12", "batch.node.debian 12", []],
  ["almalinux", "almalinux-x86_64", "8-gen2", "batch.node.el 8", []],
  ["almalinux", "almalinux-x86_64", "9-gen2", "batch.node.el 9", []],
  ["microsoftwindowsserver", "windowsserver", "2019-datacenter-core", "batch.node.windows amd64", []],
  ["microsoftwindowsserver", "windowsserver", "2022-datacenter-core", "batch.node.windows amd64", []],
];

export const supportedImages: readonly SupportedImage[] = images.map(
  ([publisher, offer, sku, nodeAgentSKUId, capabilities], index) => ({
    row: index + 1,
    nodeAgentSKUId,
    imageReference: { publisher, offer, sku, version: "latest" },
    osType: nodeAgentSKUId.includes("windows") ? "windows" : "linux",
    capabilities,
    verificationType: "verified",
  }),
);
