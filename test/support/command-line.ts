// `batchai` in the test's own process: what it says, its exit code, and how it reads the options of a command.
import type { Command, Context } from "../../cli/command.ts";
import { commands } from "../../cli/commands/index.ts";
import { invoke } from "../../cli/invoke.ts";
import { run } from "../../cli/run.ts";

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export async function batchai(args: readonly string[], surroundings: Partial<Context> = {}): Promise<Said> {
  const said = { out: "", err: "" };
  const code = await run(args, commands, contextOf(said, surroundings));
  return { code, ...said };
}

/** What the command would be given for these words. */
export async function givenTo(command: Command, args: readonly string[]) {
  let given: Readonly<Record<string, unknown>> = {};
  let words: readonly string[] = [];
  const listening: Command = {
    ...command,
    async run(options, _context, rest) {
      given = options;
      words = rest;
    },
  };
  const row = { name: "command", summary: "", load: async () => listening };
  await invoke(row, listening, args, contextOf({ out: "", err: "" }));
  return { given, words };
}

export function contextOf(said: { out: string; err: string }, surroundings: Partial<Context> = {}): Context {
  return {
    out: (data) => void (said.out += textOf(data)),
    err: (data) => void (said.err += textOf(data)),
    warn: (line) => void (said.err += `${line}\n`),
    isTerminal: { out: false, err: false },
    environment: {},
    directory: "/nowhere",
    builtFolder: `${import.meta.dirname}/../../dist/local`,
    stopRequested: () => new Promise(() => {}),
    fetch: () => Promise.reject(new Error("no network here")),
    runProgram: () => Promise.reject(new Error("no programs here")),
    acquireToken: () => Promise.reject(new Error("nobody signs in here")),
    readInput: async () => "",
    now: () => 0,
    sleep: async () => {},
    ...surroundings,
  };
}

function textOf(data: string | Uint8Array): string {
  return typeof data === "string" ? data : Buffer.from(data).toString();
}
