// The completion of a shell, made of the commands there are and of their options.
import { bashCompletion, fishCompletion, zshCompletion } from "./completion.ts";
import type { CompletionRow } from "./completion.ts";
import type { CommandRow } from "./commands/index.ts";
import { globalOptions } from "./globals.ts";
import { byId, idsOption } from "./ids-option.ts";

const scripts: Readonly<Record<string, (rows: readonly CompletionRow[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

export const shells = Object.keys(scripts);

/** Undefined for a shell that has none. */
export async function completionOf(
  shell: string,
  commands: readonly CommandRow[],
): Promise<string | undefined> {
  const scriptOf = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined;
  if (scriptOf === undefined) return undefined;
  const rows = commands.map(async ({ name, summary, load }) => {
    const command = await load();
    const { options } = command;
    const flags = Object.values({ ...options, ...globalOptions }).flatMap(
      (option) => option.flags.match(/-{1,2}[\w-]+/g) ?? [],
    );
    return {
      name,
      summary,
      flags: ["--help", ...(byId(name, command) === undefined ? [] : [idsOption.word]), ...flags],
    };
  });
  return scriptOf(await Promise.all(rows));
}
