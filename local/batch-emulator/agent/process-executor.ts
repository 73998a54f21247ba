// Runs tasks as real processes of this machine. Invariant: a launch's process never depends on this process being alive.
// It belongs to a supervisor that records its exit code; what is in memory here can be rebuilt by `recover`.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { delay, systemClock, type Clock } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import type { Random } from "../../random.ts";
import { openReattachment, type Reattachment } from "./reattachment.ts";
import { CommandLineError, findProgram, splitCommandLine } from "./command-line.ts";
import type { Launch, LaunchEnd, LaunchFailure, ProcessExecutor } from "./executor.ts";
import { forgottenLaunches, type ForgottenLaunches } from "./forgotten-launches.ts";
import { isCode, openLaunchRecords, type LaunchHeader, type LaunchRecords } from "./launch-records.ts";
import { expandPattern, uploadOutputFiles } from "./output-files.ts";
import { processEnding, type LaunchFamily, type ProcessEnding } from "./process-ending.ts";
import { processTable, type ProcessIdentity } from "./process-table.ts";
import { stageResourceFiles, type StagingContext } from "./resource-files.ts";
import type { StorageAccess } from "./storage-access.ts";
import { bestSupervision, type Supervision } from "./supervision.ts";
import { supervisorPool, type SupervisorPool } from "./supervisor-pool.ts";

export interface ProcessExecutorOptions {
  /** Kept over restarts of the emulator; one executor at a time. */
  readonly stateDirectory: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** For files that are fetched and uploaded in the name of an identity, and for `autoStorageContainerName`. */
  readonly storage?: StorageAccess;
  readonly fetch?: typeof fetch;
  /** Default: the best that this machine has. */
  readonly supervision?: Supervision;
}

/** A launch that has not been forgotten. */
interface Active {
  readonly id: string;
  /** Aborts the arrival of its files. */
  staging?: AbortController;
  /** Settles when the process has ended, whatever follows; undefined while it has not been started. */
  process?: Promise<unknown>;
  /** Nothing that it started lives. */
  isAlone?: boolean;
  /** An earlier emulator started it. */
  readonly isReattached: boolean;
  /** What it leaves outside its group is not to be ended. */
  readonly detaches: boolean;
  killed: boolean;
  ended: boolean;
}

interface Context {
  readonly options: ProcessExecutorOptions;
  readonly records: LaunchRecords;
  readonly forgotten: ForgottenLaunches;
  readonly supervision: Supervision;
  readonly supervisors: SupervisorPool;
  readonly ending: ProcessEnding;
  readonly active: Map<string, Active>;
  readonly staging: StagingContext;
}

export function createProcessExecutor(options: ProcessExecutorOptions): ProcessExecutor {
  const { stateDirectory, logger } = options;
  const records = openLaunchRecords(stateDirectory, () => options.random.uuid());
  const supervision = options.supervision ?? bestSupervision(records.directory);
  const table = processTable(supervision.procfs);
  const context: Context = {
    options,
    records,
    forgotten: forgottenLaunches(records, systemClock()),
    supervision,
    supervisors: supervisorPool({
      directory: records.directory,
      cookie: cookieOf(records, ""),
      supervision,
      logger,
    }),
    ending: processEnding({ table, logger }),
    active: new Map(),
    staging: {
      clock: options.clock,
      random: options.random,
      fetch: options.fetch ?? fetch,
      storage: options.storage,
    },
  };
  let reattachment: Reattachment | undefined;
  return {
    run: (launch, started) => run(context, launch, started),
    async recover() {
      reattachment ??= openReattachment({ records, table, clock: systemClock() });
      return recover(context, reattachment);
    },
    kill: (id) => kill(context, id),
    markKilled(id) {
      if (records.task(id)) records.markKilled(id);
    },
    forget(id) {
      context.active.delete(id);
      context.supervisors.free(id);
      context.forgotten.add(id);
      return Promise.resolve();
    },
    async close(leaveRunning) {
      if (!leaveRunning) {
        await Promise.all([...context.active.keys()].map((id) => kill(context, id)));
        await context.ending.idle();
      }
      reattachment?.close();
      context.forgotten.clear();
      context.supervisors.release();
    },
  };
}

