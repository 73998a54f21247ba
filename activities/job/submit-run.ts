// Hands the run to Batch as one task of the cluster's Batch job of that priority. A task that is there already is this
// one: its id is the job's GUID and the attempt.
import type { OutputOf } from "../../contracts/contract.ts";
import { submitRun as contract } from "../../contracts/job-activities.ts";
import type { JobDocument } from "../../domain/job/schema.ts";
import { planLaunch } from "../../domain/launch/plan.ts";
import { taskCommands } from "../../domain/launch/render.ts";
import { batchJobId, batchPriority, poolId, taskId } from "../../services/batch-names.ts";
import type { NewBatchTask } from "../../services/batch.ts";
import type { Services } from "../../services/services.ts";
import { defineActivity } from "../lib/define-activity.ts";
import { currentJob } from "../lib/documents.ts";
import { stageFiles } from "./staged-files.ts";

export const submitRun = defineActivity(
  contract,
  async (services, { job, attempt }): Promise<OutputOf<typeof contract>> => {
    const document = await currentJob(services, job);
    if (document === undefined || !isWanted(document, attempt)) return { kind: "notWanted" };
    const { schedulingPriority } = document.spec;
    const batchJob = batchJobId(document.clusterGuid, schedulingPriority);
    const task = await newTask(services, document);
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

function isWanted(job: JobDocument, attempt: number): boolean {
  return job.executionState === "queued" && job.provisioningState === "succeeded" && job.attempt === attempt;
}

/** The Batch job is on its way out (its cluster was deleted a moment ago) or could not be seen yet. */
const comesBack = new Set(["JobBeingDeleted", "JobBeingTerminated", "JobCompleted", "JobNotFound"]);

async function newTask(services: Services, job: JobDocument): Promise<NewBatchTask> {
  const plan = planLaunch(job);
  const files = await stageFiles(services, job, plan);
  const commands = taskCommands(plan.nodeCount);
  const common = {
    id: taskId(job.guid, job.attempt),
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
