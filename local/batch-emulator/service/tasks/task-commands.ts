// What callers may ask of tasks. Source: "Task - Add/Add Collection/Update/…" of the REST reference.
import type { TaskConstraints, TaskSpec } from "../../schema/task-spec.ts";
import { checkContainerSettings } from "../launches/containers.ts";
import { BatchFault, invalidProperty, notFound } from "../account/fault.ts";
import type { Job, Task } from "../entities/model.ts";
import { checkPackages } from "../packages/node-packages.ts";
import { checkReferences } from "../checks/reference-checks.ts";
import { createTask } from "./task-life.ts";
import { poolOf } from "./task-state.ts";
import { touch } from "../account/versions.ts";
import type { AccountState } from "../account/account-state.ts";

/** "Task - Add" (TaskDependencies): the task id list may have 64,000 characters. */
const dependencyListLimit = 64_000;

export function findTask(job: Job, id: string): Task {
  const task = job.tasks.get(id.toLowerCase());
  if (task === undefined) throw notFound("Task");
  return task;
}

/** Refuses additions to a job that ends or has ended. */
export function refuseEndedJob(job: Job): void {
  const codes: Partial<Record<Job["state"], [string, string]>> = {
    completed: ["JobCompleted", "The specified job has already completed."],
    terminating: ["JobBeingTerminated", "The specified job is being terminated."],
    deleting: ["JobBeingDeleted", "The specified job has been marked for deletion."],
  };
  const refusal = codes[job.state];
  if (refusal !== undefined) throw new BatchFault(409, ...refusal);
}

export function addTask(account: AccountState, job: Job, spec: TaskSpec): Task {
  if (job.tasks.has(spec.id.toLowerCase()))
    throw new BatchFault(409, "TaskExists", "The specified task already exists.");
  checkTask(account, job, spec);
  return createTask(account, job, spec);
}

function checkTask(account: AccountState, job: Job, spec: TaskSpec): void {
  const id = spec.id.toLowerCase();
  const { jobPreparationTask: preparation, jobReleaseTask: release } = job.spec;
  if (preparation !== undefined && id === (preparation.id ?? "jobpreparation").toLowerCase())
    throw new BatchFault(
      409,
      "TaskIdSameAsJobPreparationTask",
      "The task id is that of the job preparation task.",
    );
  if (release !== undefined && id === (release.id ?? "jobrelease").toLowerCase())
    throw new BatchFault(409, "TaskIdSameAsJobReleaseTask", "The task id is that of the job release task.");
  if (spec.dependsOn !== undefined) checkDependencies(job, spec.dependsOn);
  checkContainerSettings(spec.containerSettings);
  checkPackages(account, spec.applicationPackageReferences);
  const pool = poolOf(account, job);
  checkReferences(spec, pool);
  const slotsPerNode = pool?.spec.taskSlotsPerNode;
  if (slotsPerNode !== undefined && (spec.requiredSlots ?? 1) > slotsPerNode)
    throw invalidProperty(
      "requiredSlots",
      String(spec.requiredSlots),
      `The pool has ${slotsPerNode} task slots per node`,
    );
  if (spec.multiInstanceSettings !== undefined && (spec.requiredSlots ?? 1) > 1)
    throw invalidProperty(
      "requiredSlots",
      String(spec.requiredSlots),
      "A multi-instance task takes one slot per node",
    );
}

function checkDependencies(job: Job, dependsOn: NonNullable<TaskSpec["dependsOn"]>): void {
  if (job.spec.usesTaskDependencies !== true)
    throw new BatchFault(
      400,
      "TaskDependenciesNotSpecifiedOnJob",
      "The task has dependencies but the job does not have usesTaskDependencies set.",
    );
  const length = (dependsOn.taskIds ?? []).reduce((sum, id) => sum + id.length, 0);
  if (length > dependencyListLimit)
    throw new BatchFault(
      400,
      "TaskDependencyListTooLong",
      "The list of task ids that the task depends on is too long.",
    );
  for (const range of dependsOn.taskIdRanges ?? [])
    if (range.start > range.end)
      throw invalidProperty(
        "taskIdRanges",
        `${range.start}-${range.end}`,
        "start must not be greater than end",
      );
}

export interface AddOutcome {
  readonly taskId: string;
  readonly task?: Task;
  readonly fault?: BatchFault;
}

/** "Task - Add Collection": each task for itself. */
export function addTasks(account: AccountState, job: Job, specs: readonly TaskSpec[]): AddOutcome[] {
  refuseEndedJob(job);
  return specs.map((spec) => {
    try {
      return { taskId: spec.id, task: addTask(account, job, spec) };
    } catch (fault) {
      if (!(fault instanceof BatchFault)) throw fault;
      return { taskId: spec.id, fault };
    }
  });
}

/** "Task - Update": the constraints, all of them; an absent one falls back to its default. */
export function updateTask(
  account: AccountState,
  task: Task,
  constraints: TaskConstraints | undefined,
): void {
  if (task.state === "completed")
    throw new BatchFault(409, "TaskCompleted", "The specified task has already completed.");
  const { constraints: _before, ...rest } = task.spec;
  task.spec = constraints === undefined ? rest : { ...rest, constraints };
  touch(account, task);
}
