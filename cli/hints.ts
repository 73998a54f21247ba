// What is said to a person beside the data: how far things are, and what to type next. For a terminal only, so that programs that read
// standard error are not disturbed.
import type { Context } from "./command.ts";

export function notify(context: Context, text: string): void {
  if (context.isTerminal.err) context.err(`${text}\n`);
}

export function hint(context: Context, ...lines: readonly string[]): void {
  notify(context, ["Next:", ...lines.map((line) => `  batchai ${line}`)].join("\n"));
}
