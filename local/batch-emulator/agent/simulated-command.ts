// The one command that simulated tasks know:
//   batchai.sim [--duration D[..D]] [--exit N] [--chance P] [--output BYTES]
// D is a number with ms, s, m or h (default 0s); of a range, a length is drawn evenly. The task exits with N (default 0);
// given P, it does so with that probability and exits with 0 otherwise. BYTES of output are written to stdout.txt.
import { splitCommandLine } from "./command-line.ts";

export interface SimulatedCommand {
  readonly shortestMs: number;
  readonly longestMs: number;
  readonly exitCode: number;
  /** Probability of `exitCode`; 0 otherwise. */
  readonly chance: number;
  readonly outputBytes: number;
}

export const simulatedProgram = "batchai.sim";

/** Why the command line cannot be simulated. */
export class SimulatedCommandError extends Error {}

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const maxOutputBytes = 64 * 2 ** 20;

/** undefined when the program is another; throws SimulatedCommandError and CommandLineError. */
export function parseSimulatedCommand(commandLine: string): SimulatedCommand | undefined {
  const [program, ...words] = splitCommandLine(commandLine);
  if (program !== simulatedProgram) return undefined;
  const given: Record<string, string> = {};
  for (let at = 0; at < words.length; at += 2) {
    const [name = "", value] = words.slice(at, at + 2);
    if (!["--duration", "--exit", "--chance", "--output"].includes(name))
      throw new SimulatedCommandError(`${simulatedProgram} has no option '${name}'`);
    if (value === undefined) throw new SimulatedCommandError(`The option ${name} needs a value`);
    given[name] = value;
  }
  const [shortest = "0s", longest = shortest] = (given["--duration"] ?? "0s").split("..");
  const command = {
    shortestMs: milliseconds(shortest),
    longestMs: milliseconds(longest),
    exitCode: number("--exit", given["--exit"] ?? "0", 255),
    chance: number("--chance", given["--chance"] ?? "1", 1),
    outputBytes: number("--output", given["--output"] ?? "0", maxOutputBytes),
  };
  if (command.longestMs < command.shortestMs)
    throw new SimulatedCommandError("The range of --duration ends before it begins");
  return command;
}

function milliseconds(text: string): number {
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  if (amount === undefined)
    throw new SimulatedCommandError(`'${text}' is not a duration; write it like 5s, 250ms or 1m..2m`);
  return Number(amount) * (unitsMs[unit] ?? 1);
}

function number(option: string, text: string, most: number): number {
  const value = Number(text);
  const isWhole = option === "--chance" || Number.isInteger(value);
  if (text !== "" && isWhole && value >= 0 && value <= most) return value;
  throw new SimulatedCommandError(`${option} takes a number from 0 to ${most}, not '${text}'`);
}