async function run(context: Context, launch: Launch, started: () => void): Promise<LaunchEnd> {
  const { clock } = context.options;
  if (context.active.has(launch.id))
    throw new Error(`launch '${launch.id}' was run before and not forgotten`);
  if (context.forgotten.has(launch.id)) context.forgotten.clear();
  const active = track(context, launch.id, { isReattached: false, detaches: launch.detaches === true });
  try {
    const prepared = await prepare(context, launch, active);
    if (active.killed || prepared === undefined) return { kind: "killed", endedAt: clock.now() };
    if (!Buffer.isBuffer(prepared)) return { kind: "failed", failure: prepared, endedAt: clock.now() };
    const supervised = context.supervisors.supervise(launch.id, prepared);
    active.process = supervised;
    started();
    const end = await supervised;
    if (end.kind === "died") return await afterSupervisorDied(context, active, true);
    active.isAlone = end.isAlone;
    return await finish(context, active, headerOf(launch), end.exitCode, clock.now());
  } finally {
    active.ended = true;
  }
}

/** What the processes of a launch carry; of supervisors without the launch. */
const cookieOf = ({ folder, instance }: LaunchRecords, id: string) => `${folder}.${instance}.${id}`;

function track(context: Context, id: string, kind: Pick<Active, "isReattached" | "detaches">): Active {
  const active: Active = { id, ...kind, killed: false, ended: false };
  context.active.set(id, active);
  return active;
}

/** Everything before the process: folders, files, program, the launch's file. Resolves to the launch's image when it may start,
 *  to undefined when it was killed meanwhile. */
async function prepare(
  context: Context,
  launch: Launch,
  active: Active,
): Promise<LaunchFailure | Buffer | undefined> {
  try {
    const isNew = makeFolders(launch);
    for (const [files, directory] of [
      [launch.commonResourceFiles, launch.taskDirectory],
      [launch.resourceFiles, launch.workingDirectory],
    ] as const) {
      if (files.length === 0) continue;
      active.staging ??= new AbortController();
      const failure = await stageResourceFiles(files, directory, context.staging, active.staging.signal);
      if (failure) return failure;
    }
    const image = writeLaunch(context, launch, isNew || launch.keepOutput);
    if (!Buffer.isBuffer(image)) makeOutputs(launch);
    return image;
  } catch (error) {
    if (active.staging?.signal.aborted) return undefined;
    if (isCode(error, "ENOSPC"))
      return failure("DiskFull", "There is no room on the node's disk.", "ServerError");
    const reason = error instanceof Error ? error.message : String(error);
    context.options.logger.error("launch.prepareFailed", { launch: launch.id, reason });
    return failure("CommandLaunchFailed", `The task could not be prepared: ${reason}`, "ServerError");
  }
}

/** True when the task's directory was not there before. */
function makeFolders({ taskDirectory, workingDirectory }: Launch): boolean {
  const inside = workingDirectory.startsWith(`${taskDirectory}/`);
  if (inside && makeNew(taskDirectory)) {
    mkdirSync(workingDirectory, { recursive: true });
    return true;
  }
  const outside = inside ? undefined : mkdirSync(workingDirectory, { recursive: true });
  const first = mkdirSync(inside ? workingDirectory : taskDirectory, { recursive: true }) ?? outside;
  return first !== undefined && `${taskDirectory}/`.startsWith(`${first}/`);
}

/** A task whose command cannot be started has printed nothing, and its files say so. */
function makeOutputs({ taskDirectory, keepOutput }: Launch): void {
  for (const name of ["stdout.txt", "stderr.txt"])
    writeFileSync(join(taskDirectory, name), "", { flag: keepOutput ? "a" : "w" });
}

/** The usual case for less: a folder that is not there, in one that is. */
function makeNew(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST") || isCode(error, "ENOENT")) return false;
    throw error;
  }
}

