// How the words of one command are read, and the page of help that this makes.
import { Command as Parser, InvalidArgumentError, Option as ParserOption } from "commander";
import type { Command } from "./command.ts";
import type { CommandRow } from "./commands/index.ts";
import { globalOptions } from "./globals.ts";
import { byId, idsOption } from "./ids-option.ts";
import type { Option } from "./options.ts";

export function helpPage(row: CommandRow, command: Command): string {
  let page = "";
  parserOf(row, command, (text) => (page += text)).outputHelp();
  return page;
}

/** @param write takes the page of help where the words ask for it. */
export function parserOf(row: CommandRow, command: Command, write: (text: string) => void): Parser {
  const examples = command.examples.map((line) => `  batchai ${line}\n`).join("");
  const parser = new Parser(`batchai ${row.name}`)
    .description(`${row.summary}.`)
    .exitOverride()
    // One width everywhere: pages are ready before there is a terminal.
    .configureOutput({ writeOut: write, writeErr: () => {}, getOutHelpWidth: () => 80 })
    .addHelpText("before", `Example:\n${examples}`);
  for (const word of command.words?.usage.split(" ") ?? []) parser.argument(word, command.words?.description);
  if (command.passThrough === true) parser.passThroughOptions();
  for (const option of Object.values(command.options)) parser.addOption(parserOption(option));
  if (byId(row.name, command) !== undefined)
    parser.addOption(new ParserOption(idsOption.flags, idsOption.description));
  for (const option of Object.values(globalOptions))
    parser.addOption(parserOption(option).helpGroup("Options of every command:"));
  return parser;
}

export function parserOption(option: Option<unknown>): ParserOption {
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
