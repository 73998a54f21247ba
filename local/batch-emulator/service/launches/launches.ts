// Turns tasks into launches for the executor. Pure. Launch ids are made of rows and attempt numbers: unique over the
// account's life and found again after a restart.
import type { Launch, OutputFile as LaunchOutput, ResourceFile as LaunchFile } from "../../agent/executor.ts";
import type { TaskSpec } from "../../schema/task-spec.ts";
import {
  batchVariables,
  gangEnvironment,
  nodeEnvironment,
  jobEnvironment,
  taskEnvironment,
  withSettings,
} from "./environment.ts";
import type { EnvironmentContext } from "./environment.ts";
import { join } from "node:path";
import { containerOf } from "./containers.ts";
import { isAssigned } from "../checks/machine-checks.ts";
import type { Job, JobOnNode, Node, TaskRun } from "../entities/model.ts";
import { packageVariables } from "../packages/node-packages.ts";
import { preparationDirectory, releaseDirectory, startupDirectory, taskDirectory } from "./node-layout.ts";
import { identitiesAssigned } from "../checks/reference-checks.ts";

type FileSpecs = TaskSpec["resourceFiles"];

export const mainLaunchId = (run: { task: { row: number }; attempt: number }) =>
  `t${run.task.row}.${run.attempt}`;
export const coordinationLaunchId = (run: { task: { row: number }; attempt: number }, index: number) =>
  `t${run.task.row}.${run.attempt}.c${index}`;
export const startTaskLaunchId = (node: Node) => `n${node.row}.${node.startTaskAttempts}`;
export const preparationLaunchId = (job: Job, on: JobOnNode) => `p${job.row}.${on.nodeId}.${on.attempts}`;
export const releaseLaunchId = (job: Job, on: JobOnNode) => `r${job.row}.${on.nodeId}`;

/** The identity of a file counts only where the pool has it. */
function files(specs: FileSpecs, node: Node): LaunchFile[] {
  return (specs ?? []).map(({ identityReference, ...file }) =>
    dropUndefined({ ...file, ...identityOn(node, identityReference) }),
  );
}

function identityOn(node: Node, reference: { resourceId: string } | undefined) {
  return reference !== undefined && isAssigned(reference, identitiesAssigned(node.pool))
    ? { identity: reference.resourceId }
    : {};
}

function dropUndefined(file: { [K in keyof LaunchFile]: LaunchFile[K] | undefined }): LaunchFile {
  return Object.fromEntries(Object.entries(file).filter(([, value]) => value !== undefined));
}

function outputs(spec: TaskSpec["outputFiles"], node: Node): LaunchOutput[] {
  return (spec ?? []).map(({ filePattern, uploadOptions, destination: { container } }) => ({
    filePattern,
    containerUrl: container.containerUrl,
    ...(container.path === undefined ? {} : { path: container.path }),
    uploadCondition: uploadOptions.uploadCondition,
    ...identityOn(node, container.identityReference),
    ...(container.uploadHeaders === undefined
      ? {}
      : { uploadHeaders: container.uploadHeaders.map(({ name, value = "" }) => ({ name, value })) }),
  }));
}

type Settings = Parameters<typeof withSettings>[1];

/** A container keeps the variables of its image where the node's own would mean nothing inside it. */
function environmentFor(
  spec: Pick<TaskSpec, "containerSettings">,
  variables: Record<string, string>,
  ...settings: Settings[]
) {
  return withSettings(
    spec.containerSettings === undefined ? variables : batchVariables(variables),
    ...settings,
  );
}

function launch(
  node: Node,
  directory: string,
  spec: Pick<TaskSpec, "containerSettings" | "userIdentity">,
  rest: Pick<Launch, "id" | "commandLine" | "environment"> & Partial<Launch>,
): Launch {
  return {
    ...containerOf(node, spec.containerSettings),
    ...(spec.userIdentity?.username === undefined ? {} : { user: spec.userIdentity.username }),
    nodeRoot: node.root,
    taskDirectory: directory,
    workingDirectory: join(directory, "wd"),
    resourceFiles: [],
    commonResourceFiles: [],
    outputFiles: [],
    keepOutput: false,
    ...rest,
  };
}

