// `batchai ls JOB[/DIRECTORY[/FOLDER]]`: what a job wrote, as one looks into folders. Without a directory: the logs and the job's own output
// directories.
import { all } from "../../client/paging.ts";
import { joinPath } from "../../domain/shared/join-path.ts";
import { command } from "../command.ts";
import { fileColumns } from "../output/columns.ts";
import type { Columns } from "../output/print.ts";
import { printAll, printing } from "../output/print.ts";
import { inExperiment, jobRef, openService } from "../service.ts";

interface Directory {
  readonly name: string;
  readonly path: string;
}

const directoryColumns: Columns<Directory> = [
  ["Directory", ({ name }) => name],
  ["Path", ({ path }) => path],
];

export const ls = command({
  examples: ["ls first -w lab -e digits", "ls first/stdouterr", "ls first/MODEL/checkpoints"],
  words: { usage: "<path>", description: "a job, one of its output directories, a folder in that" },
  options: { ...inExperiment, ...printing },
  async run(given, context, [path = ""]) {
    const service = await openService(given, context);
    const [name = "", directoryId, ...folders] = path.split("/").filter((part) => part !== "");
    const ref = jobRef(service, given, name);
    if (directoryId !== undefined) {
      const place = { directoryId, folder: folders.length === 0 ? "." : folders.join("/") };
      return printAll(await all(service.client.jobs.outputFiles(ref, place)), fileColumns, given, context);
    }
    const { stdOutErrPathPrefix, outputDirectories } = (await service.client.jobs.get(ref)).properties;
    const own = outputDirectories.map(({ id, pathPrefix, pathSuffix = "" }) => ({
      name: id,
      path: joinPath(pathPrefix, pathSuffix),
    }));
    await printAll(
      [{ name: "stdouterr", path: stdOutErrPathPrefix }, ...own],
      directoryColumns,
      given,
      context,
    );
  },
});
