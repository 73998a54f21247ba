// What supervises launches on this machine: the task supervisor where it runs, else a shell. They differ in the program and
// in how they are told of a launch; what they do and record is the same.
import { existsSync } from "node:fs";
import type { Launch } from "./executor.ts";
import { addressImage, launchImage } from "./launch-image.ts";
import { launchScript, supervisorScript, type LaunchCommand, type ShellDialect } from "./launch-script.ts";
import { processRow, type ProcessIdentity } from "./process-table.ts";
import { subreaperWords } from "./subreaper.ts";
import { installTaskSupervisor } from "./task-supervisor.ts";

export interface Supervision {
  /** Whether this machine has Linux's /proc. */
  readonly procfs: boolean;
  readonly program: string;
  readonly words: readonly string[];
  /** Undefined when the command is longer than any program may be given. */
  compose(launch: Launch, command: LaunchCommand, stateDirectory: string): Composed | undefined;
  /** Gets to know a supervisor that has been started. */
  introduce(pid: number): Introduction;
}

export interface Introduction {
  /** What it reads to take a launch. */
  readonly order: (id: string, image: Buffer) => string | Buffer;
  /** Of a supervisor below which everything stays that its launch started, whatever session it moved to. */
  readonly ancestor: ProcessIdentity | undefined;
}

export interface Composed {
  /** Content of `<id>.launch`, which is there before a supervisor is told. */
  readonly file: string;
  /** What the supervisor is told besides. */
  readonly image: Buffer;
}

/** The best that this machine has. `directory`: where a task supervisor may be put. */
export function bestSupervision(directory: string): Supervision {
  const program = installTaskSupervisor(directory);
  return program === undefined ? shellSupervision(shellDialect()) : nativeSupervision(program);
}

function nativeSupervision(program: string): Supervision {
  return {
    procfs: true,
    program,
    words: [],
    compose(launch, command) {
      const image = launchImage(launch, command);
      return image && { file: "", image };
    },
    introduce(pid) {
      const ancestor = { pid, start: processRow(pid)?.start ?? "0" };
      const claim = `supervisor ${pid} ${ancestor.start}\n`;
      return { ancestor, order: (id, image) => addressImage(image, id, claim) };
    },
  };
}

const noImage = Buffer.alloc(0);

export function shellSupervision(dialect: ShellDialect): Supervision {
  // Node's pipes are sockets, and bash reads ~/.bashrc when its input is one (it takes itself for a remote shell).
  const options = dialect.shell.endsWith("/bash") ? ["--norc", "-c"] : ["-c"];
  const shell = [dialect.shell, ...options, supervisorScript(dialect), "batchai-supervisor"];
  const [program = dialect.shell, ...words] = [...(dialect.subreaper ?? []), ...shell];
  return {
    procfs: dialect.procfs,
    program,
    words,
    compose: (launch, command, stateDirectory) => ({
      file: launchScript(launch, command, dialect, stateDirectory),
      image: noImage,
    }),
    introduce: (pid) => ({
      ancestor: dialect.subreaper && { pid, start: processRow(pid)?.start ?? "0" },
      order: (id) => `${id}\n`,
    }),
  };
}

/** Of the shells on this machine, the quickest. */
export function shellDialect(): ShellDialect {
  const first = (paths: string[]) => paths.find((path) => existsSync(path));
  const bash = first(["/bin/bash", "/usr/bin/bash", "/usr/local/bin/bash"]);
  return {
    shell: bash ?? "/bin/sh",
    jobControl: bash !== undefined,
    setsid: first(["/usr/bin/setsid", "/bin/setsid"]),
    procfs: process.platform === "linux",
    subreaper: subreaperWords(),
  };
}
