// Job schedules in the data plane.
import { JobSchedulePatch, JobScheduleSpec, JobScheduleUpdate } from "../schema/job-spec.ts";
import { infiniteDuration } from "../schema/values.ts";
import type { Schedule } from "../service/entities/model.ts";
import {
  addSchedule,
  deleteSchedule,
  disableSchedule,
  enableSchedule,
  findSchedule,
  jobsOf,
  terminateSchedule,
  updateSchedule,
} from "../service/schedules/schedule-control.ts";
import { etagOf } from "../service/account/versions.ts";
import { bodyOf } from "./bodies.ts";
import { jobTasks, poolInfoShape } from "./command-fields.ts";
import { checkConditions, versionHeaders } from "./conditions.ts";
import { isoTime, renderer, time, value } from "./fields.ts";
import type { FieldTable } from "./fields.ts";
import { jobFields, jobStatistics } from "./job-fields.ts";
import { listReply, pageStart } from "./listing.ts";
import { jobUrl } from "./task-fields.ts";
import { empty, json, param } from "./wire.ts";
import type { Call, Route, WireReply } from "./wire.ts";

const base = "/jobschedules";
const one = `${base}/{jobScheduleId}`;

const scheduleFields: FieldTable<Schedule> = {
  id: value((schedule) => schedule.id),
  displayName: value((schedule) => schedule.spec.displayName),
  url: value((schedule, { baseUrl }) => `${baseUrl}${base}/${schedule.id}`),
  eTag: value((schedule) => etagOf(schedule.version)),
  lastModified: time((schedule) => schedule.modifiedAt),
  creationTime: time((schedule) => schedule.createdAt),
  state: value((schedule) => schedule.state),
  stateTransitionTime: time((schedule) => schedule.stateAt),
  previousState: value((schedule) => schedule.previousState),
  previousStateTransitionTime: time((schedule) => schedule.previousStateAt),
  schedule: value((schedule) => schedule.spec.schedule),
  jobSpecification: value(({ spec: { jobSpecification: job } }, { call }) => ({
    priority: 0,
    maxParallelTasks: -1,
    allowTaskPreemption: false,
    usesTaskDependencies: false,
    onAllTasksComplete: "noaction",
    onTaskFailure: "noaction",
    ...job,
    constraints: { maxWallClockTime: infiniteDuration, maxTaskRetryCount: 0, ...job.constraints },
    jobManagerTask: jobTasks.manager(job.jobManagerTask, call.version),
    jobPreparationTask: jobTasks.preparation(job.jobPreparationTask),
    jobReleaseTask: jobTasks.release(job.jobReleaseTask),
    poolInfo: poolInfoShape(job.poolInfo),
  })),
  executionInfo: value((schedule, context) => ({
    ...(schedule.nextRunAt === undefined ? {} : { nextRunTime: isoTime(schedule.nextRunAt) }),
    ...(schedule.recentJobId === undefined
      ? {}
      : {
          recentJob: {
            id: schedule.recentJobId,
            url: jobUrl(context, encodeURIComponent(schedule.recentJobId)),
          },
        }),
    ...(schedule.endedAt === undefined ? {} : { endTime: isoTime(schedule.endedAt) }),
  })),
  metadata: value((schedule) => schedule.spec.metadata),
  stats: {
    expand: true,
    get: (schedule, { call, baseUrl }) => ({
      url: `${baseUrl}${base}/${schedule.id}/stats`,
      startTime: isoTime(schedule.createdAt),
      lastUpdateTime: isoTime(call.account.clock.now()),
      ...jobStatistics(jobsOf(call.account, schedule)),
    }),
  },
};

const scheduleOf = (call: Call, read = false): Schedule => {
  const schedule = findSchedule(call.account, param(call, "jobScheduleId"));
  checkConditions(call, schedule, read);
  return schedule;
};

const changed = (call: Call, status: number, schedule: Schedule): WireReply =>
  empty(status, {
    ...versionHeaders(schedule),
    dataserviceid: `${call.request.baseUrl}${call.request.rawPath}`,
  });

function action(
  operation: string,
  name: string,
  status: number,
  run: (call: Call, schedule: Schedule) => void,
): Route {
  return {
    operation,
    method: "POST",
    path: `${one}/${name}`,
    handle(call) {
      const schedule = scheduleOf(call);
      run(call, schedule);
      return changed(call, status, schedule);
    },
  };
}

export const scheduleRoutes: readonly Route[] = [
  {
    operation: "JobSchedule_Add",
    method: "POST",
    path: base,
    handle(call) {
      const schedule = addSchedule(call.account, bodyOf(call, JobScheduleSpec));
      return empty(201, {
        ...versionHeaders(schedule),
        location: `${call.request.baseUrl}${base}/${schedule.id}`,
      });
    },
  },
  {
    operation: "JobSchedule_List",
    method: "GET",
    path: base,
    handle: (call) =>
      listReply(call, "jobschedules", call.account.schedules.after(pageStart(call)), scheduleFields),
  },
  {
    operation: "JobSchedule_Get",
    method: "GET",
    path: one,
    handle(call) {
      const schedule = scheduleOf(call, true);
      const metadata = `${call.request.baseUrl}/$metadata#jobschedules/@Element`;
      const shape = { "odata.metadata": metadata, ...renderer(call, scheduleFields)(schedule) };
      return json(200, shape, versionHeaders(schedule));
    },
  },
  {
    operation: "JobSchedule_Exists",
    method: "HEAD",
    path: one,
    handle: (call) => changed(call, 200, scheduleOf(call, true)),
  },
  {
    operation: "JobSchedule_Update",
    method: "PUT",
    path: one,
    handle(call) {
      const schedule = scheduleOf(call);
      updateSchedule(call.account, schedule, bodyOf(call, JobScheduleUpdate), true);
      return changed(call, 200, schedule);
    },
  },
  {
    operation: "JobSchedule_Patch",
    method: "PATCH",
    path: one,
    handle(call) {
      const schedule = scheduleOf(call);
      updateSchedule(call.account, schedule, bodyOf(call, JobSchedulePatch), false);
      return changed(call, 200, schedule);
    },
  },
  {
    operation: "JobSchedule_Delete",
    method: "DELETE",
    path: one,
    handle(call) {
      deleteSchedule(call.account, scheduleOf(call));
      return empty(202);
    },
  },
  action("JobSchedule_Disable", "disable", 204, (call, schedule) => disableSchedule(call.account, schedule)),
  action("JobSchedule_Enable", "enable", 204, (call, schedule) => enableSchedule(call.account, schedule)),
  action("JobSchedule_Terminate", "terminate", 202, (call, schedule) =>
    terminateSchedule(call.account, schedule),
  ),
  {
    operation: "Job_ListFromJobSchedule",
    method: "GET",
    path: `${one}/jobs`,
    handle(call) {
      const schedule = findSchedule(call.account, param(call, "jobScheduleId"));
      const start = pageStart(call);
      const jobs = jobsOf(call.account, schedule).filter((job) => job.row > start);
      return listReply(call, "jobs", jobs, jobFields);
    },
  },
];
