// Puts what the run's nodes need where they can fetch it: the launcher, the plan, the secrets. Repeating it writes the
// same files again.
import { stageRun as contract } from "../../contracts/job-activities.ts";
import { planLaunch } from "../../domain/launch/plan.ts";
import { launchFiles, renderPlan, renderSecrets } from "../../domain/launch/render.ts";
import { stagingFolder } from "../../services/batch-names.ts";
import { defineActivity } from "../lib/define-activity.ts";
import { currentJob } from "../lib/documents.ts";

export const stageRun = defineActivity(contract, async (services, { job, attempt }) => {
  const document = await currentJob(services, job);
  if (document === undefined) return undefined;
  const plan = planLaunch(document);
  const needsSecrets = plan.secrets.length > 0 || plan.mounts.length > 0;
  const secrets = needsSecrets ? renderSecrets(plan, await services.secrets.get(job.guid)) : undefined;
  const folder = stagingFolder(job.guid, attempt);
  await services.staging.put([
    { path: `${folder}${launchFiles.launcher}`, content: services.launcher },
    { path: `${folder}${launchFiles.plan}`, content: renderPlan(plan) },
    ...(secrets === undefined ? [] : [{ path: `${folder}${launchFiles.secrets}`, content: secrets }]),
  ]);
  return undefined;
});
