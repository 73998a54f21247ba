// `--env NAME=VALUE`: environment variables of a job.
import { usageError } from "./failure.ts";
import { texts } from "./options.ts";

export const variablesOption = texts(
  "--env <name=value>",
  "environment variable; may be given several times",
);

export function variableOf(text: string): { name: string; value: string } {
  const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw usageError(`--env takes NAME=VALUE; '${text.split("=")[0]}' is none.`);
  return { name, value };
}
