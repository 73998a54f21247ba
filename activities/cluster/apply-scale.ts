// Brings the pool's target to what the cluster's document says now, whoever asked for it, as far as quota allows.
import type { OutputOf } from "../../contracts/contract.ts";
import { applyScale as contract } from "../../contracts/cluster-activities.ts";
import { poolNodeCount, targetNodeCount } from "../../domain/cluster/scale.ts";
import type { ClusterDocument } from "../../domain/cluster/schema.ts";
import { AppError } from "../../domain/shared/errors.ts";
import { sameContent } from "../../domain/shared/same-content.ts";
import { poolId } from "../../services/batch-names.ts";
import { timestamp } from "../../services/clock.ts";
import type { Services } from "../../services/services.ts";
import { defineActivity } from "../lib/define-activity.ts";
import { currentCluster, updateCluster } from "../lib/documents.ts";
import { claimQuota } from "./claim-quota.ts";
import { givesNodesBack } from "./give-nodes-back.ts";

export const applyScale = defineActivity(
  contract,
  async (services, { cluster, since }): Promise<OutputOf<typeof contract>> => {
    const found = await currentCluster(services, cluster);
    if (found === undefined || found.provisioningState === "deleting") return { kind: "notWanted" };
    const wanted = await claimQuota(services, found);
    if (wanted === undefined) return { kind: "notWanted" };
    if (await givesNodesBack(services, wanted, since)) return { kind: "busy" };
    const answer = await resize(services, wanted);
    if (answer === "busy") return { kind: "busy" };
    // The pool is still being created with the settings of then: come back.
    if (answer === "absent") return { kind: wanted.provisioningState === "creating" ? "busy" : "notWanted" };
    if (answer !== "accepted") {
      const { code, message } = answer;
      const errors = [{ code, message }];
      await updateCluster(services, cluster, (current) => ({ ...current, errors }));
      throw new AppError("InvalidState", `Azure Batch refused the resize: ${code}: ${message}`);
    }
    const latest = await updateCluster(services, cluster, (current) =>
      resizing(current, timestamp(services.clock)),
    );
    // Somebody asked for another size meanwhile, and may have been overtaken by us.
    const overtaken =
      latest !== undefined &&
      (targetNodeCount(latest) !== targetNodeCount(wanted) ||
        !sameContent(latest.spec.scaleSettings, wanted.spec.scaleSettings));
    return { kind: overtaken ? "busy" : "applied" };
  },
);

/** Jobs that are waited for may take as long as a job may by default; Batch gives a resize 15 minutes by itself. */
const waitingTimeout = "P7D";

async function resize(services: Services, cluster: ClusterDocument) {
  const pool = poolId(cluster.guid);
  const nodes = poolNodeCount(cluster);
  const deallocation = cluster.spec.scaleSettings.manual?.nodeDeallocationOption ?? "waitforjobcompletion";
  const lowPriority = cluster.spec.vmPriority === "lowpriority";
  const waits = deallocation === "waitforjobcompletion" && (await shrinks(services, pool, nodes));
  return services.pools.resize(pool, {
    nodes,
    lowPriority,
    deallocation,
    ...(waits ? { timeout: waitingTimeout } : {}),
  });
}

/** Growing keeps the short time: what cannot be had is to be told soon. */
async function shrinks(services: Services, pool: string, nodes: number): Promise<boolean> {
  const state = await services.batch.pool(pool);
  return state !== undefined && nodes < state.currentNodes;
}

/** A resize also ends the moment at which the pool would have emptied itself; it is set anew once the pool is steady. */
function resizing(cluster: ClusterDocument, now: string): ClusterDocument {
  const { expiresAt: _, ...rest } = cluster;
  if (cluster.allocationState === "resizing") return cluster.expiresAt === undefined ? cluster : rest;
  return { ...rest, allocationState: "resizing", allocationStateTransitionTime: now };
}
