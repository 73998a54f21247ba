// Where things are below a node's root, as "Files and directories in Azure Batch" lays them out. Pure. A scheduled job
// `s:job-3` has the folder workitems/s/job-3, any other workitems/<job>/job-1. The subtasks of a multi-instance task use
// the task's folder, each on its own node.
import { join } from "node:path";
import type { Job, Node, Task } from "../entities/model.ts";

/** Relative to the node root, with slashes. */
export function jobFolder(job: Job): string {
  const [head, tail] = job.id.split(":");
  return `workitems/${head ?? job.id}/${tail ?? "job-1"}`;
}

export const taskFolder = (task: Task) => `${jobFolder(task.job)}/${task.id}`;
export const taskDirectory = (node: Node, task: Task) => join(node.root, taskFolder(task));

export const preparationFolder = (job: Job) =>
  `${jobFolder(job)}/${job.spec.jobPreparationTask?.id ?? "jobpreparation"}`;
export const releaseFolder = (job: Job) => `${jobFolder(job)}/${job.spec.jobReleaseTask?.id ?? "jobrelease"}`;
export const preparationDirectory = (node: Node, job: Job) => join(node.root, preparationFolder(job));
export const releaseDirectory = (node: Node, job: Job) => join(node.root, releaseFolder(job));
export const startupDirectory = (node: Node) => join(node.root, "startup");
