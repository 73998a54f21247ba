// Brings the pool's target to what the cluster's document says now, whoever asked for it.
import { applyScale as contract } from "../../contracts/cluster-activities.ts";
import { initialNodeCount } from "../../domain/cluster/rules.ts";
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
  // With auto scale the size follows the work: whoever watches the cluster sees to it.
  if (wanted.spec.scaleSettings.autoScale !== undefined) return { kind: "applied" };
  const answer = await services.pools.resize(poolId(cluster.guid), {
    nodes: initialNodeCount(wanted.spec.scaleSettings),
    lowPriority: wanted.spec.vmPriority === "lowpriority",
    deallocation: wanted.spec.scaleSettings.manual?.nodeDeallocationOption ?? "requeue",
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
    latest !== undefined && !sameContent(latest.spec.scaleSettings, wanted.spec.scaleSettings);
  return { kind: overtaken ? "busy" : "applied" };
});

function resizing(cluster: ClusterDocument, now: string): ClusterDocument {
  if (cluster.allocationState === "resizing") return cluster;
  return { ...cluster, allocationState: "resizing", allocationStateTransitionTime: now };
}