function writeLaunch(context: Context, launch: Launch, isFresh: boolean): LaunchFailure | Buffer {
  const { records, supervision } = context;
  const fault = faultOf(launch);
  if (fault !== undefined) return failure("CommandLaunchFailed", fault);
  let words: string[];
  try {
    words = splitCommandLine(launch.commandLine);
  } catch (error) {
    if (error instanceof CommandLineError)
      return commandFailure(launch, "CommandLaunchFailed", error.message);
    throw error;
  }
  const program = findProgram(words[0] ?? "", launch.environment["PATH"], launch.workingDirectory);
  if (program.kind === "missing")
    return commandFailure(launch, "CommandProgramNotFound", "The specified command program is not found");
  if (program.kind === "notExecutable")
    return commandFailure(launch, "CommandLaunchFailed", "The specified command program cannot be executed");
  const command = {
    program: program.path,
    words,
    cookie: cookieOf(records, launch.id),
    header: JSON.stringify(headerOf(launch)),
    isFresh,
  };
  const composed = supervision.compose(launch, command, records.directory);
  if (composed === undefined)
    return failure("CommandLaunchFailed", "The command line and the environment are too long.");
  records.write(launch.id, composed.file);
  return composed.image;
}

/** What no process can be given. */
function faultOf({ commandLine, environment }: Launch): string | undefined {
  let hasNull = commandLine.includes("\0");
  for (const [name, value] of Object.entries(environment)) {
    if (name === "" || name.includes("="))
      return "The name of an environment variable is empty or contains '='.";
    hasNull ||= name.includes("\0") || value.includes("\0");
  }
  return hasNull ? "The command line or the environment contains a null character." : undefined;
}

function headerOf(launch: Launch): LaunchHeader {
  return {
    taskDirectory: launch.taskDirectory,
    workingDirectory: launch.workingDirectory,
    ...(launch.detaches === true ? { detaches: true } : {}),
    outputFiles: launch.outputFiles.map((output) => ({
      ...output,
      filePattern: expandPattern(output.filePattern, launch.environment),
    })),
  };
}

/** Of a command that is there to be looked at. */
function commandFailure(launch: Launch, code: string, message: string): LaunchFailure {
  const details = [
    { name: "CommandLine", value: launch.commandLine },
    { name: "Message", value: message },
  ];
  return { ...failure(code, message), details };
}

function failure(
  code: string,
  message: string,
  category: LaunchFailure["category"] = "UserError",
): LaunchFailure {
  return { category, code, message, details: [] };
}

async function finish(
  context: Context,
  active: Active,
  header: LaunchHeader | undefined,
  exitCode: number,
  endedAt: number,
): Promise<LaunchEnd> {
  if (active.killed) return { kind: "killed", endedAt };
  if (!header || header.outputFiles.length === 0) return { kind: "exited", exitCode, endedAt };
  const uploadFailure = await uploadOutputFiles(header, exitCode, context.options.storage);
  await context.records.markUploaded(active.id);
  return { kind: "exited", exitCode, endedAt, ...(uploadFailure ? { uploadFailure } : {}) };
}

/** Ends a launch by its cookie alone. */
const unknownProcess: ProcessIdentity = { pid: -1, start: "0" };

/** The supervisor was killed, or never came to be: nobody can know the exit code, so the process must not go on.
 *  `wasSeen`: it had lived while this executor did. */
async function afterSupervisorDied(context: Context, active: Active, wasSeen: boolean): Promise<LaunchEnd> {
  const { records, ending, options } = context;
  const isForbidden = records.forbid(active.id);
  // A subshell that the supervisor forked before it died writes its name down within moments.
  if (!isForbidden && !records.run(active.id)?.task) await delay(systemClock(), 50);
  const record = isForbidden ? undefined : records.run(active.id);
  if (record?.exitCode !== undefined)
    return finish(context, active, records.header(active.id), record.exitCode, record.changedAt);
  if (record)
    await ending.end({
      cookie: cookieOf(records, active.id),
      leader: record.task ?? unknownProcess,
      ancestor: undefined,
    });
  const endedAt = options.clock.now();
  if (active.killed) return { kind: "killed", endedAt };
  options.logger.warn("launch.lost", { launch: active.id, wasSeen });
  // One that had its process is not started again unasked: it may have done its work already.
  return wasSeen && record?.task
    ? { kind: "aborted", failure: supervisorEnded, endedAt }
    : { kind: "lost", endedAt };
}

