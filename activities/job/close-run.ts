// After a job's end: its place among the cluster's unfinished jobs, its staged files, and the terminate operation that
// may be waiting. Each step may have been done before.
import { closeRun as contract } from "../../contracts/job-activities.ts";
import { stagingFolder } from "../../services/batch-names.ts";
import { timestamp } from "../../services/clock.ts";
import { operationId } from "../../services/operation-documents.ts";
import { defineActivity } from "../lib/define-activity.ts";
import { currentJob } from "../lib/documents.ts";

export const closeRun = defineActivity(contract, async (services, { job }) => {
  const document = await currentJob(services, job);
  if (document === undefined) return undefined;
  await services.operations.close(
    operationId("terminate", job.guid),
    { status: "Succeeded" },
    timestamp(services.clock),
  );
  await services.staging.removeAll(stagingFolder(job.guid));
  await services.state.activeJobs.remove(document.clusterGuid, job.guid);
  return undefined;
});
