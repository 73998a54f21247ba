// `--ids`, as `az` has it: a command is run once for each id, with the names that stand in it.
import { parseId } from "../domain/shared/resource-id.ts";
import type { ResourceRef } from "../domain/shared/resource-id.ts";
import type { Command } from "./command.ts";
import { usageError } from "./failure.ts";
import { idsOption } from "./ids-option.ts";
import type { ById } from "./ids-option.ts";
import type { Option } from "./options.ts";

/** One run of the command. */
export interface Typed {
  readonly words: readonly string[];
  /** The id's. */
  readonly subscriptionId: string;
}

export function typedPerId(words: readonly string[], command: Command, { kind, option }: ById): Typed[] {
  const start = words.indexOf(idsOption.word);
  const length = words.slice(start + 1).findIndex((word) => word.startsWith("-"));
  const end = length === -1 ? words.length : start + 1 + length;
  const rest = [...words.slice(0, start), ...words.slice(end)];
  // A shell hands over what another command printed in one word or in many.
  const ids = words.slice(start + 1, end).flatMap((word) => word.split(/\s+/).filter((id) => id !== ""));
  if (ids.length === 0) throw usageError(`${idsOption.word} wants one ARM id or more.`);
  const { resourceGroup, workspace, experiment } = command.options;
  return ids.map((id) => {
    const ref = parseId(id);
    if (ref.kind !== kind) throw usageError(`'${id}' is the id of another kind of resource.`);
    const names = [
      ...named(resourceGroup, ref.resourceGroup, rest),
      ...(kind === "workspace" ? [] : named(workspace, ref.workspace, rest)),
      ...("experiment" in ref && kind !== "experiment" ? named(experiment, ref.experiment, rest) : []),
      ...named(option, lastNameOf(ref), rest),
    ];
    return { words: [...names, ...rest], subscriptionId: ref.subscriptionId };
  });
}

function named(option: Option<unknown> | undefined, value: string, rest: readonly string[]): string[] {
  const flags: readonly string[] = option?.flags.match(/-{1,2}[\w-]+/g) ?? [];
  const twice = rest.find((word) => flags.includes(word.split("=")[0] ?? ""));
  if (twice !== undefined) throw usageError(`An id says it all: leave out ${twice}.`);
  return flags[0] === undefined ? [] : [flags[0], value];
}

function lastNameOf(ref: ResourceRef): string {
  return (ref as unknown as Readonly<Record<string, string>>)[ref.kind] ?? "";
}
