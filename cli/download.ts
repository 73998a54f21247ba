// Files of a job's output directory onto this machine, with the folders below. Prints the path of each file that has arrived. Invariant:
// nothing is written outside the target, whatever the names are; a file appears under its name once it is whole.
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Client } from "../client/client.ts";
import type { OutputPlace } from "../client/jobs.ts";
import { all } from "../client/paging.ts";
import type { JobRef } from "../domain/shared/resource-id.ts";
import type { Context } from "./command.ts";
import { CommandError } from "./failure.ts";

/** @returns how many files came. */
export async function downloadFolder(
  client: Client,
  job: JobRef,
  place: OutputPlace,
  target: string,
  context: Pick<Context, "out" | "directory" | "fetch">,
): Promise<number> {
  let count = 0;
  const folder = resolve(context.directory, target);
  for (const file of await all(client.jobs.outputFiles(job, place))) {
    const path = within(folder, file.name);
    if (file.fileType === "directory") {
      const below =
        place.folder === undefined || place.folder === "." ? file.name : `${place.folder}/${file.name}`;
      count += await downloadFolder(client, job, { ...place, folder: below }, path, context);
    } else if (file.downloadUrl !== undefined) {
      await downloadFile(file.downloadUrl, path, context.fetch);
      context.out(`${relative(context.directory, path)}\n`);
      count += 1;
    }
  }
  return count;
}

function within(folder: string, name: string): string {
  if (name !== "" && basename(name) === name && name !== "." && name !== "..") return join(folder, name);
  throw new CommandError(`The service names a file '${name}', which is no name of a file here.`);
}

async function downloadFile(url: string, path: string, send: typeof fetch): Promise<void> {
  const response = await send(url);
  if (!response.ok || response.body === null)
    throw new CommandError(`${basename(path)} could not be downloaded: storage answered ${response.status}.`);
  await mkdir(dirname(path), { recursive: true });
  const unfinished = `${path}.part`;
  try {
    await pipeline(Readable.fromWeb(response.body), createWriteStream(unfinished));
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
