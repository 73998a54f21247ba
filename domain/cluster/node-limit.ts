// How many nodes a cluster may have in Azure. Jobs of several nodes need nodes that may talk to each other, and a pool of such
// nodes has a limit that no request for quota raises. Source: "Batch service quotas and limits", pool size limits.
import { AppError } from "../shared/errors.ts";
import type { ScaleSettings } from "./schema.ts";

/** In whose subscription the machines of the Batch account are. */
export type PoolAllocationMode = "BatchService" | "UserSubscription";

const mostNodes: Readonly<Record<PoolAllocationMode, number>> = { BatchService: 100, UserSubscription: 80 };

/** @throws AppError InvalidRequest that names the field when Azure Batch cannot make so large a pool. */
export function checkNodeLimit({ manual, autoScale }: ScaleSettings, mode: PoolAllocationMode): void {
  const [member, nodes] =
    autoScale === undefined
      ? ["manual.targetNodeCount", manual?.targetNodeCount ?? 0]
      : ["autoScale.maximumNodeCount", autoScale.maximumNodeCount];
  const most = mostNodes[mode];
  if (nodes <= most) return;
  const target = `properties.scaleSettings.${member}`;
  throw new AppError(
    "InvalidRequest",
    `${target}: ${nodes} nodes are more than the ${most} that Azure Batch connects with each other in one pool (accounts of mode ${mode}); lower it, or share the jobs out among several clusters`,
    { target },
  );
}