const supervisorEnded = failure(
  "TaskSupervisorEnded",
  "The process that supervises the task on its node was ended by something else than the emulator, and the task was killed with it. Its exit code is not known.",
  "ServerError",
);

async function recover(
  context: Context,
  reattachment: Reattachment,
): Promise<ReadonlyMap<string, Promise<LaunchEnd>>> {
  const { records, active } = context;
  const found = new Map<string, Promise<LaunchEnd>>();
  for (const id of records.list()) {
    if (active.has(id)) continue;
    const detaches = records.header(id)?.detaches === true;
    const one = track(context, id, { isReattached: true, detaches });
    const process = reattachment.reattach(id);
    one.process = process;
    found.set(id, afterReattachment(context, one, process));
    if (records.isMarkedKilled(id)) void kill(context, id);
  }
  const supervisors = new Set([...active.keys()].map((id) => records.run(id)?.supervisor?.pid));
  const supervisorCookie = cookieOf(records, "");
  await context.ending.endUnknown(records.folder, ({ pid }, cookie) => {
    if (cookie === supervisorCookie) return supervisors.has(pid) || context.supervisors.has(pid);
    return cookie.startsWith(supervisorCookie) && active.has(cookie.slice(supervisorCookie.length));
  });
  return found;
}

async function afterReattachment(
  context: Context,
  active: Active,
  process: ReturnType<Reattachment["reattach"]>,
): Promise<LaunchEnd> {
  const { records, options } = context;
  try {
    const end = await process;
    if (end.kind === "neverStarted") return { kind: "lost", endedAt: options.clock.now() };
    if (end.kind === "orphaned") return await afterSupervisorDied(context, active, end.wasSeen);
    const header = end.uploaded ? undefined : records.header(active.id);
    return await finish(context, active, header, end.exitCode, end.endedAt);
  } finally {
    active.ended = true;
  }
}

async function kill(context: Context, id: string): Promise<void> {
  const active = context.active.get(id);
  const { records, ending } = context;
  if (!active) return;
  if (active.ended) {
    const leader = active.isAlone === true ? undefined : records.task(id);
    return leader ? withFamily(context, active, leader, (family) => ending.endRemains(family)) : undefined;
  }
  active.killed = true;
  active.staging?.abort();
  if (!active.process) return;
  const task = await taskOf(records, active, id);
  if (task) {
    records.markKilled(id);
    await withFamily(context, active, task, (family) => ending.end(family));
  }
  await active.process;
}

/** The supervisor takes no other launch meanwhile, even when this one is forgotten: what is below it would be ended with this one. */
async function withFamily(
  { records, supervisors }: Context,
  active: Active,
  leader: ProcessIdentity,
  work: (family: LaunchFamily) => Promise<void>,
): Promise<void> {
  const { id } = active;
  const cookie = cookieOf(records, id);
  if (active.detaches) return work({ cookie, leader, ancestor: undefined });
  // What an earlier emulator started has a supervisor that takes nothing else.
  if (active.isReattached) return work({ cookie, leader, ancestor: records.run(id)?.supervisor });
  const held = supervisors.hold(id);
  try {
    await work({ cookie, leader, ancestor: held?.ancestor });
  } finally {
    held?.release();
  }
}

/** A supervisor that has taken a launch writes its process down within moments. */
async function taskOf(records: LaunchRecords, active: Active, id: string) {
  const clock = systemClock();
  let settled = false;
  void active.process?.then(() => (settled = true));
  for (;;) {
    const task = records.task(id);
    if (task || settled || active.ended) return task;
    await delay(clock, 2);
  }
}
