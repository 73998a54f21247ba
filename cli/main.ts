#!/usr/bin/env node
// Entry point of `batchai`: gives a command line its process. Everything a command knows of its surroundings comes from here.
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Context } from "./command.ts";
import { commands } from "./commands/index.ts";
import { exitCodes } from "./output/exit-codes.ts";
import { readyText } from "./ready-texts.ts";
import { run } from "./run.ts";

const context: Context = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  warn: (line) => void process.stderr.write(`${line}\n`),
  isTerminal: { out: process.stdout.isTTY === true, err: process.stderr.isTTY === true },
  environment: process.env,
  directory: process.cwd(),
  builtFolder: dirname(fileURLToPath(import.meta.url)),
  stopRequested: () =>
    new Promise((resolve) => {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
    }),
  fetch,
  ask: async (url, init) => (await import("./http-ask.ts")).httpAsk(url, init),
  runProgram: async (program, args, variables) =>
    (await import("./run-program.ts")).runProgram(program, args, { ...process.env, ...variables }),
  acquireToken: async (signIn) => (await import("./config/acquire-token.ts")).acquireToken(signIn, context),
  readInput: async () => {
    let text = "";
    for await (const chunk of process.stdin.setEncoding("utf8")) text += String(chunk);
    return text;
  },
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

// Whoever reads may stop reading (`batchai job list | head -1`).
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(exitCodes.ok);
  throw error;
});

const words = process.argv.slice(2);
const ready = await readyText(context.builtFolder, words);
if (ready !== undefined) context.out(ready);
const exitCode = ready === undefined ? await run(words, commands, context) : exitCodes.ok;
// Not before all of it was written; and not when the last timer of a hosted app has ended.
process.stdout.write("", () => process.exit(exitCode));
