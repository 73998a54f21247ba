// What lies in the input directories of a job now, by names and ETags: listed, never read.
import { locateReadable } from "../domain/job/directories.ts";
import type { JobDocument } from "../domain/job/schema.ts";
import { AppError } from "../domain/shared/errors.ts";
import { joinPath } from "../domain/shared/join-path.ts";
import type { SecretSources } from "../domain/shared/secrets.ts";
import { inputsOf } from "../domain/sweep/reuse.ts";
import type { InputState } from "../domain/sweep/reuse.ts";
import type { OutputFile, StoragePlace } from "../services/output-files.ts";
import type { Services } from "../services/services.ts";
import { everyItem } from "./every-item.ts";
import { keyOf } from "./secrets.ts";

type Files = InputState["files"];

/** More in one directory are not listed for every trial again. */
export const mostInputFiles = 10_000;

export type InputStates = (
  job: JobDocument,
  /** Of a job that is not made yet, by the names in its document. */
  secrets?: SecretSources,
) => Promise<readonly InputState[] | undefined>;

/**
 * Each directory is listed once, however many jobs have it.
 * @returns undefined where one of them cannot be listed, or has too many files.
 */
export function inputStatesOnce(services: Services): InputStates {
  const listed = new Map<string, Promise<Files | undefined>>();
  return async (job, secrets) => {
    const states: InputState[] = [];
    for (const { id, path } of inputsOf(job)) {
      const place = locateReadable(job, path);
      if (place === undefined) return undefined;
      const name = [place.kind, place.accountName, place.container, place.directory].join("|");
      const own = place.secretOwner === job.guid ? secrets : undefined;
      const found = async () => {
        const accountKey = await keyOf(
          services,
          own ?? (await services.secrets.get(place.secretOwner)),
          place,
        );
        return filesIn(services, { ...place, accountKey });
      };
      const asked = listed.get(name) ?? found();
      listed.set(name, asked);
      const files = await asked;
      if (files === undefined) return undefined;
      states.push({ id, place, files });
    }
    return states;
  };
}

async function filesIn(services: Services, place: StoragePlace): Promise<Files | undefined> {
  const found: (readonly [string, string, number])[] = [];
  const open = [""];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop())
    for await (const entry of entriesIn(services, place, folder)) {
      const path = joinPath(folder, entry.name);
      if (entry.isDirectory) open.push(path);
      else if (entry.etag === undefined || found.length === mostInputFiles) return undefined;
      else found.push([path, entry.etag, entry.contentLength ?? 0]);
    }
  return found.length === 0 ? theFile(services, place) : found;
}

/** An input directory may be a file. */
async function theFile(services: Services, place: StoragePlace): Promise<Files> {
  const at = place.directory.lastIndexOf("/");
  const [parent, name] = [place.directory.slice(0, Math.max(at, 0)), place.directory.slice(at + 1)];
  if (name === "") return [];
  for await (const entry of entriesIn(services, { ...place, directory: parent }, ""))
    if (entry.name === name && !entry.isDirectory && entry.etag !== undefined)
      return [["", entry.etag, entry.contentLength ?? 0]];
  return [];
}

async function* entriesIn(
  services: Services,
  place: StoragePlace,
  folder: string,
): AsyncGenerator<OutputFile> {
  const directory = joinPath(place.directory, folder);
  try {
    yield* everyItem(
      (page) => services.outputFiles.list({ ...place, directory }, { linkLifetimeMs: 60_000, page }),
      1_000,
    );
  } catch (error) {
    // A share says of a file that it is none of its directories.
    if (!(error instanceof AppError) || error.code !== "InvalidQueryParameter") throw error;
  }
}
