// Asks Batch to delete what the cluster had there, and tells whether it is gone.
import { hasEnded } from "../../application/orchestrations.ts";
import { removePool as contract } from "../../contracts/cluster-activities.ts";
import { instances } from "../../contracts/instances.ts";
import { priorities } from "../../domain/job/priorities.ts";
import { batchJobId, poolId } from "../../services/batch-names.ts";
import { defineActivity } from "../lib/define-activity.ts";

export const removePool = defineActivity(contract, async (services, { cluster }) => {
  // A creation that is under way may be about to make the pool.
  if (!(await hasEnded(services, instances.createCluster(cluster.guid)))) return { gone: false };
  const pool = poolId(cluster.guid);
  if ((await services.batch.pool(pool)) !== undefined) {
    await Promise.all(
      priorities.map((priority) => services.batch.deleteJob(batchJobId(cluster.guid, priority))),
    );
    await services.pools.remove(pool);
  }
  return { gone: (await services.batch.pool(pool)) === undefined };
});
