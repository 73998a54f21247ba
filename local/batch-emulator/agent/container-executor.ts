// Runs launches with a `container` through the engine's command line, all others as they are. The engine's `run` is an
// ordinary process of the executor below, so that reattachment after a crash, output and exit codes come from there; what is
// added is the container behind it. Invariant: no container outlives its launch. Its name is made of the launch's id, its
// environment file in the folder tells a later emulator that there may be one.
// Why it is so: docs/adr/0008-containers-by-command-line.md
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import type { Random } from "../../random.ts";
import { CommandLineError } from "./command-line.ts";
import { containerCommand } from "./container-command.ts";
import type { ContainerEngine } from "./container-engine.ts";
import {
  containerFailure,
  lowestEngineCode,
  notCreated,
  readInfo,
  reasonIn,
  withReason,
} from "./container-end.ts";
import { containerImages } from "./container-images.ts";
import type { ContainerImages } from "./container-images.ts";
import { containerRemoval } from "./container-removal.ts";
import type { ContainerRemoval } from "./container-removal.ts";
import type { ContainerLaunch, Executor, Launch, LaunchEnd } from "./executor.ts";
import type { LaunchFailure, ProcessExecutor } from "./executor.ts";
import { folderMark, instanceOf } from "./launch-records.ts";
import { quote } from "./launch-script.ts";
import { expandPattern } from "./output-files.ts";

