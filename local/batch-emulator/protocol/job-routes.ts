// Jobs in the data plane.
import { DisableJobBody, JobPatch, JobSpec, JobUpdate, TerminateJobBody } from "../schema/job-spec.ts";
import { BatchFault } from "../service/account/fault.ts";
import { addJob, findJob, updateJob } from "../service/jobs/job-commands.ts";
import { deleteJob, disableJob, enableJob, terminateJob } from "../service/jobs/job-control.ts";
import type { Job } from "../service/entities/model.ts";
import { isBefore, since } from "./api-versions.ts";
import { bodyOf, optionalBodyOf } from "./bodies.ts";
import { checkConditions, versionHeaders } from "./conditions.ts";
import { renderer } from "./fields.ts";
import { jobFields, jobNodeFields } from "./job-fields.ts";
import { listReply, pageStart } from "./listing.ts";
import { empty, json, param } from "./wire.ts";
import type { Call, Route, WireReply } from "./wire.ts";

const jobOf = (call: Call, read = false): Job => {
  const job = findJob(call.account, param(call, "jobId"));
  checkConditions(call, job, read);
  return job;
};

const changed = (call: Call, status: number, job: Job, action = ""): WireReply =>
  empty(status, { ...versionHeaders(job), dataserviceid: `${call.request.baseUrl}/jobs/${job.id}${action}` });

function action(operation: string, name: string, run: (call: Call, job: Job) => void): Route {
  return {
    operation,
    method: "POST",
    path: `/jobs/{jobId}/${name}`,
    handle(call) {
      const job = jobOf(call);
      run(call, job);
      return changed(call, 202, job, `/${name}`);
    },
  };
}

export const jobRoutes: readonly Route[] = [
  {
    operation: "Job_Add",
    method: "POST",
    path: "/jobs",
    handle(call) {
      const job = addJob(call.account, bodyOf(call, JobSpec));
      return empty(201, {
        ...versionHeaders(job),
        location: `${call.request.baseUrl}/jobs/job-1`,
        dataserviceid: `${call.request.baseUrl}/jobs/job-1`,
      });
    },
  },
  {
    operation: "Job_List",
    method: "GET",
    path: "/jobs",
    handle: (call) => listReply(call, "jobs", call.account.jobs.after(pageStart(call)), jobFields),
  },
  {
    operation: "Job_Get",
    method: "GET",
    path: "/jobs/{jobId}",
    handle(call) {
      const job = jobOf(call, true);
      const metadata = `${call.request.baseUrl}/$metadata#jobs/@Element`;
      return json(
        200,
        { "odata.metadata": metadata, ...renderer(call, jobFields)(job) },
        versionHeaders(job),
      );
    },
  },
  {
    operation: "Job_Update",
    method: "PUT",
    path: "/jobs/{jobId}",
    handle(call) {
      const job = jobOf(call);
      updateJob(call.account, job, bodyOf(call, JobUpdate), true);
      return changed(call, 200, job);
    },
  },
  {
    operation: "Job_Patch",
    method: "PATCH",
    path: "/jobs/{jobId}",
    handle(call) {
      const job = jobOf(call);
      updateJob(call.account, job, bodyOf(call, JobPatch), false);
      return changed(call, 200, job);
    },
  },
  {
    operation: "Job_Delete",
    method: "DELETE",
    path: "/jobs/{jobId}",
    handle(call) {
      deleteJob(call.account, jobOf(call));
      return empty(202);
    },
  },
  action("Job_Disable", "disable", (call, job) =>
    disableJob(call.account, job, bodyOf(call, DisableJobBody).disableTasks),
  ),
  action("Job_Enable", "enable", (call, job) => enableJob(call.account, job)),
  action("Job_Terminate", "terminate", (call, job) =>
    terminateJob(
      call.account,
      job,
      optionalBodyOf(call, TerminateJobBody).terminateReason ?? "UserTerminate",
    ),
  ),
  {
    operation: "Job_GetTaskCounts",
    method: "GET",
    path: "/jobs/{jobId}/taskcounts",
    handle(call) {
      const job = findJob(call.account, param(call, "jobId"));
      const metadata = `${call.request.baseUrl}/$metadata#taskcounts/@Element`;
      const counts = isBefore(call.version, since.taskSlots)
        ? job.counts
        : { taskCounts: job.counts, taskSlotCounts: job.slotCounts };
      return json(200, { "odata.metadata": metadata, ...counts });
    },
  },
  {
    operation: "Job_ListPreparationAndReleaseTaskStatus",
    method: "GET",
    path: "/jobs/{jobId}/jobpreparationandreleasetaskstatus",
    handle(call) {
      const job = findJob(call.account, param(call, "jobId"));
      if (job.spec.jobPreparationTask === undefined)
        throw new BatchFault(
          409,
          "JobPreparationTaskOrReleaseTaskNotSpecified",
          "The specified job has neither a job preparation task nor a job release task.",
        );
      const start = pageStart(call);
      const entries = [...job.nodes.values()].map((on, index) => ({ ...on, row: index + 1 }));
      const set = "jobpreparationandreleasetaskstatuslist";
      return listReply(call, set, entries.slice(start), jobNodeFields(job));
    },
  },
];
