// The nodes of a run, for the record of its attempts.
import type { ActiveRun } from "../../services/active-jobs.ts";
import { batchJobId, taskId } from "../../services/batch-names.ts";
import type { Services } from "../../services/services.ts";

type Run = Pick<ActiveRun, "jobGuid" | "attempt" | "priority" | "nodeCount">;

/**
 * @param first as its task tells it. Those of a gang are asked for beside it; where Batch does not answer, only the first is known: it is
 *   no reason to record a start later.
 */
export async function nodesOfRun(
  { batch, logger }: Services,
  clusterGuid: string,
  { jobGuid, attempt, priority, nodeCount }: Run,
  first: string | undefined,
): Promise<readonly string[]> {
  if (first === undefined || nodeCount === 1) return first === undefined ? [] : [first];
  try {
    const others = await batch.subtaskNodes(batchJobId(clusterGuid, priority), taskId(jobGuid, attempt));
    return [first, ...others.filter((node) => node !== first)];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    logger.warn("run.nodesUnknown", { job: jobGuid, reason });
    return [first];
  }
}