export interface ContainerExecutorOptions {
  /** Runs the engine's command line, and everything that is no container. */
  readonly inner: ProcessExecutor;
  /** Undefined: there is none, containers are refused. */
  readonly engine: ContainerEngine | undefined;
  /** Kept over restarts. */
  readonly directory: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** First line of an environment file, a comment to the engine: what a later emulator must know. */
interface Header {
  readonly image: string;
  readonly taskDirectory: string;
}

/** A launch in a container that has not been forgotten. */
interface Active extends Header {
  /** Resolves when it is to be killed: nothing needs to be waited for any more. */
  readonly killed: Promise<void>;
  kill(): void;
  isKilled: boolean;
  /** Its container may exist. */
  mayExist: boolean;
  ended: boolean;
  ending: Promise<void> | undefined;
}

type Options = ContainerExecutorOptions & { readonly engine: ContainerEngine };

interface Context {
  readonly options: Options;
  readonly instance: string;
  readonly folder: string;
  readonly images: ContainerImages;
  readonly removal: ContainerRemoval;
  readonly active: Map<string, Active>;
  /** Any container may have been made by this executor, or found. */
  hasMade: boolean;
}

export function withContainers(options: ContainerExecutorOptions): Executor {
  const { engine } = options;
  return engine === undefined ? options.inner : createContainerExecutor({ ...options, engine });
}

function createContainerExecutor(options: Options): Executor {
  const { inner, engine, directory, random, logger } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const instance = instanceOf(directory, () => random.uuid().slice(0, 13));
  const folder = folderMark(directory);
  const context: Context = {
    options,
    instance,
    folder,
    images: containerImages({ engine, directory, random }),
    removal: containerRemoval({ engine, instance, folder, logger }),
    active: new Map(),
    hasMade: false,
  };
  return {
    containers: {
      async prefetch(images, registries) {
        const outcomes = await Promise.all(images.map((image) => context.images.ensure(image, registries)));
        return outcomes.flatMap((outcome) => ("failure" in outcome ? [outcome.failure] : []))[0];
      },
      infoOf: (id) => (context.active.has(id) ? infoOf(context, id, "running") : undefined),
    },
    run: (launch, started) =>
      launch.container === undefined
        ? inner.run(launch, started)
        : run(context, { ...launch, container: launch.container }, started),
    recover: () => recover(context),
    kill: (id) => kill(context, id),
    async forget(id) {
      await inner.forget(id);
      if (context.active.delete(id)) removeFiles(context, id);
    },
    async close(leaveRunning) {
      if (!leaveRunning) await Promise.all([...context.active.keys()].map((id) => kill(context, id)));
      await inner.close(leaveRunning);
      if (!leaveRunning && context.hasMade) await context.removal.sweep(() => false);
    },
  };
}

const environmentSuffix = ".env";
const filesOf = ({ options }: Context, id: string) => ({
  environmentFile: join(options.directory, `${id}${environmentSuffix}`),
  idFile: join(options.directory, `${id}.cid`),
});

function removeFiles(context: Context, id: string): void {
  for (const file of Object.values(filesOf(context, id))) rmSync(file, { force: true });
}

async function run(
  context: Context,
  launch: Launch & { readonly container: ContainerLaunch },
  started: () => void,
): Promise<LaunchEnd> {
  const { clock, inner } = context.options;
  const { container, ...plain } = launch;
  const active = track(context, launch.id, {
    image: container.imageName,
    taskDirectory: launch.taskDirectory,
  });
  const killed = (): LaunchEnd => ({ kind: "killed", endedAt: clock.now() });
  try {
    const image = await Promise.race([
      context.images.ensure(container.imageName, container.registries),
      active.killed,
    ]);
    if (active.isKilled || image === undefined) return killed();
    if ("failure" in image) return { kind: "failed", failure: image.failure, endedAt: clock.now() };
    const command = prepare(context, launch, image.reference);
    if ("failure" in command) return { kind: "failed", failure: command.failure, endedAt: clock.now() };
    active.mayExist = context.hasMade = true;
    const end = await inner.run(
      { ...plain, ...command, detaches: true, outputFiles: expandedOutputs(launch) },
      started,
    );
    return await conclude(context, launch.id, active, end);
  } finally {
    active.ended = true;
  }
}

function track(context: Context, id: string, header: Header): Active {
  let kill: () => void = () => undefined;
  const killed = new Promise<void>((resolve) => (kill = resolve));
  const active: Active = {
    ...header,
    ...{ killed, kill, isKilled: false, mayExist: false, ended: false, ending: undefined },
  };
  context.active.set(id, active);
  return active;
}

/** Writes the environment file and says what the process is. */
function prepare(
  context: Context,
  launch: Launch & { readonly container: ContainerLaunch },
  reference: string,
): Pick<Launch, "commandLine" | "environment"> | { readonly failure: LaunchFailure } {
  const { engine } = context.options;
  const files = filesOf(context, launch.id);
  try {
    const name = context.removal.nameOf(launch.id);
    const { instance, folder } = context;
    const command = containerCommand(launch, engine, { ...files, name, instance, folder, reference });
    const header: Header = { image: launch.container.imageName, taskDirectory: launch.taskDirectory };
    writeFileSync(files.environmentFile, `#${JSON.stringify(header)}\n${command.environmentText}`, {
      mode: 0o600,
    });
    rmSync(files.idFile, { force: true });
    return {
      commandLine: command.words.map(quote).join(" "),
      environment: { ...engine.environment, ...command.inherited },
    };
  } catch (error) {
    if (!(error instanceof CommandLineError)) throw error;
    return { failure: containerFailure("ContainerInvalidSettings", error.message) };
  }
}

const expandedOutputs = ({ outputFiles, environment }: Launch) =>
  outputFiles.map((output) => ({ ...output, filePattern: expandPattern(output.filePattern, environment) }));

/** The end of the engine's `run` as the end of the launch; no container is left of it. */
async function conclude(context: Context, id: string, active: Active, given: LaunchEnd): Promise<LaunchEnd> {
  const info = infoOf(context, id, "exited");
  // The engine's `run` ends by itself when its container is killed.
  const end: LaunchEnd = active.isKilled ? { kind: "killed", endedAt: given.endedAt } : given;
  const isClean = end.kind === "exited" && end.exitCode < lowestEngineCode && info !== undefined;
  if (!isClean && end.kind !== "killed" && end.kind !== "failed") await context.removal.remove(id);
  if (end.kind !== "exited" || isClean) return info === undefined ? end : { ...end, container: info };
  const reason = reasonIn(join(active.taskDirectory, "stderr.txt"));
  if (info !== undefined) return withReason(end, info, reason);
  // The image may have gone away behind our back: the next attempt looks for it.
  context.images.doubt(active.image);
  return notCreated(reason, end.endedAt);
}

const infoOf = (context: Context, id: string, state: string) => readInfo(filesOf(context, id).idFile, state);

function headerOf(context: Context, id: string): Header {
  const text = readFileSync(filesOf(context, id).environmentFile, "utf8");
  try {
    return JSON.parse(text.slice(1, text.indexOf("\n"))) as Header;
  } catch {
    // Cut off while it was written: the launch never came to be.
    return { image: "", taskDirectory: "" };
  }
}

/** The container first, so that the engine's `run` ends by itself; then what is left of both. */
async function kill(context: Context, id: string): Promise<void> {
  const active = context.active.get(id);
  const { inner } = context.options;
  if (!active || active.ended) {
    await active?.ending;
    return inner.kill(id);
  }
  active.isKilled = true;
  active.kill();
  active.ending ??= (async () => {
    inner.markKilled(id);
    if (active.mayExist) await context.removal.stop(id);
    await inner.kill(id);
    if (active.mayExist) await context.removal.remove(id);
  })();
  await active.ending;
}

async function recover(context: Context): Promise<ReadonlyMap<string, Promise<LaunchEnd>>> {
  const { directory, inner } = context.options;
  const [found] = await Promise.all([inner.recover(), context.removal.sweepEarlierFolders()]);
  const ids = readdirSync(directory).flatMap((name) =>
    name.endsWith(environmentSuffix) ? [name.slice(0, -environmentSuffix.length)] : [],
  );
  const ends = new Map(found);
  for (const [id, end] of found) {
    if (!ids.includes(id)) continue;
    const active = track(context, id, headerOf(context, id));
    active.mayExist = true;
    ends.set(
      id,
      end.then((one) => conclude(context, id, active, one)).finally(() => (active.ended = true)),
    );
  }
  if (ids.length === 0) return ends;
  context.hasMade = true;
  // A kill came between the environment file and the launch's record, or between the two's removal: nobody asks for it again.
  const isSwept = await context.removal.sweep((id) => found.has(id));
  if (isSwept) for (const id of ids) if (!found.has(id)) removeFiles(context, id);
  return ends;
}
