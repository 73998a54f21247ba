// `batchai completion SHELL`: what a shell needs to complete names of commands and options. A fixed text, made of the commands there are:
// the shell asks nobody while a person types.
import { command } from "../command.ts";
import { completionOf, shells } from "../completion-rows.ts";
import { usageError } from "../failure.ts";
import type { CommandRow } from "./index.ts";

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
      const text = await completionOf(shell, commands);
      if (text === undefined) throw usageError(`There are completions for ${shells.join(", ")}.`);
      context.out(text);
    },
  });
