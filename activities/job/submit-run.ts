// Hands the run to Batch as one task of the cluster's Batch job of that priority. A task that is there already is this
// one: its id is the job's GUID and the attempt. The links to the staged files are made here and stored nowhere else.
import type { OutputOf } from "../../contracts/contract.ts";
import { submitRun as contract } from "../../contracts/job-activities.ts";
import type { JobDocument } from "../../domain/job/schema.ts";
import { planLaunch } from "../../domain/launch/plan.ts";
import type { LaunchPlan } from "../../domain/launch/plan.ts";
import { launchFiles, taskCommands } from "../../domain/launch/render.ts";
import { batchJobId, batchPriority, poolId, stagingFolder, taskId } from "../../services/batch-names.ts";
import type { BatchResourceFile, NewBatchTask } from "../../services/batch.ts";
import type { Services } from "../../services/services.ts";
import { defineActivity } from "../lib/define-activity.ts";
import { currentJob } from "../lib/documents.ts";

/** A task may wait long for its nodes; seven days is the most that a user delegation key allows. */
const linkLifetimeMs = 7 * 24 * 3_600_000 - 3_600_000;

export const submitRun = defineActivity(
  contract,
  async (services, { job, attempt }): Promise<OutputOf<typeof contract>> => {
    const document = await currentJob(services, job);
    if (document === undefined) return { kind: "refused", reason: "the job was deleted" };
    const { schedulingPriority } = document.spec;
    const batchJob = batchJobId(document.clusterGuid, schedulingPriority);
    const task = await newTask(services, document, attempt);
    let answer = await services.batch.addTask(batchJob, task);
    if (answer.kind === "refused" && answer.code === "JobNotFound") {
      const place = await services.batch.ensureJob({
        id: batchJob,
        poolId: poolId(document.clusterGuid),
        priority: batchPriority[schedulingPriority],
        owner: services.settings.owner,
      });
      if (place.kind !== "ready") return { kind: "later", reason: place.kind };
      answer = await services.batch.addTask(batchJob, task);
    }
    if (answer.kind !== "refused") return { kind: "submitted" };
    if (comesBack.has(answer.code)) return { kind: "later", reason: answer.code };
    return { kind: "refused", reason: `${answer.code}: ${answer.message}` };
  },
);

/** The Batch job is on its way out (its cluster was deleted a moment ago) or could not be seen yet. */
const comesBack = new Set(["JobBeingDeleted", "JobBeingTerminated", "JobCompleted", "JobNotFound"]);

async function newTask(services: Services, job: JobDocument, attempt: number): Promise<NewBatchTask> {
  const plan = planLaunch(job);
  const files = await resourceFiles(services, plan, attempt);
  const commands = taskCommands(plan.nodeCount);
  const common = {
    id: taskId(job.guid, attempt),
    commandLine: commands.run,
    environment: {},
    maxWallClockTime: job.spec.constraints.maxWallClockTime,
  };
  if (commands.coordination === undefined) return { ...common, resourceFiles: files };
  return {
    ...common,
    resourceFiles: [],
    multiInstance: {
      numberOfInstances: plan.nodeCount,
      coordinationCommandLine: commands.coordination,
      commonResourceFiles: files,
    },
  };
}

async function resourceFiles(
  services: Services,
  plan: LaunchPlan,
  attempt: number,
): Promise<readonly BatchResourceFile[]> {
  const hasSecrets = plan.secrets.length > 0 || plan.mounts.length > 0;
  const names = [launchFiles.launcher, launchFiles.plan, ...(hasSecrets ? [launchFiles.secrets] : [])];
  const folder = stagingFolder(plan.job.guid, attempt);
  return Promise.all(
    names.map(async (filePath) => ({
      filePath,
      httpUrl: await services.staging.link(`${folder}${filePath}`, linkLifetimeMs),
      fileMode: filePath === launchFiles.secrets ? "0600" : "0755",
    })),
  );
}
