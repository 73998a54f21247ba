// One command line from words to exit code: finds the command, loads it, runs it, tells what went wrong.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "./command.ts";
import type { CommandRow } from "./commands/index.ts";
import { failureOf } from "./failure.ts";
import { exitCodes } from "./output/exit-codes.ts";
import { commandsUnder, overview } from "./overview.ts";

export async function run(
  args: readonly string[],
  rows: readonly CommandRow[],
  context: Context,
): Promise<number> {
  try {
    return await dispatch(args, rows, context);
  } catch (error) {
    const { exitCode, message } = failureOf(error);
    context.err(`batchai: ${message}\n`);
    return exitCode;
  }
}

async function dispatch(
  args: readonly string[],
  rows: readonly CommandRow[],
  context: Context,
): Promise<number> {
  if (args[0] === "--version") {
    context.out(`${await version(context.builtFolder)}\n`);
    return exitCodes.ok;
  }
  const row = rows.find(({ name }) => name === args.slice(0, lengthOf(name)).join(" "));
  if (row === undefined) return explain(args, rows, context);
  const [{ invoke }, command] = await Promise.all([import("./invoke.ts"), row.load()]);
  return invoke(row, command, args.slice(lengthOf(row.name)), context);
}

const lengthOf = (name: string) => name.split(" ").length;

/** No command is meant, or none of that name: shows what there is below the words that are right. */
function explain(args: readonly string[], rows: readonly CommandRow[], context: Context): number {
  const firstOption = args.findIndex((word) => word.startsWith("-"));
  const words = firstOption === -1 ? args : args.slice(0, firstOption);
  let known = words.length;
  while (known > 0 && commandsUnder(rows, words.slice(0, known)).length === 0) known -= 1;
  const text = overview(commandsUnder(rows, words.slice(0, known)), words.slice(0, known));
  const wantsHelp = args.length === 0 || /^(-h|--help)$/.test(args[firstOption] ?? "");
  if (known === words.length && wantsHelp) {
    context.out(text);
    return exitCodes.ok;
  }
  const complaint =
    known < words.length
      ? `There is no command '${words.join(" ")}'.`
      : firstOption === -1
        ? `'${words.join(" ")}' wants one more word.`
        : `'${args[firstOption]}' needs a command before it.`;
  context.err(`batchai: ${complaint}\n\n${text}`);
  return exitCodes.usage;
}

/** The build lies two folders below package.json. */
async function version(builtFolder: string): Promise<string> {
  const text = await readFile(join(builtFolder, "..", "..", "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
