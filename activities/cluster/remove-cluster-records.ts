// The last step of a cluster's deletion. Its secrets stay while a finished job needs them to list its files.
import { removeClusterRecords as contract } from "../../contracts/cluster-activities.ts";
import { priorities } from "../../domain/job/priorities.ts";
import { release } from "../../domain/usage/quota.ts";
import { batchJobId, setupFolder } from "../../services/batch-names.ts";
import { timestamp } from "../../services/clock.ts";
import { defineActivity } from "../lib/define-activity.ts";

export const removeClusterRecords = defineActivity(
  contract,
  async (services, { cluster, operationId, actor }) => {
    const time = timestamp(services.clock);
    // Once more for a cluster whose pool was never made.
    await Promise.all(
      priorities.map((priority) => services.batch.deleteJob(batchJobId(cluster.guid, priority))),
    );
    await services.state.clusters.remove(cluster.ref, ({ guid }) => guid === cluster.guid, {
      time,
      actor,
      cause: "deleted",
      link: `operation:${operationId}`,
    });
    await services.reservations.clusters.update((claims) => ({
      claims: release(claims, cluster.guid),
      result: undefined,
    }));
    await services.staging.removeAll(setupFolder(cluster.guid));
    if (await services.state.activeJobs.unreferenced(cluster.guid))
      await services.secrets.remove(cluster.guid);
    await services.operations.close(operationId, { status: "Succeeded" }, time);
    return undefined;
  },
);
