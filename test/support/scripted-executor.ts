// An executor without processes: what a command line does is decided by a script, and every launch is remembered.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Executor, Launch, LaunchEnd } from "../../local/batch-emulator/agent/executor.ts";
import type { Clock } from "../../local/clock.ts";

export interface ScriptedExecutor extends Executor {
  readonly launches: Launch[];
  /** Launches that run now, by id. */
  readonly running: ReadonlyMap<string, Launch>;
  readonly killed: string[];
  readonly forgotten: string[];
  /** Lets a launch end. */
  end(id: string, end: Partial<LaunchEnd> & { exitCode?: number }): void;
}

/** Commands: `exit N` ends at once with N, `missing` is no program, `write TEXT` prints it, `stubborn` is not gone when it is
 *  killed but when it is ended; anything else runs until it is ended or killed. */
export function scriptedExecutor(clock: Clock, options: { files?: boolean } = {}): ScriptedExecutor {
  const launches: Launch[] = [];
  const running = new Map<string, Launch>();
  const ends = new Map<string, (end: LaunchEnd) => void>();
  const endings = new Map<string, Promise<LaunchEnd>>();
  const killed: string[] = [];
  const forgotten: string[] = [];
  const finish = (id: string, end: LaunchEnd) => {
    const resolve = ends.get(id);
    ends.delete(id);
    running.delete(id);
    resolve?.(end);
  };
  return {
    launches,
    running,
    killed,
    forgotten,
    async run(launch, started) {
      launches.push(launch);
      const ended = new Promise<LaunchEnd>((resolve) => ends.set(launch.id, resolve));
      endings.set(launch.id, ended);
      running.set(launch.id, launch);
      if (options.files) await writeOutput(launch);
      started();
      const words = launch.commandLine.split(" ");
      const endedAt = clock.now();
      if (words[0] === "exit") finish(launch.id, { kind: "exited", exitCode: Number(words[1]), endedAt });
      if (words[0] === "write") finish(launch.id, { kind: "exited", exitCode: 0, endedAt });
      if (words[0] === "missing")
        finish(launch.id, {
          kind: "failed",
          endedAt,
          failure: {
            category: "UserError",
            code: "CommandProgramNotFound",
            message: "The specified command program is not found",
            details: [],
          },
        });
      return ended;
    },
    recover: () => Promise.resolve(new Map()),
    async kill(id) {
      killed.push(id);
      if (running.get(id)?.commandLine === "stubborn") await endings.get(id);
      else finish(id, { kind: "killed", endedAt: clock.now() });
    },
    forget(id) {
      forgotten.push(id);
      return Promise.resolve();
    },
    close() {
      for (const id of [...running.keys()]) finish(id, { kind: "killed", endedAt: clock.now() });
      return Promise.resolve();
    },
    end(id, end) {
      finish(id, { kind: "exited", exitCode: 0, endedAt: clock.now(), ...end } as LaunchEnd);
    },
  };
}

async function writeOutput(launch: Launch): Promise<void> {
  await mkdir(launch.workingDirectory, { recursive: true });
  const text = launch.commandLine.startsWith("write ") ? `${launch.commandLine.slice(6)}\n` : "";
  await writeFile(join(launch.taskDirectory, "stdout.txt"), text, { flag: launch.keepOutput ? "a" : "w" });
  await writeFile(join(launch.taskDirectory, "stderr.txt"), "", { flag: launch.keepOutput ? "a" : "w" });
}
