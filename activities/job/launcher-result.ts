// Reads what the launcher left about its end: in the task's directory, or on the node of a job of several that could not be
// prepared. No file is an answer, too: the node may be gone.
import type { JobDocument } from "../../domain/job/schema.ts";
import { launcherResultFile, parseLauncherResult } from "../../domain/launch/result.ts";
import type { LauncherResult } from "../../domain/launch/result.ts";
import { batchJobId, poolId, taskDirectory } from "../../services/batch-names.ts";
import type { Services } from "../../services/services.ts";

const longestResultBytes = 16_384;

/** @param task of the run that is meant. */
export async function resultOf(
  services: Services,
  document: JobDocument,
  task: string,
): Promise<LauncherResult | undefined> {
  const batchJob = batchJobId(document.clusterGuid, document.spec.schedulingPriority);
  const path = `wd/${launcherResultFile}`;
  const text = await services.batch.readTaskFile(batchJob, task, path, longestResultBytes);
  const own = text === undefined ? undefined : parseLauncherResult(text);
  // Where another node fails, Batch ends the first one: its word, if it has one, is of that end.
  const isCause = own !== undefined && own.outcome !== "ended";
  if (isCause || document.spec.nodeCount === 1) return own;
  return (await resultOfOthers(services, document, batchJob, task)) ?? own;
}

/** What the node that failed says; the others were ended with it, or say nothing. */
async function resultOfOthers(
  services: Services,
  document: JobDocument,
  batchJob: string,
  task: string,
): Promise<LauncherResult | undefined> {
  const path = `${taskDirectory(batchJob, task)}/${launcherResultFile}`;
  for (const node of await services.batch.subtaskNodes(batchJob, task)) {
    const pool = poolId(document.clusterGuid);
    const text = await services.batch.readNodeFile(pool, node, path, longestResultBytes);
    const found = text === undefined ? undefined : parseLauncherResult(text);
    if (found !== undefined && found.outcome !== "ended") return found;
  }
  return undefined;
}
