// The options that say which files of a job are meant.
import type { OutputPlace } from "../client/jobs.ts";
import { required, text } from "./options.ts";
import { inExperiment } from "./service.ts";

export const inOutput = {
  ...inExperiment,
  job: required(text("-j, --job <name>", "the job")),
  directory: text(
    "-d, --output-directory-id <id>",
    "stdouterr, or an id of the job's outputDirectories",
    "stdouterr",
  ),
  path: text("-p, --path <folder>", "folder in that directory", "."),
};

export function outputPlace(given: { readonly directory: string; readonly path: string }): OutputPlace {
  return { directoryId: given.directory, folder: given.path };
}
