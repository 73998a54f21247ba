// Reads the options of one command and runs it.
import { Command as Parser, CommanderError, InvalidArgumentError, Option as ParserOption } from "commander";
import type { Command, Context } from "./command.ts";
import type { CommandRow } from "./commands/index.ts";
import { usageError } from "./failure.ts";
import type { Option } from "./options.ts";
import { exitCodes } from "./output/exit-codes.ts";

export async function invoke(
  row: CommandRow,
  command: Command,
  args: readonly string[],
  context: Context,
): Promise<number> {
  const parser = parserOf(row, command, context);
  try {
    parser.parse([...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return exitCodes.ok;
    throw usageError(`${error.message.replace(/^error: /, "")}\nSee: batchai ${row.name} --help`);
  }
  const values = parser.opts<Record<string, unknown>>();
  const given = Object.fromEntries(
    Object.entries(command.options).map(([key, option]) => [
      key,
      values[parserOption(option).attributeName()] ?? option.otherwise,
    ]),
  );
  return (await command.run(given, context, parser.args)) ?? exitCodes.ok;
}

function parserOf(row: CommandRow, command: Command, context: Context): Parser {
  const examples = command.examples.map((line) => `  batchai ${line}\n`).join("");
  const parser = new Parser(`batchai ${row.name}`)
    .description(`${row.summary}.`)
    .exitOverride()
    .configureOutput({ writeOut: (text) => context.out(text), writeErr: () => {} })
    .addHelpText("before", `Example:\n${examples}`);
  if (command.words !== undefined) parser.argument(command.words.usage, command.words.description);
  if (command.passThrough === true) parser.passThroughOptions();
  for (const option of Object.values(command.options)) parser.addOption(parserOption(option));
  return parser;
}

function parserOption(option: Option<unknown>): ParserOption {
  const { flags, description, parse, otherwise, required, repeated } = option;
  const parser = new ParserOption(flags, description).makeOptionMandatory(required === true);
  if (otherwise !== undefined && repeated !== true) parser.default(otherwise);
  if (parse === undefined) return parser;
  return parser.argParser((text: string, earlier: unknown) => {
    const value = valueOf(parse, text);
    return repeated === true
      ? [...((earlier as unknown[] | undefined) ?? []), ...(value as unknown[])]
      : value;
  });
}

function valueOf(parse: (text: string) => unknown, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}
