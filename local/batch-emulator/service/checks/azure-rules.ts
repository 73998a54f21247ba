// What Azure refuses that folders of this machine would not mind: sizes and node agents that are no more, images that a size
// cannot boot, pools that are too large to be one network. Each has its row in `azureRules`, which the reference page shows.
// Written anew, not shared with the app: a mistake in the app's tables must not be made here too. Unknown names are let through.
import type { VirtualMachineConfiguration } from "../../schema/machine-spec.ts";
import type { PoolSpec } from "../../schema/pool-spec.ts";
import { BatchFault, invalidProperty } from "../account/fault.ts";
import type { AccountState } from "../account/account-state.ts";
import { supportedImages } from "../account/supported-images.ts";
import type { ResizeError } from "../entities/model.ts";
import { isWindows } from "./machine-checks.ts";

interface Ended {
  readonly name: RegExp;
  readonly on: string;
}

/** "Retired Azure VM size series" and the migration guides of the series before it. */
const endedSizes: readonly Ended[] = [
  { name: /^(?:standard|basic)_a(?:[0-9]|1[01])$/, on: "2024-08-31" },
  { name: /^standard_n[cv](?:6|12|24r?)(?:_promo)?$/, on: "2023-09-06" },
  {
    name: /^standard_nc(?:6|12|24r?)s_v2$|^standard_nd(?:6|12|24r?)s$|^standard_nv\d+s_v2$/,
    on: "2023-09-06",
  },
  { name: /^standard_h(?:8|16)m?r?(?:_promo)?$/, on: "2022-08-31" },
  { name: /^standard_hb60(?:-\d+)?rs$/, on: "2024-08-31" },
  { name: /^standard_nc(?:6|12|24r?)s_v3$/, on: "2025-09-30" },
  { name: /^standard_nv(?:12|24|48)s_v3$|^standard_nv(?:4|8|16|32)as_v4$/, on: "2026-09-30" },
  { name: /^standard_hb120(?:-\d+)?rs_v2$|^standard_hc44(?:-\d+)?rs$|^standard_np\d+s$/, on: "2027-05-31" },
  { name: /^standard_ds?1?[1-5](?:-\d+)?(?:_v2)?$|^standard_l(?:4|8|16|32)s$/, on: "2028-05-01" },
];

/** Azure Batch, notices about node agents whose distribution is out of support. */
const endedAgents: readonly Ended[] = [
  { name: /^batch\.node\.ubuntu 1[46]\.04$/, on: "2022-04-30" },
  { name: /^batch\.node\.ubuntu 18\.04$/, on: "2024-04-30" },
  { name: /^batch\.node\.ubuntu 20\.04$/, on: "2025-04-23" },
  { name: /^batch\.node\.(?:centos|debian [89]$)/, on: "2024-06-30" },
];

const endOf = (table: readonly Ended[], name: string, now: number): string | undefined =>
  table.find((one) => one.name.test(name.toLowerCase()) && now >= Date.parse(one.on))?.on;

export function checkOffered(account: AccountState, spec: PoolSpec): void {
  if (!account.parameters.strictAzure) return;
  const now = account.clock.now();
  const sizeEnd = account.parameters.takesRetiredSizes ? undefined : endOf(endedSizes, spec.vmSize, now);
  if (sizeEnd !== undefined)
    throw invalidProperty("vmSize", spec.vmSize, `The size is not supported: it was retired on ${sizeEnd}`);
  const agent = spec.virtualMachineConfiguration?.nodeAgentSKUId;
  const agentEnd = agent === undefined ? undefined : endOf(endedAgents, agent, now);
  if (agentEnd !== undefined)
    throw invalidProperty(
      "nodeAgentSKUId",
      agent ?? "",
      `The node agent is no longer offered since ${agentEnd}`,
    );
  if (spec.virtualMachineConfiguration !== undefined) checkContainerImage(spec.virtualMachineConfiguration);
  checkPrivateNodes(spec);
}

/** "Use simplified node communication pool without public IP addresses": a virtual network is a prerequisite. */
function checkPrivateNodes({ networkConfiguration }: PoolSpec): void {
  const provision = networkConfiguration?.publicIPAddressConfiguration?.provision;
  if (provision !== "nopublicipaddresses" || (networkConfiguration?.subnetId ?? "") !== "") return;
  throw invalidProperty(
    "subnetId",
    "",
    "A pool without public IP addresses must specify the subnet that its nodes join",
  );
}

/** Of an image that is listed it is known whether it has an engine. Code and words as Azure was recorded to answer. */
function checkContainerImage({ containerConfiguration, imageReference }: VirtualMachineConfiguration): void {
  if (containerConfiguration === undefined) return;
  const { publisher = "", offer = "", sku = "" } = imageReference;
  const named = [publisher, offer, sku].join(" ").toLowerCase();
  const listed = supportedImages.find(
    ({ imageReference: one }) => `${one.publisher} ${one.offer} ${one.sku}` === named,
  );
  if (listed === undefined || listed.capabilities.includes("DockerCompatible")) return;
  const image = `publisher ${publisher} offer ${offer} sku ${sku}`;
  throw invalidProperty(
    "containerConfiguration",
    "",
    `The specified imageReference with ${image} does not support container feature.`,
  );
}

