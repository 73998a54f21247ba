// docs/reference/commands.md, made of the commands themselves.
import { commands } from "../../cli/commands/index.ts";
import { globalOptions } from "../../cli/globals.ts";
import type { Command } from "../../cli/command.ts";
import { byId, idsOption } from "../../cli/ids-option.ts";
import type { Option } from "../../cli/options.ts";
import { exitCodes } from "../../cli/output/exit-codes.ts";

const meanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: "done",
  failed: "the operation, or the job, failed",
  usage: "something in the command, or in a file it reads, is wrong; nothing was done",
  notFound: "there is no such thing",
  timeout: "waiting took longer than `--timeout`",
  cannotRun: "it cannot run at all, for example for want of quota",
  forbidden: "no service is named, nobody is signed in, or it is not allowed",
  bug: "a fault of ours, with its stack",
  interrupted: "Ctrl-C; what was begun goes on",
};

export async function commandsPage(): Promise<string> {
  const sections = await Promise.all(
    commands.map(async ({ name, summary, load }) => section(name, summary, await load())),
  );
  return [
    "# Commands",
    "",
    "Generated from `cli/commands/`; do not edit. `batchai COMMAND --help` shows the same.",
    "",
    "Data goes to standard output, everything else to standard error; hints and progress only where that is a terminal.",
    "Without a terminal, answers are JSON. How a service is found, profiles, formats and queries: [the command line](../how-to/command-line.md).",
    "",
    "## Exit codes",
    "",
    "`job wait`, `run` and `submit --follow` answer the exit code of the job; a job that failed without one is 1.",
    "",
    "| code | meaning |",
    "| --- | --- |",
    ...Object.entries(exitCodes).map(
      ([name, code]) => `| ${code} | ${meanings[name as keyof typeof exitCodes]} |`,
    ),
    "",
    "## Options of every command",
    "",
    ...optionTable(Object.values(globalOptions)),
    ...sections.flat(),
  ].join("\n");
}

function section(name: string, summary: string, command: Command): string[] {
  const { examples, options, words } = command;
  const asOptions = words === undefined ? [] : [{ flags: words.usage, description: words.description }];
  return [
    `## ${name}`,
    "",
    `${summary}.`,
    "",
    "```sh",
    ...examples.map((example) => `batchai ${example}`),
    "```",
    "",
    ...optionTable([...asOptions, ...Object.values(options), ...(byId(name, command) ? [idsOption] : [])]),
  ];
}

function optionTable(options: readonly Option<unknown>[]): string[] {
  return [
    "| option | meaning |",
    "| --- | --- |",
    ...options.map(({ flags, description, otherwise, required, repeated }) => {
      const text = `${description}${defaultOf(otherwise, repeated)}${required === true ? "; must be given" : ""}`;
      return `| \`${flags}\` | ${text.replaceAll("|", "\\|")} |`;
    }),
    "",
  ];
}

function defaultOf(otherwise: unknown, repeated: boolean | undefined): string {
  const isTold = typeof otherwise === "string" || typeof otherwise === "number";
  return isTold && repeated !== true ? ` (default: ${otherwise})` : "";
}
