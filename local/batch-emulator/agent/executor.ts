// What the emulator asks of whatever runs processes on its nodes. One implementation starts real processes and survives
// a crash of the emulator, another only pretends, in virtual time. Times are epoch milliseconds.

/** Azure Batch `ResourceFile`: exactly one source. */
export interface ResourceFile {
  readonly httpUrl?: string;
  readonly storageContainerUrl?: string;
  readonly autoStorageContainerName?: string;
  readonly blobPrefix?: string;
  /** Relative to the target directory; a directory when the source is a container. */
  readonly filePath?: string;
  /** Octal, default 0770. */
  readonly fileMode?: string;
  /** Resource id of the identity in whose name it is fetched. */
  readonly identity?: string;
}

/** Azure Batch `OutputFile`. */
export interface OutputFile {
  readonly filePattern: string;
  readonly containerUrl: string;
  readonly path?: string;
  readonly uploadCondition: "tasksuccess" | "taskfailure" | "taskcompletion";
  /** Sent with each upload, e.g. `x-ms-blob-content-type`. */
  readonly uploadHeaders?: readonly { readonly name: string; readonly value: string }[];
  /** Resource id of the identity in whose name it is uploaded. */
  readonly identity?: string;
}

/** Credentials of a container registry. */
export interface RegistryLogin {
  readonly server: string;
  readonly username: string;
  readonly password: string;
}

/** Azure Batch `ContainerSettings`, with the registries of the pool. */
export interface ContainerLaunch {
  readonly imageName: string;
  /** Options of the engine's `run`, split into words like a command line and passed on untouched. */
  readonly runOptions: string;
  readonly workingDirectory: "task" | "image";
  readonly registries: readonly RegistryLogin[];
}

/** Azure Batch `TaskContainerExecutionInformation`. */
export interface ContainerInfo {
  readonly containerId?: string;
  readonly state?: string;
  readonly error?: string;
}

export interface Launch {
  /** Unique per attempt and stable over restarts: `[A-Za-z0-9._-]{1,200}`. */
  readonly id: string;
  readonly nodeRoot: string;
  /** Absolute; receives `stdout.txt` and `stderr.txt`, emptied first unless `keepOutput`. */
  readonly taskDirectory: string;
  /** Absolute; the process's current directory. */
  readonly workingDirectory: string;
  /** Split into words by POSIX quoting; not run by a shell, no variable is expanded. */
  readonly commandLine: string;
  /** The whole environment; nothing is inherited from the emulator. */
  readonly environment: Readonly<Record<string, string>>;
  /** Staged into `workingDirectory` before the process starts. */
  readonly resourceFiles: readonly ResourceFile[];
  /** Staged into `taskDirectory` (multi-instance `commonResourceFiles`). */
  readonly commonResourceFiles: readonly ResourceFile[];
  readonly outputFiles: readonly OutputFile[];
  /** Append to stdout.txt/stderr.txt instead of starting anew (primary after its coordination command). */
  readonly keepOutput: boolean;
  /** What the command leaves running outside its process group is a program of its own: the monitor of a container, which ends by
   *  itself, or what a start task set up for the node. */
  readonly detaches?: true;
  /** The pool's account that it is to run as. Everything runs as the user who runs the emulator. */
  readonly user?: string;
  /** The command runs in a container instead, where an empty command line means what the image says. Only for executors
   *  that have `containers`. */
  readonly container?: ContainerLaunch;
}

export type LaunchEnd = (
  | {
      readonly kind: "exited";
      readonly exitCode: number;
      readonly endedAt: number;
      readonly uploadFailure?: LaunchFailure;
    }
  /** The process never ran: files could not be staged, the program was not found. */
  | { readonly kind: "failed"; readonly failure: LaunchFailure; readonly endedAt: number }
  /** Ended by `kill`. */
  | { readonly kind: "killed"; readonly endedAt: number }
  /** It ran, but what supervised it was ended by somebody else before it, so that it had to be killed. */
  | { readonly kind: "aborted"; readonly failure: LaunchFailure; readonly endedAt: number }
  /** Nothing of it is there after a restart (or it never came to be, for want of a resource of this machine), and nobody knows
   *  how it ended. */
  | { readonly kind: "lost"; readonly endedAt: number }
) & { readonly container?: ContainerInfo };

export interface LaunchFailure {
  readonly category: "UserError" | "ServerError";
  /** Azure Batch error code, e.g. `CommandProgramNotFound`, `BlobNotFound`. */
  readonly code: string;
  readonly message: string;
  readonly details: readonly { readonly name: string; readonly value: string }[];
}

/** Runs launches in containers. */
export interface ContainerHost {
  /** Makes images available to the node's tasks; the first that cannot be had. */
  prefetch(
    images: readonly string[],
    registries: readonly RegistryLogin[],
  ): Promise<LaunchFailure | undefined>;
  /** Of a launch that runs. */
  infoOf(id: string): ContainerInfo | undefined;
}

export interface Executor {
  /** Absent where no container can run. */
  readonly containers?: ContainerHost;
  /** Stages files, starts the process in a group of its own, and resolves when it ended and its output is complete on
   *  disk. Never rejects for a fault of the launch. `started` is called once, when nothing can keep the process from starting
   *  any more: it has been handed to its supervisor. */
  run(launch: Launch, started: () => void): Promise<LaunchEnd>;
  /** After a restart: every launch that left a trace, each with the promise of its end. Adopted processes keep running. */
  recover(): Promise<ReadonlyMap<string, Promise<LaunchEnd>>>;
  /** Ends the whole process group (also background children left after the command exited); resolves when none lives. A
   *  restart finds what was killed as `killed`, not as ended by itself. */
  kill(id: string): Promise<void>;
  /** Drops the trace of an ended launch within moments, so that `recover` does not report it again. */
  forget(id: string): Promise<void>;
  /** Stops watching. Processes go on when `leaveRunning`, to be reattached by the next emulator; else they are killed. */
  close(leaveRunning: boolean): Promise<void>;
}

/** An executor whose launches others may end by means of their own. */
export interface ProcessExecutor extends Executor {
  /** For what is about to be ended: its end counts as a kill, also after a restart. */
  markKilled(id: string): void;
}
