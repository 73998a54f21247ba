// `batchai completion SHELL`: what a shell needs to complete names of commands and options. A fixed text, made of the commands there are:
// the shell asks nobody while a person types.
import { command } from "../command.ts";
import { usageError } from "../failure.ts";
import { bashCompletion, fishCompletion, zshCompletion } from "../completion.ts";
import type { CompletionRow } from "../completion.ts";
import { globalOptions } from "../globals.ts";
import type { CommandRow } from "./index.ts";

const shells: Readonly<Record<string, (rows: readonly CompletionRow[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

export const completion = (commands: readonly CommandRow[]) =>
  command({
    examples: ["completion bash", "completion zsh", "completion fish"],
    withoutSettings: true,
    words: {
      usage: "<shell>",
      description:
        "bash (`source <(batchai completion bash)`), zsh or fish (`batchai completion fish | source`)",
    },
    options: {},
    async run(_given, context, [shell = ""]) {
      const textOf = Object.hasOwn(shells, shell) ? shells[shell] : undefined;
      if (textOf === undefined)
        throw usageError(`There are completions for ${Object.keys(shells).join(", ")}.`);
      const rows = await Promise.all(
        commands.map(async ({ name, summary, load }) => {
          const { options } = await load();
          const flags = Object.values({ ...options, ...globalOptions }).flatMap(
            (option) => option.flags.match(/-{1,2}[\w-]+/g) ?? [],
          );
          return { name, summary, flags: ["--help", ...flags] };
        }),
      );
      context.out(textOf(rows));
    },
  });
