// The instance document of a node's metadata service: what it is, and where. Source: "Azure Instance Metadata Service for
// virtual machines", instance metadata.
import { createHash } from "node:crypto";
import type { Node } from "../service/entities/model.ts";
import type { AccountState } from "../service/account/account-state.ts";

/** A stable id in the shape of a GUID, for things that Azure gives one and the emulator does not keep. */
export function guidOf(text: string): string {
  const hex = createHash("sha256").update(text.toLowerCase()).digest("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}

export function instanceDocument(account: AccountState, node: Node) {
  const { subscriptionId, resourceGroup, location } = account.settings;
  const { spec } = node.pool;
  const image = spec.virtualMachineConfiguration?.imageReference;
  const tags = Object.entries(spec.resourceTags ?? {});
  return {
    compute: {
      azEnvironment: "AzurePublicCloud",
      evictionPolicy: node.isDedicated ? "" : "Delete",
      location,
      name: node.id,
      offer: image?.offer ?? "",
      osType: "Linux",
      priority: node.isDedicated ? "Regular" : "Spot",
      publisher: image?.publisher ?? "",
      resourceGroupName: resourceGroup,
      sku: image?.sku ?? "",
      subscriptionId,
      tags: tags.map(([name, value]) => `${name}:${value}`).join(";"),
      tagsList: tags.map(([name, value]) => ({ name, value })),
      version: image?.version ?? "",
      vmId: guidOf(node.id),
      vmScaleSetName: node.pool.id,
      vmSize: spec.vmSize,
      zone: zoneOf(node),
    },
    network: {
      interface: [
        {
          ipv4: {
            ipAddress: [{ privateIpAddress: node.address, publicIpAddress: "" }],
            subnet: [{ address: "127.0.0.0", prefix: "8" }],
          },
          ipv6: { ipAddress: [] },
          macAddress: "000000000000",
        },
      ],
    },
  };
}

/** Pools that are placed by zone spread their nodes over three. */
function zoneOf(node: Node): string {
  const { policy } = node.pool.spec.virtualMachineConfiguration?.nodePlacementConfiguration ?? {};
  return policy === "zonal" ? String(1 + ([...node.pool.nodes].indexOf(node) % 3)) : "";
}

/** What lies at `path`; as text a leaf is its value and a branch lists its names, as JSON only branches can be had. */
export function partOf(document: unknown, path: readonly string[], format: string): unknown {
  let at = document;
  for (const name of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  const branch = typeof at === "object" && at !== null;
  if (format !== "text") return branch ? at : undefined;
  if (!branch) return String(at);
  return Object.entries(at as object)
    .map(([name, value]) => (typeof value === "object" ? `${name}/` : name))
    .join("\n");
}
