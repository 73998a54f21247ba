// How a task in a container becomes one call of the engine's command line. The node's folders appear at the same paths
// as outside; the environment goes by a file, so that no value shows in a list of processes. Source: "Run container
// applications on Azure Batch", ContainerSettings of the REST reference.
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { CommandLineError, splitCommandLine } from "./command-line.ts";
import { isEngineVariable } from "./container-engine.ts";
import type { ContainerEngine } from "./container-engine.ts";
import type { ContainerLaunch, Launch } from "./executor.ts";

export interface ContainerFiles {
  readonly environmentFile: string;
  readonly idFile: string;
}

/** By what a container is found again. */
export interface ContainerMarks {
  readonly name: string;
  readonly instance: string;
  /** The same for every emulator's folder that is ever at this place. */
  readonly folder: string;
}

export interface ContainerCommand {
  readonly words: readonly string[];
  /** Content of the environment file. */
  readonly environmentText: string;
  /** Variables that a line of that file cannot hold; they reach the container through the command's own environment. */
  readonly inherited: Readonly<Record<string, string>>;
}

/** Throws CommandLineError for what the engine could not be told. */
export function containerCommand(
  launch: Launch & { readonly container: ContainerLaunch },
  engine: ContainerEngine,
  o: ContainerFiles & ContainerMarks & { readonly reference: string },
): ContainerCommand {
  const { container } = launch;
  const options = splitCommandLine(container.runOptions);
  refuseOptions(options);
  const { lines, inherited } = environmentOf(launch.environment);
  const words = [
    ...[...engine.command, "run", "--rm", "--pull=never", "--name", o.name, "--cidfile", o.idFile],
    ...labels({
      instance: o.instance,
      folder: o.folder,
      launch: launch.id,
      pool: launch.environment["AZ_BATCH_POOL_ID"] ?? "",
      node: launch.environment["AZ_BATCH_NODE_ID"] ?? "",
    }),
    ...["--env-file", o.environmentFile],
    ...Object.keys(inherited).flatMap((name) => ["-e", name]),
    // The task's files carry the host's labels; stdout.txt and stderr.txt are the log.
    ...["--security-opt", "label=disable", "--log-driver", "none"],
    ...[launch.nodeRoot, ...mountedFolders(launch.nodeRoot)].flatMap(bind),
    ...(container.workingDirectory === "task" ? ["-w", launch.workingDirectory] : []),
    ...(engine.user === undefined ? [] : ["--user", engine.user]),
    ...engine.runOptions,
    ...options,
    ...imageAndCommand(options, o.reference, splitCommandLine(launch.commandLine)),
  ];
  return { words, environmentText: lines.map((line) => `${line}\n`).join(""), inherited };
}

export const instanceLabel = "batchai.instance";
export const folderLabel = "batchai.folder";

const labels = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).flatMap(([name, value]) => ["--label", `batchai.${name}=${value}`]);

/** An empty command line leaves the image's ENTRYPOINT and CMD alone, any other replaces both; with an `--entrypoint` of
 *  the caller's own its words are that program's arguments. */
function imageAndCommand(options: readonly string[], reference: string, words: readonly string[]): string[] {
  const [program, ...args] = words;
  const hasOwn = options.some((word) => word === "--entrypoint" || word.startsWith("--entrypoint="));
  if (program === undefined || hasOwn) return [reference, ...words];
  return ["--entrypoint", program, reference, ...args];
}

/** What would take the container out of the agent's hands. */
const refused = /^(--detach(=.*)?|-[itP]*d[itP]*|--name(=.*)?|--cidfile(=.*)?|--rm=.*|--restart(=.*)?)$/;

function refuseOptions(options: readonly string[]): void {
  const bad = options.find((word) => refused.test(word));
  if (bad !== undefined)
    throw new CommandLineError(`containerRunOptions: ${bad} is the node agent's own; leave it out.`);
}

/** Mounts of the node are links to folders elsewhere; in the container the links must lead somewhere too. */
function mountedFolders(nodeRoot: string): string[] {
  const found = new Set<string>();
  const walk = (folder: string) => {
    for (const entry of entriesOf(folder)) {
      const path = join(folder, entry.name);
      if (entry.isSymbolicLink() && existsSync(path)) found.add(realpathSync(path));
      else if (entry.isDirectory()) walk(path);
    }
  };
  walk(join(nodeRoot, "fsmounts"));
  return [...found];
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** A value of `--mount` is a line of comma-separated values; not every engine reads quotes that are not needed. */
function bind(path: string): string[] {
  const field = (name: string) =>
    /[",]/.test(path) ? `"${name}=${path.replaceAll('"', '""')}"` : `${name}=${path}`;
  return ["--mount", `type=bind,${field("source")},${field("target")}`];
}

/** Both engines read the file line by line, take `#` for a comment, and refuse lines beyond 64 KiB. */
const longestLine = 32_768;

function environmentOf(environment: Readonly<Record<string, string>>) {
  const lines: string[] = [];
  const inherited: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    const fits = !/[\r\n]/.test(value) && name.length + value.length < longestLine && !/^#|\s/.test(name);
    if (fits) lines.push(`${name}=${value}`);
    else if (isEngineVariable(name))
      throw new CommandLineError(
        `The value of ${name} is too long or has a line break; a container cannot have it.`,
      );
    else inherited[name] = value;
  }
  return { lines, inherited };
}
