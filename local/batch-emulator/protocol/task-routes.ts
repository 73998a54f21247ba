// Tasks in the data plane.
import { z } from "zod";
import { TaskConstraints, TaskSpec } from "../schema/task-spec.ts";
import { BatchFault, invalidProperty } from "../service/account/fault.ts";
import { findJob } from "../service/jobs/job-commands.ts";
import { deleteTask } from "../service/jobs/job-control.ts";
import type { Job, Task } from "../service/entities/model.ts";
import { addTask, addTasks, findTask, refuseEndedJob, updateTask } from "../service/tasks/task-commands.ts";
import type { AddOutcome } from "../service/tasks/task-commands.ts";
import { reactivateTask, terminateTask } from "../service/tasks/task-life.ts";
import { cancelRun } from "../service/runs/task-run.ts";
import { etagOf } from "../service/account/versions.ts";
import { bodyOf, checked, optionalBodyOf } from "./bodies.ts";
import { checkConditions, versionHeaders } from "./conditions.ts";
import { isoTime, renderer } from "./fields.ts";
import { listReply, pageStart } from "./listing.ts";
import { subtaskFields, taskFields } from "./task-fields.ts";
import { empty, json, param } from "./wire.ts";
import type { Call, Route } from "./wire.ts";

/** "Task - Add Collection": at most 100 tasks. */
export const largestCollection = 100;

const jobOf = (call: Call): Job => findJob(call.account, param(call, "jobId"));
const taskOf = (call: Call, read = false): Task => {
  const task = findTask(jobOf(call), param(call, "taskId"));
  checkConditions(call, task, read);
  return task;
};
const urlOf = (call: Call, task: { id: string }, job: Job) =>
  `${call.request.baseUrl}/jobs/${job.id}/tasks/${task.id}`;

const TaskCollection = z.strictObject({ value: z.array(z.unknown()) });
const TaskUpdate = z.strictObject({ constraints: TaskConstraints.optional() });

/** A task of a collection, or why it is none. */
function parseItem(item: unknown): { spec: TaskSpec } | { id: string; fault: BatchFault } {
  try {
    return { spec: checked(item, TaskSpec) };
  } catch (fault) {
    if (!(fault instanceof BatchFault)) throw fault;
    const id = (item as { id?: unknown } | undefined)?.id;
    return { id: typeof id === "string" ? id : "", fault };
  }
}

function addCollection(call: Call): AddOutcome[] {
  const job = jobOf(call);
  const { value } = bodyOf(call, TaskCollection);
  if (value.length > largestCollection)
    throw invalidProperty(
      "value",
      String(value.length),
      `At most ${largestCollection} tasks can be added at once`,
    );
  refuseEndedJob(job);
  return value.map((item) => {
    const parsed = parseItem(item);
    if ("fault" in parsed) return { taskId: parsed.id, fault: parsed.fault };
    return addTasks(call.account, job, [parsed.spec])[0] as AddOutcome;
  });
}

function outcomeShape(call: Call, job: Job, { taskId, task, fault }: AddOutcome) {
  if (task !== undefined)
    return {
      status: "success",
      taskId: task.id,
      eTag: etagOf(task.version),
      lastModified: isoTime(task.modifiedAt),
      location: urlOf(call, task, job),
    };
  return {
    status: "clienterror",
    taskId,
    error: {
      code: fault?.code,
      message: { lang: "en-US", value: fault?.message ?? "" },
      ...(fault !== undefined && fault.values.length > 0 ? { values: fault.values } : {}),
    },
  };
}

export const taskRoutes: readonly Route[] = [
  {
    operation: "Task_Add",
    method: "POST",
    path: "/jobs/{jobId}/tasks",
    handle(call) {
      const job = jobOf(call);
      const spec = bodyOf(call, TaskSpec);
      refuseEndedJob(job);
      const task = addTask(call.account, job, spec);
      const location = urlOf(call, task, job);
      return empty(201, { ...versionHeaders(task), location, dataserviceid: location });
    },
  },
  {
    operation: "Task_AddCollection",
    method: "POST",
    path: "/jobs/{jobId}/addtaskcollection",
    handle(call) {
      const outcomes = addCollection(call);
      const job = jobOf(call);
      return json(200, {
        "odata.metadata": `${call.request.baseUrl}/$metadata#taskaddresult`,
        value: outcomes.map((outcome) => outcomeShape(call, job, outcome)),
      });
    },
  },
  {
    operation: "Task_List",
    method: "GET",
    path: "/jobs/{jobId}/tasks",
    handle: (call) => listReply(call, "tasks", jobOf(call).tasks.after(pageStart(call)), taskFields),
  },
  {
    operation: "Task_Get",
    method: "GET",
    path: "/jobs/{jobId}/tasks/{taskId}",
    handle(call) {
      const task = taskOf(call, true);
      const metadata = `${call.request.baseUrl}/$metadata#tasks/@Element`;
      return json(
        200,
        { "odata.metadata": metadata, ...renderer(call, taskFields)(task) },
        versionHeaders(task),
      );
    },
  },
  {
    operation: "Task_Update",
    method: "PUT",
    path: "/jobs/{jobId}/tasks/{taskId}",
    handle(call) {
      const task = taskOf(call);
      updateTask(call.account, task, optionalBodyOf(call, TaskUpdate).constraints);
      return empty(200, { ...versionHeaders(task), dataserviceid: urlOf(call, task, task.job) });
    },
  },
  {
    operation: "Task_Delete",
    method: "DELETE",
    path: "/jobs/{jobId}/tasks/{taskId}",
    handle(call) {
      deleteTask(call.account, taskOf(call));
      return empty(200);
    },
  },
  {
    operation: "Task_Terminate",
    method: "POST",
    path: "/jobs/{jobId}/tasks/{taskId}/terminate",
    handle(call) {
      const task = taskOf(call);
      terminateTask(call.account, task, (run) => cancelRun(call.account, run));
      return empty(204, {
        ...versionHeaders(task),
        dataserviceid: `${urlOf(call, task, task.job)}/terminate`,
      });
    },
  },
  {
    operation: "Task_Reactivate",
    method: "POST",
    path: "/jobs/{jobId}/tasks/{taskId}/reactivate",
    handle(call) {
      const task = taskOf(call);
      refuseEndedJob(task.job);
      reactivateTask(call.account, task);
      return empty(204, {
        ...versionHeaders(task),
        dataserviceid: `${urlOf(call, task, task.job)}/reactivate`,
      });
    },
  },
  {
    operation: "Task_ListSubtasks",
    method: "GET",
    path: "/jobs/{jobId}/tasks/{taskId}/subtasksinfo",
    handle(call) {
      const task = taskOf(call, true);
      const render = renderer(call, subtaskFields(task));
      return json(200, {
        "odata.metadata": `${call.request.baseUrl}/$metadata#subtasks`,
        value: (task.execution?.subtasks ?? []).map(render),
      });
    },
  },
];
