// A run as Azure Batch is to run it: one task, which is a gang when the job wants several nodes.
import type { JobDocument } from "../../domain/job/schema.ts";
import { batchTimeLimit } from "../../domain/job/termination.ts";
import { planLaunch } from "../../domain/launch/plan.ts";
import { planVariable, taskCommands } from "../../domain/launch/render.ts";
import { stepLimitVariable } from "../../domain/launch/result.ts";
import { parseDuration } from "../../domain/shared/duration.ts";
import { taskId } from "../../services/batch-names.ts";
import type { NewBatchTask } from "../../services/batch.ts";
import type { Services } from "../../services/services.ts";
import { linkLifetimeMs, stageFiles } from "./staged-files.ts";
import { endingVariables } from "./stop-file.ts";
import { trackingVariables } from "./tracking-variables.ts";

/** Its id is the job's GUID and the attempt, so that adding it twice is adding it once. */
export async function newTask(services: Services, job: JobDocument): Promise<NewBatchTask> {
  const plan = planLaunch(job);
  const { files, planText } = await stageFiles(services, job, plan);
  const commands = taskCommands(plan.nodeCount);
  const common = {
    id: taskId(job.guid, job.attempt),
    commandLine: commands.run,
    environment: {
      [stepLimitVariable]: String(services.settings.launchStepLimitMs / 1000),
      ...(await endingVariables(services, job, linkLifetimeMs)),
      ...trackingVariables(services, job),
      ...(planText === undefined ? {} : { [planVariable]: planText }),
    },
    maxWallClockTime: timeLimit(services, job),
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

function timeLimit({ settings }: Services, { spec }: JobDocument): string {
  const { maxWallClockTime } = spec.constraints;
  const ms = parseDuration(maxWallClockTime);
  return ms === undefined ? maxWallClockTime : batchTimeLimit(ms, settings.terminationGraceMs);
}
