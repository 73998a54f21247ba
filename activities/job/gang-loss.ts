// Asks Batch, where a gang has failed, what became of its nodes.
import { lossBehind, mayBeOfLoss } from "../../domain/job/gang-loss.ts";
import type { LossBehind } from "../../domain/job/gang-loss.ts";
import type { JobDocument } from "../../domain/job/schema.ts";
import { clusterOf } from "../../domain/job/spot/placement.ts";
import type { TaskSnapshot } from "../../domain/job/task.ts";
import type { LauncherResult } from "../../domain/launch/result.ts";
import { poolId } from "../../services/batch-names.ts";
import type { Services } from "../../services/services.ts";
import { currentCluster } from "../lib/documents.ts";
import { nodesOfRun } from "./nodes-of-run.ts";

/** @param task that ended, with an exit code other than 0. */
export async function lossBehindGang(
  services: Services,
  document: JobDocument,
  task: TaskSnapshot,
  launcher: LauncherResult | undefined,
): Promise<LossBehind | undefined> {
  const { nodeCount, schedulingPriority: priority } = document.spec;
  if (nodeCount === 1 || !mayBeOfLoss(launcher, task.exitCode)) return undefined;
  // Whoever ends the job does not wait for what its failure may have been.
  if (document.executionState === "terminating") return undefined;
  const run = { jobGuid: document.guid, attempt: document.attempt, priority, nodeCount };
  const [seen, nodes, cluster] = await Promise.all([
    services.batch.nodes(poolId(document.clusterGuid)),
    nodesOfRun(services, document.clusterGuid, run, task.nodeId),
    currentCluster(services, { ref: clusterOf(document), guid: document.clusterGuid }),
  ]);
  if (seen === undefined || cluster === undefined) return undefined;
  const { startTime, endTime } = task;
  return lossBehind(
    {
      nodes,
      startTime,
      endTime,
      silent: launcher?.silent !== undefined,
      spot: cluster.spec.vmPriority === "lowpriority",
    },
    seen,
    { now: new Date(services.clock.now()), nodeLossMs: services.settings.nodeLossMs },
  );
}
