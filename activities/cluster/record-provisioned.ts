// Ends a cluster's creation in its document and in the operation that clients poll.
import { service } from "../../application/caller.ts";
import { recordProvisioned as contract } from "../../contracts/cluster-activities.ts";
import { provisionCluster } from "../../domain/cluster/rules.ts";
import { timestamp } from "../../services/clock.ts";
import { defineActivity } from "../lib/define-activity.ts";
import { updateCluster } from "../lib/documents.ts";

export const recordProvisioned = defineActivity(
  contract,
  async (services, { cluster, operationId, failure }) => {
    const time = timestamp(services.clock);
    const state = failure === undefined ? "succeeded" : "failed";
    await updateCluster(
      services,
      cluster,
      (current) =>
        current.provisioningState === "creating"
          ? provisionCluster(current, state, new Date(time), failure === undefined ? [] : [failure])
          : current,
      () => ({
        time,
        actor: service,
        cause: failure === undefined ? "the pool was created" : `${failure.code}: ${failure.message}`,
        link: `operation:${operationId}`,
      }),
    );
    await services.operations.close(
      operationId,
      failure === undefined ? { status: "Succeeded" } : { status: "Failed", error: failure },
      time,
    );
    return undefined;
  },
);
