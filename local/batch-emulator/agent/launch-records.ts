// The executor's memory on disk: `<id>.launch` (there before a supervisor may start it; for shells, with what they do) and
// `<id>.run` (written by the supervisor: who supervises, which process, which exit code); in one of them is the line that a
// recovering emulator must know. `<id>.kill` is there when the emulator ended the launch. They lie flat in one folder.
// Invariant: whoever creates `<id>.run` decides whether the launch may start.
import { createHash } from "node:crypto";
import {
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { appendFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { OutputFile } from "./executor.ts";
import { parseStat, type ProcessIdentity } from "./process-table.ts";

/** What is kept of a launch for the time after its process ended. */
export interface LaunchHeader {
  readonly taskDirectory: string;
  readonly workingDirectory: string;
  /** Patterns with their variables already expanded. */
  readonly outputFiles: readonly OutputFile[];
  readonly detaches?: boolean;
}

export interface RunRecord {
  /** A recovering emulator claimed the launch before it started. */
  readonly isVoid: boolean;
  readonly supervisor?: ProcessIdentity;
  readonly task?: ProcessIdentity;
  readonly exitCode?: number;
  readonly uploaded: boolean;
  /** Time of the last line, epoch milliseconds. */
  readonly changedAt: number;
}

export interface LaunchRecords {
  readonly directory: string;
  /** Of the folder's path: what carries it was started for a folder at this place, perhaps one that has been removed since. */
  readonly folder: string;
  /** Unique to this folder, so that two emulators on one machine never take each other's processes for their own. */
  readonly instance: string;
  /** Throws when the launch has a record already. */
  write(id: string, content: string): void;
  list(): string[];
  header(id: string): LaunchHeader | undefined;
  run(id: string): RunRecord | undefined;
  /** The launch's first process, once it is known. */
  task(id: string): ProcessIdentity | undefined;
  /** Forbids a launch that has not started to do so; false when a supervisor was first. */
  forbid(id: string): boolean;
  markUploaded(id: string): Promise<void>;
  /** Notes that the end of this launch is the emulator's doing. */
  markKilled(id: string): void;
  isMarkedKilled(id: string): boolean;
  forget(id: string): void;
}

const idPattern = /^[A-Za-z0-9._-]{1,200}$/;

export function openLaunchRecords(path: string, newInstance: () => string): LaunchRecords {
  const directory = resolve(path);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = (id: string, suffix: "launch" | "run" | "kill") => join(directory, `${id}.${suffix}`);
  const markedKilled = new Set<string>();
  return {
    directory,
    folder: folderMark(directory),
    instance: instanceOf(directory, newInstance),
    write(id, content) {
      if (!idPattern.test(id)) throw new Error(`'${id}' cannot name a launch`);
      writeFileSync(file(id, "launch"), content, { flag: "wx", mode: 0o600 });
    },
    list() {
      const names = readdirSync(directory);
      const launches = names.filter((name) => name.endsWith(".launch")).map((name) => name.slice(0, -7));
      const known = new Set(launches);
      for (const name of names) {
        const [, id = "", suffix] = /^(.+)\.(run|kill)$/.exec(name) ?? [];
        if (suffix !== undefined && !known.has(id)) unlinkSync(join(directory, name));
        else if (suffix === "kill") markedKilled.add(id);
      }
      return launches;
    },
    header: (id) => parseHeader(readText(file(id, "launch")), linesOf(readText(file(id, "run")) ?? "")),
    run: (id) => readRun(file(id, "run")),
    task: (id) => taskOf(linesOf(readText(file(id, "run")) ?? "")),
    forbid: (id) => createExclusively(file(id, "run"), "void\n"),
    markUploaded: (id) => appendFile(file(id, "run"), "uploaded\n"),
    markKilled(id) {
      markedKilled.add(id);
      writeFileSync(file(id, "kill"), "");
    },
    isMarkedKilled: (id) => markedKilled.has(id),
    forget(id) {
      // The launch first: a `.run` without one is known to be litter.
      removeFile(file(id, "launch"));
      removeFile(file(id, "run"));
      if (markedKilled.delete(id)) removeFile(file(id, "kill"));
    },
  };
}

/** The same for every folder that is ever at this place. */
export function folderMark(directory: string): string {
  return createHash("sha256").update(realpathSync(directory)).digest("hex").slice(0, 16);
}

/** What the folder was named when it was first used. */
export function instanceOf(directory: string, newInstance: () => string): string {
  const path = join(directory, "instance");
  createExclusively(path, newInstance());
  return readFileSync(path, "utf8");
}

/** In the record, where the task supervisor writes it, or in the first line of a script. */
function parseHeader(script: string | undefined, record: readonly string[]): LaunchHeader | undefined {
  const line = rest(record, "launch") ?? script?.slice(1, script.indexOf("\n"));
  try {
    return line ? (JSON.parse(line) as LaunchHeader) : undefined;
  } catch {
    return undefined;
  }
}

function readRun(path: string): RunRecord | undefined {
  const text = readText(path);
  if (text === undefined) return undefined;
  const lines = linesOf(text);
  const supervisor = parseIdentity(rest(lines, "supervisor"));
  const task = taskOf(lines);
  const exit = rest(lines, "exit");
  return {
    isVoid: lines.includes("void"),
    uploaded: lines.includes("uploaded"),
    changedAt: Math.round(statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0),
    ...(supervisor ? { supervisor } : {}),
    ...(task ? { task } : {}),
    ...(exit ? { exitCode: Number(exit) } : {}),
  };
}

/** A line without its line break is still being written. */
const linesOf = (text: string) => text.slice(0, text.lastIndexOf("\n") + 1).split("\n");

const rest = (lines: readonly string[], word: string) =>
  lines.find((line) => line.startsWith(`${word} `))?.slice(word.length + 1);

/** The task supervisor writes the process down as the kernel describes it, shells write `task PID START`. */
function taskOf(lines: readonly string[]): ProcessIdentity | undefined {
  const line = lines.find((one) => /^\d+ \(/.test(one));
  const row = line === undefined ? undefined : parseStat(line);
  return row ? { pid: row.pid, start: row.start } : parseIdentity(rest(lines, "task"));
}

/** `PID START`, as supervisors write it. */
function parseIdentity(text: string | undefined): ProcessIdentity | undefined {
  const match = /^(\d+) (.+)$/.exec(text ?? "");
  return match ? { pid: Number(match[1]), start: match[2] ?? "" } : undefined;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (isCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

function createExclusively(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  }
}

function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!isCode(error, "ENOENT")) throw error;
  }
}

export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}
