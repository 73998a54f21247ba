// Which commands take `--ids`: those that act on one resource that is there already, which an option names.
import type { ResourceRef } from "../domain/shared/resource-id.ts";
import type { Command } from "./command.ts";
import type { Option } from "./options.ts";

export const idsOption = {
  word: "--ids",
  flags: "--ids <id...>",
  description: "ARM ids in place of the names and the group; the command is run for each",
} as const;

const kinds: Readonly<Record<string, ResourceRef["kind"]>> = {
  workspace: "workspace",
  experiment: "experiment",
  cluster: "cluster",
  "file-server": "fileServer",
  job: "job",
  sweep: "sweep",
  trigger: "trigger",
  schedule: "trigger",
};
const making = new Set(["create", "import", "preview"]);
const naming = ["name", "job", "cluster"];

export interface ById {
  readonly kind: ResourceRef["kind"];
  /** Takes the last name of the id. */
  readonly option: Option<unknown>;
}

/** @param name as typed, such as `job show`; undefined for a command that takes no ids. */
export function byId(name: string, { options }: Pick<Command, "options">): ById | undefined {
  const words = name.split(" ");
  const kind = kinds[words[0] ?? ""];
  const verb = words.at(-1) ?? "";
  // Several may be named, or all chosen otherwise; else one must be.
  const option = options["names"] ?? naming.map((key) => options[key]).find((one) => one?.required === true);
  if (kind === undefined || option === undefined || making.has(verb)) return undefined;
  return { kind, option };
}
