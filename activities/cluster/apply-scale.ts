// Brings the pool's target to what the cluster's document says now, whoever asked for it.
import { applyScale as contract } from "../../contracts/cluster-activities.ts";
import { targetNodeCount } from "../../domain/cluster/scale.ts";
import type { ClusterDocument } from "../../domain/cluster/schema.ts";
import { AppError } from "../../domain/shared/errors.ts";
import { sameContent } from "../../domain/shared/same-content.ts";
import { poolId } from "../../services/batch-names.ts";
import { timestamp } from "../../services/clock.ts";
import { defineActivity } from "../lib/define-activity.ts";
import { currentCluster, updateCluster } from "../lib/documents.ts";

export const applyScale = defineActivity(contract, async (services, { cluster }) => {
  const wanted = await currentCluster(services, cluster);
  if (wanted === undefined || wanted.provisioningState === "deleting") return { kind: "notWanted" };
  const answer = await services.pools.resize(poolId(cluster.guid), {
    nodes: targetNodeCount(wanted),
    lowPriority: wanted.spec.vmPriority === "lowpriority",
    deallocation: wanted.spec.scaleSettings.manual?.nodeDeallocationOption ?? "waitforjobcompletion",
  });
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
});

function resizing(cluster: ClusterDocument, now: string): ClusterDocument {
  if (cluster.allocationState === "resizing") return cluster;
  return { ...cluster, allocationState: "resizing", allocationStateTransitionTime: now };
}