/** "Batch service quotas and limits", pool size limits; they cannot be raised. */
const mostConnectedNodes = { BatchService: 100, UserSubscription: 80 } as const;

/** What is wrong with that many nodes in a pool whose nodes may talk to each other. */
export function tooManyConnected(account: AccountState, spec: PoolSpec, nodes: number): string | undefined {
  const { strictAzure, poolAllocationMode } = account.parameters;
  const most = mostConnectedNodes[poolAllocationMode];
  if (!strictAzure || spec.enableInterNodeCommunication !== true || nodes <= most) return undefined;
  return `A pool with inter-node communication has at most ${most} nodes`;
}

export function checkConnectedNodes(account: AccountState, spec: PoolSpec, nodes: number): void {
  const wrong = tooManyConnected(account, spec, nodes);
  if (wrong !== undefined) throw invalidProperty("targetDedicatedNodes", String(nodes), wrong);
}

/** "Support for Generation 2 VMs" and the pages of the series. */
const bootsFirstOnly =
  /^(?:standard|basic)_(?:a\d+m?(?:_v2)?|d\d+(?:_v[23])?|ds\d+(?:-\d+)?|e\d+(?:-\d+)?i?_v3|f\d+|g\d+|l\d+s)$/;
const bootsSecondOnly =
  /^standard_(?:[a-z]+\d+[a-z]*_v[67]|[de]c\d+\w*|nc\d+ad[a-z]*_[ah]100_v\d|nd\d+\w*_v[45]|nd40rs_v2|hb176\w*|hx\w+)$/;

/** Generation that a marketplace image boots; undefined when its name does not tell. */
function generationOf({ imageReference }: VirtualMachineConfiguration): 1 | 2 | undefined {
  const { publisher = "", offer = "", sku = "" } = imageReference;
  if (/gen-?1/i.test(sku)) return 1;
  if (/gen-?2/i.test(sku)) return 2;
  if (/^microsoft-dsvm$/i.test(publisher) && /^ubuntu-hpc$/i.test(offer)) return 2;
  if (/^canonical$/i.test(publisher)) return /^ubuntu-24_04-lts$/i.test(offer) ? 2 : 1;
  return undefined;
}

/** Why no machine of the pool can be made, as the resize tells it: the compute provider refuses, the pool stays empty. */
export function allocationRefusal(account: AccountState, spec: PoolSpec): ResizeError | undefined {
  const vm = spec.virtualMachineConfiguration;
  if (!account.parameters.strictAzure || vm === undefined) return undefined;
  const size = spec.vmSize.toLowerCase();
  const generation = generationOf(vm);
  const other = generation === 2 ? bootsFirstOnly : bootsSecondOnly;
  if (generation === undefined || !other.test(size)) return undefined;
  const message = `The selected VM size '${spec.vmSize}' cannot boot Hypervisor Generation '${generation}'.`;
  return {
    code: "AllocationFailed",
    message: "Desired number of dedicated nodes could not be allocated",
    values: [
      { name: "Provider Error Json", value: JSON.stringify({ error: { code: "BadRequest", message } }) },
    ],
  };
}

/** By which nodes are reached from outside: ssh, or the remote desktop of Windows. */
export const loginPort = (spec: PoolSpec): number => (isWindows(spec) ? 3389 : 22);

/** Pools made after 2025-11-30 map no port by themselves ("Configure endpoints on nodes in an Azure Batch pool"). */
export function checkRemoteAccess(account: AccountState, spec: PoolSpec): void {
  const pools = spec.networkConfiguration?.endpointConfiguration?.inboundNATPools ?? [];
  const port = loginPort(spec);
  if (!account.parameters.strictAzure || pools.some(({ backendPort }) => backendPort === port)) return;
  throw new BatchFault(
    409,
    "OperationInvalidForCurrentState",
    `The pool has no inbound NAT pool for port ${port}, so that its nodes cannot be reached from outside.`,
  );
}

/** Rows of the reference page: what is refused, and how. */
export const azureRules: readonly (readonly [rule: string, answer: string])[] = [
  ["a VM size that Azure has retired", "`400 InvalidPropertyValue` (`vmSize`)"],
  [
    "a node agent that Batch no longer offers (Ubuntu 20.04 and before, CentOS)",
    "`400 InvalidPropertyValue` (`nodeAgentSKUId`)",
  ],
  [
    "containers on a listed image that has no engine (plain Ubuntu, Debian, Windows)",
    "`400 InvalidPropertyValue` (`containerConfiguration`)",
  ],
  [
    "`NoPublicIPAddresses` without a subnet",
    "`400 InvalidPropertyValue` (`subnetId`; the words of Azure's reason are not documented)",
  ],
  [
    "an image of a generation that the size cannot boot",
    "the resize ends with `AllocationFailed`; the provider's reason is in `values`",
  ],
  [
    "more than 100 nodes (80 in user-subscription mode) with inter-node communication",
    "`400 InvalidPropertyValue` (`targetDedicatedNodes`); an autoscale run ends with an error",
  ],
  [
    "remote login to nodes without an inbound NAT pool for port 22 (Windows: 3389)",
    "`409 OperationInvalidForCurrentState` (Azure's exact answer is not documented)",
  ],
  ["a task that runs longer than `maxWallClockTime`", "ends with the code `MaxWallClockTimeExceeded`"],
];
