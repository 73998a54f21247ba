// The way to the nodes of a pool from outside: one port of the pool's public address for each node, which leads to its port 22.
// Pools made since 2025-11-30 have none unless they say so ("Configure endpoints on nodes in an Azure Batch pool"). Who may come
// is the operator's choice; without one nobody may, and the addresses are listed all the same.
import type { InboundNatPool } from "@azure/arm-batch";

/** Enough for every node of the largest pool, clear of 50000 to 55000, which Batch keeps for itself. */
const firstPort = 15_000;
const lastPort = 16_999;
/** Rules may begin here; those of a pool have numbers of their own. */
const firstPriority = 150;

/** @param sources address ranges (CIDR) or service tags that may come in. */
export function sshEndpoint(sources: readonly string[]): InboundNatPool {
  const allowed = sources.map((sourceAddressPrefix, index) => ({
    priority: firstPriority + index,
    access: "Allow" as const,
    sourceAddressPrefix,
  }));
  const others = {
    priority: firstPriority + sources.length,
    access: "Deny" as const,
    sourceAddressPrefix: "*",
  };
  return {
    name: "ssh",
    protocol: "TCP",
    backendPort: 22,
    frontendPortRangeStart: firstPort,
    frontendPortRangeEnd: lastPort,
    networkSecurityGroupRules: [...allowed, others],
  };
}
