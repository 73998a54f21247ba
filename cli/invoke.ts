// Reads the options of one command and runs it.
import { CommanderError } from "commander";
import type { Command, Context, Given } from "./command.ts";
import { configured } from "./config/settings.ts";
import type { CommandRow } from "./commands/index.ts";
import { usageError } from "./failure.ts";
import { globalOptions, underGlobals } from "./globals.ts";
import { parserOf, parserOption } from "./help-page.ts";
import { byId, idsOption } from "./ids-option.ts";
import { exitCodes } from "./output/exit-codes.ts";

export async function invoke(
  row: CommandRow,
  command: Command,
  args: readonly string[],
  context: Context,
): Promise<number> {
  const takesIds = byId(row.name, command);
  if (takesIds === undefined || !args.includes(idsOption.word)) return once(row, command, args, context);
  const { typedPerId } = await import("./ids.ts");
  for (const { words, subscriptionId } of typedPerId(args, command, takesIds)) {
    const exitCode = await once(row, command, words, { ...context, subscriptionId });
    if (exitCode !== exitCodes.ok) return exitCode;
  }
  return exitCodes.ok;
}

async function once(
  row: CommandRow,
  command: Command,
  args: readonly string[],
  context: Context,
): Promise<number> {
  const parser = parserOf(row, command, context.out);
  try {
    parser.parse(withoutEqualSigns(args, command), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return exitCodes.ok;
    throw usageError(`${error.message.replace(/^error: /, "")}\nSee: batchai ${row.name} --help`);
  }
  const values = parser.opts<Record<string, unknown>>();
  const globals = valuesOf(globalOptions, values) as Given<typeof globalOptions>;
  try {
    const given = valuesOf(command.options, values);
    const told = command.withoutSettings === true ? context : await configured(context);
    return (await command.run(given, underGlobals(globals, told), parser.args)) ?? exitCodes.ok;
  } catch (error) {
    if (globals.debug && error instanceof Error) context.err(`${traceOf(error)}\n`);
    throw error;
  }
}

/** `-d=MODEL` is `-d MODEL`, as in scripts of az. Words of another program are left alone. */
function withoutEqualSigns(args: readonly string[], command: Command): string[] {
  if (command.passThrough === true) return [...args];
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  return args.flatMap((word, index) => {
    const [, short, value] = /^(-[A-Za-z])=(.*)$/s.exec(word) ?? [];
    const takesValue = Object.values(command.options).some(
      ({ flags, parse }) => parse !== undefined && flags.startsWith(`${short ?? ""},`),
    );
    return index < end && short !== undefined && takesValue ? [short, value ?? ""] : [word];
  });
}

function valuesOf(options: Command["options"], values: Readonly<Record<string, unknown>>) {
  return Object.fromEntries(
    Object.entries(options).map(([key, option]) => [
      key,
      values[parserOption(option).attributeName()] ?? option.otherwise,
    ]),
  );
}

/** Where the error comes from, and what caused it. */
function traceOf(error: Error): string {
  const { stack = error.message, cause } = error;
  return cause instanceof Error ? `${stack}\ncaused by ${traceOf(cause)}` : stack;
}
