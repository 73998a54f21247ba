// `batchai download JOB`: all that a job wrote, each of its output directories in a folder of its id; the logs too where that is asked for.
import { join } from "node:path";
import { command } from "../command.ts";
import { downloadFolder } from "../download.ts";
import { CommandError } from "../failure.ts";
import { flag, text } from "../options.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { inExperiment, jobRef, openService } from "../service.ts";

export const download = command({
  examples: ["download first -w lab -e digits", "download first --to results --logs"],
  words: { usage: "<job>", description: "the job" },
  options: {
    ...inExperiment,
    to: text("--to <folder>", "where they go (default: a folder of the job's name)"),
    logs: flag("--logs", "its logs, too, in the folder stdouterr"),
  },
  async run(given, context, [name = ""]) {
    const service = await openService(given, context);
    const ref = jobRef(service, given, name);
    const { outputDirectories } = (await service.client.jobs.get(ref)).properties;
    const directories = [...outputDirectories.map(({ id }) => id), ...(given.logs ? ["stdouterr"] : [])];
    let files = 0;
    for (const directoryId of directories)
      files += await downloadFolder(
        service.client,
        ref,
        { directoryId },
        join(given.to ?? name, directoryId),
        context,
      );
    if (files > 0) return;
    const which = directories.length === 0 ? "no output directories" : `no file in ${directories.join(", ")}`;
    throw new CommandError(`The job '${name}' has ${which}; its logs come with --logs.`, exitCodes.notFound);
  },
});