/** The task's own command: of a plain task, or of the primary once coordination is done. */
export function mainLaunch(context: EnvironmentContext, run: TaskRun): Launch {
  const { task } = run;
  const node = run.nodes[0] as Node;
  const directory = taskDirectory(node, task);
  const gang = task.spec.multiInstanceSettings !== undefined;
  return launch(node, directory, task.spec, {
    id: mainLaunchId(run),
    commandLine: task.spec.commandLine,
    environment: runEnvironment(context, run, 0),
    resourceFiles: gang ? [] : files(task.spec.resourceFiles, node),
    outputFiles: outputs(task.spec.outputFiles, node),
    keepOutput: gang,
  });
}

/** What the task's commands see on one node of its run. */
function runEnvironment(context: EnvironmentContext, run: TaskRun, index: number) {
  const { task } = run;
  const node = run.nodes[index] as Node;
  const variables = { ...taskEnvironment(context, node, task), ...packageVariables(node, run.packages) };
  if (task.spec.multiInstanceSettings !== undefined)
    Object.assign(variables, gangEnvironment(run.nodes, index, taskDirectory(node, task)));
  const { commonEnvironmentSettings } = task.job.spec;
  return environmentFor(task.spec, variables, commonEnvironmentSettings, task.spec.environmentSettings);
}

/** The coordination command on one node of the gang; the primary (0) also gets the task's own resource files. */
export function coordinationLaunch(context: EnvironmentContext, run: TaskRun, index: number): Launch {
  const { task } = run;
  const node = run.nodes[index] as Node;
  const directory = taskDirectory(node, task);
  const settings = task.spec.multiInstanceSettings;
  return launch(node, directory, task.spec, {
    id: coordinationLaunchId(run, index),
    commandLine: settings?.coordinationCommandLine ?? "",
    environment: runEnvironment(context, run, index),
    resourceFiles: index === 0 ? files(task.spec.resourceFiles, node) : [],
    commonResourceFiles: files(settings?.commonResourceFiles, node),
  });
}

export function startTaskLaunch(context: EnvironmentContext, node: Node): Launch | undefined {
  const spec = node.pool.spec.startTask;
  if (spec === undefined) return undefined;
  const directory = startupDirectory(node);
  return launch(node, directory, spec, {
    id: startTaskLaunchId(node),
    commandLine: spec.commandLine,
    environment: environmentFor(spec, nodeEnvironment(context, node, directory), spec.environmentSettings),
    resourceFiles: files(spec.resourceFiles, node),
    detaches: true,
  });
}

export function preparationLaunch(
  context: EnvironmentContext,
  job: Job,
  node: Node,
  on: JobOnNode,
): Launch | undefined {
  const spec = job.spec.jobPreparationTask;
  if (spec === undefined) return undefined;
  const directory = preparationDirectory(node, job);
  const environment = jobEnvironment(context, node, job, spec.id ?? "jobpreparation", directory);
  return launch(node, directory, spec, {
    id: preparationLaunchId(job, on),
    commandLine: spec.commandLine,
    environment: environmentFor(
      spec,
      environment,
      job.spec.commonEnvironmentSettings,
      spec.environmentSettings,
    ),
    resourceFiles: files(spec.resourceFiles, node),
  });
}

export function releaseLaunch(
  context: EnvironmentContext,
  job: Job,
  node: Node,
  on: JobOnNode,
): Launch | undefined {
  const spec = job.spec.jobReleaseTask;
  if (spec === undefined) return undefined;
  const directory = releaseDirectory(node, job);
  const environment = jobEnvironment(context, node, job, spec.id ?? "jobrelease", directory);
  return launch(node, directory, spec, {
    id: releaseLaunchId(job, on),
    commandLine: spec.commandLine,
    environment: environmentFor(
      spec,
      environment,
      job.spec.commonEnvironmentSettings,
      spec.environmentSettings,
    ),
    resourceFiles: files(spec.resourceFiles, node),
  });
}
