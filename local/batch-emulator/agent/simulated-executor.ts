// Pretends to run tasks, in the time of the clock it is given: with a manual clock a day of a thousand nodes takes
// seconds. Deterministic by the seed of `random`. It is the simulated machines, so it outlives emulators: what was left
// running is found again by `recover` of the next emulator that is given the same executor.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../clock.ts";
import type { Random } from "../../random.ts";
import { CommandLineError } from "./command-line.ts";
import { createDueQueue } from "./due-queue.ts";
import type { Executor, Launch, LaunchEnd } from "./executor.ts";
import { parseSimulatedCommand, SimulatedCommandError, type SimulatedCommand } from "./simulated-command.ts";

export interface SimulatedExecutorOptions {
  readonly clock: Clock;
  readonly random: Random;
}

interface Simulated {
  readonly end: Promise<LaunchEnd>;
  /** Ends it now; undefined once it has ended. */
  kill: (() => void) | undefined;
}

/** Commands are remembered, as a simulation runs few of them many times. */
const maxKnownCommands = 1_000;

export function createSimulatedExecutor(options: SimulatedExecutorOptions): Executor {
  const { clock, random } = options;
  const due = createDueQueue(clock);
  const launches = new Map<string, Simulated>();
  const commands = new Map<string, SimulatedCommand | string>();

  const commandOf = (commandLine: string) => {
    let command = commands.get(commandLine);
    if (command === undefined) {
      command = tryParse(commandLine);
      if (commands.size < maxKnownCommands) commands.set(commandLine, command);
    }
    return command;
  };
  const simulate = (launch: Launch, command: SimulatedCommand): Simulated => {
    const drawn = command.longestMs > command.shortestMs ? random.next() : 0;
    const endedAt = clock.now() + command.shortestMs + drawn * (command.longestMs - command.shortestMs);
    const exitCode = command.chance < 1 && random.next() >= command.chance ? 0 : command.exitCode;
    let settle: (end: LaunchEnd) => void = () => undefined;
    const simulated: Simulated = {
      end: new Promise<LaunchEnd>((resolve) => (settle = resolve)),
      kill: () => finish({ kind: "killed", endedAt: clock.now() }),
    };
    const finish = (end: LaunchEnd) => {
      takeBack();
      simulated.kill = undefined;
      settle(end);
    };
    const takeBack = due.add(endedAt, () => {
      if (command.outputBytes > 0) writeOutput(launch, command.outputBytes);
      finish({ kind: "exited", exitCode, endedAt });
    });
    return simulated;
  };
  return {
    async run(launch, started) {
      if (launches.has(launch.id)) throw new Error(`launch '${launch.id}' was run before and not forgotten`);
      const command = commandOf(launch.commandLine);
      if (typeof command === "string") return failed(command, clock.now());
      if (launch.resourceFiles.length + launch.commonResourceFiles.length + launch.outputFiles.length > 0)
        return failed("Simulated tasks have no resource files and no output files.", clock.now());
      const simulated = simulate(launch, command);
      launches.set(launch.id, simulated);
      started();
      return simulated.end;
    },
    recover: async () => new Map([...launches].map(([id, simulated]) => [id, simulated.end])),
    kill: async (id) => launches.get(id)?.kill?.(),
    forget: async (id) => void launches.delete(id),
    async close(leaveRunning) {
      if (leaveRunning) return;
      for (const simulated of launches.values()) simulated.kill?.();
      launches.clear();
      due.close();
    },
  };
}

/** The command, or why it cannot be simulated ("" for another program). */
function tryParse(commandLine: string): SimulatedCommand | string {
  try {
    return parseSimulatedCommand(commandLine) ?? "";
  } catch (error) {
    if (error instanceof SimulatedCommandError || error instanceof CommandLineError) return error.message;
    throw error;
  }
}

function failed(message: string, endedAt: number): LaunchEnd {
  const failure =
    message === ""
      ? { code: "CommandProgramNotFound", message: "The specified command program is not found" }
      : { code: "CommandLaunchFailed", message };
  return { kind: "failed", endedAt, failure: { category: "UserError", details: [], ...failure } };
}

function writeOutput(launch: Launch, bytes: number): void {
  mkdirSync(launch.taskDirectory, { recursive: true });
  const line = `${launch.id}\n`;
  const text = line.repeat(Math.ceil(bytes / line.length)).slice(0, bytes);
  writeFileSync(join(launch.taskDirectory, "stdout.txt"), text, { flag: launch.keepOutput ? "a" : "w" });
}
