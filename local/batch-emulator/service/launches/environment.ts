// The environment of everything that runs on a node, built from scratch: nothing of the emulator's own leaks in. Pure.
// Source: "Azure Batch runtime environment variables". Precedence: Batch variables < job's common < task's own.
import { identitiesAssigned } from "../checks/reference-checks.ts";
import type { EmulatorParameters } from "../../parameters.ts";
import { join } from "node:path";
import type { Job, Node, Task } from "../entities/model.ts";
import type { NodeSupport } from "../ports/node-support.ts";
import { packageVariables } from "../packages/node-packages.ts";
import { preparationDirectory, taskDirectory } from "./node-layout.ts";

type Environment = Record<string, string>;
type Settings = ReadonlyArray<{ readonly name: string; readonly value?: string | undefined }>;

export interface EnvironmentContext {
  readonly accountName: string;
  readonly accountUrl: string;
  readonly parameters: EmulatorParameters;
  readonly support: NodeSupport;
  /** Where nodes find their metadata: this, a slash and the node's id. */
  readonly metadataUrl: string;
  /** What the task may identify itself with to the service, when it asked for that. */
  tokenOf(task: Task): string | undefined;
}

/** Tells commands where the node's metadata service is, which every machine of Azure has at 169.254.169.254. */
export const metadataVariable = "BATCH_EMULATOR_METADATA_URL";

/** "AZ_BATCH_RESERVED_DISK_SPACE_BYTES": space that Batch keeps for itself on the node. */
const reservedDiskBytes = "1000000";
const systemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Variables that every command on the node has; `directory` is that of the task, its `wd` the working directory. */
export function nodeEnvironment(context: EnvironmentContext, node: Node, directory: string): Environment {
  const working = join(directory, "wd");
  return {
    ...context.parameters.nodeEnvironment,
    ...context.support.environmentOf(node.id, node.root, {
      vmSize: node.pool.spec.vmSize,
      subnetId: node.pool.spec.networkConfiguration?.subnetId,
      identities: identitiesAssigned(node.pool),
    }),
    PATH: [...context.support.pathPrefix, ...context.parameters.pathPrefix, systemPath].join(":"),
    HOME: working,
    USER: "_azbatch",
    TMPDIR: working,
    LANG: "C.UTF-8",
    [metadataVariable]: `${context.metadataUrl}/${node.id}`,
    AZ_BATCH_ACCOUNT_NAME: context.accountName,
    AZ_BATCH_ACCOUNT_URL: context.accountUrl,
    AZ_BATCH_POOL_ID: node.pool.id,
    AZ_BATCH_NODE_ID: node.id,
    AZ_BATCH_NODE_IS_DEDICATED: String(node.isDedicated),
    AZ_BATCH_NODE_ROOT_DIR: node.root,
    AZ_BATCH_NODE_SHARED_DIR: join(node.root, "shared"),
    AZ_BATCH_NODE_STARTUP_DIR: join(node.root, "startup"),
    AZ_BATCH_NODE_STARTUP_WORKING_DIR: join(node.root, "startup", "wd"),
    AZ_BATCH_NODE_MOUNTS_DIR: join(node.root, "fsmounts"),
    AZ_BATCH_TASK_DIR: directory,
    AZ_BATCH_TASK_WORKING_DIR: working,
    ...packageVariables(node, node.packages),
    AZ_BATCH_CERTIFICATES_DIR: join(directory, "certs"),
    AZ_BATCH_RESERVED_DISK_SPACE_BYTES: reservedDiskBytes,
    AZ_BATCH_TASK_RESERVED_EPHEMERAL_DISK_SPACE_BYTES: reservedDiskBytes,
  };
}

export function jobEnvironment(
  context: EnvironmentContext,
  node: Node,
  job: Job,
  taskId: string,
  directory: string,
): Environment {
  const environment = nodeEnvironment(context, node, directory);
  environment["AZ_BATCH_JOB_ID"] = job.id;
  environment["AZ_BATCH_TASK_ID"] = taskId;
  const preparation = job.spec.jobPreparationTask;
  if (preparation !== undefined && taskId !== (preparation.id ?? "jobpreparation")) {
    const preparationDir = preparationDirectory(node, job);
    environment["AZ_BATCH_JOB_PREP_DIR"] = preparationDir;
    environment["AZ_BATCH_JOB_PREP_WORKING_DIR"] = join(preparationDir, "wd");
  }
  return environment;
}

/** Variables of a multi-instance task; `nodes[0]` is the primary. The forms are those of the reference:
 *  `10.0.0.4:6000`, `a;b`, `a,b`, `2 a 1 b 1`. */
export function gangEnvironment(nodes: readonly Node[], index: number, sharedDirectory: string): Environment {
  const addresses = nodes.map((node) => node.address);
  return {
    AZ_BATCH_TASK_SHARED_DIR: sharedDirectory,
    AZ_BATCH_IS_CURRENT_NODE_MASTER: String(index === 0),
    AZ_BATCH_MASTER_NODE: `${addresses[0] ?? ""}:6000`,
    AZ_BATCH_NODE_LIST: addresses.join(";"),
    AZ_BATCH_HOST_LIST: addresses.join(","),
    CCP_NODES: [String(addresses.length), ...addresses.flatMap((address) => [address, "1"])].join(" "),
  };
}

/** Those that Batch (and this emulator in place of the machine) promises to every command, without what only this
 *  machine's own programs need. */
export function batchVariables(environment: Environment): Environment {
  return Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) => /^(AZ_BATCH_|CCP_)/.test(name) || name === metadataVariable,
    ),
  );
}

export function withSettings(environment: Environment, ...settings: (Settings | undefined)[]): Environment {
  for (const list of settings) for (const { name, value } of list ?? []) environment[name] = value ?? "";
  return environment;
}

export function taskEnvironment(context: EnvironmentContext, node: Node, task: Task): Environment {
  const environment = jobEnvironment(context, node, task.job, task.id, taskDirectory(node, task));
  const token = context.tokenOf(task);
  if (token !== undefined) environment["AZ_BATCH_AUTHENTICATION_TOKEN"] = token;
  return environment;
}
