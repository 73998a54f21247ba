// Artifacts of runs and models, read from the output of the job that made them: its scripts write them there, through the file system
// of their node.
import type { JobDocument } from "../../domain/job/schema.ts";
import { AppError } from "../../domain/shared/errors.ts";
import { artifactDirectory, artifactFolder, parseArtifactPath } from "../../domain/tracking/artifacts.ts";
import { parseRunId } from "../../domain/tracking/run-id.ts";
import type { RunKey } from "../../domain/tracking/run-id.ts";
import type { StoragePlace } from "../../services/output-files.ts";
import type { Services } from "../../services/services.ts";
import { openPlace } from "../job-files.ts";
import { getModel } from "./models.ts";
import { jobRef } from "./scope.ts";
import type { TrackingScope } from "./scope.ts";

/** So many files of one folder are listed, and so much of one is read at once. */
const mostFiles = 10_000;
const chunkBytes = 4 * 1024 * 1024;
/** The app holds it in memory. */
const mostBytes = 100 * 1024 * 1024;

export async function listArtifacts(services: Services, scope: TrackingScope, path: string) {
  const place = await placeOf(services, scope, path);
  // Clients ask so whether something is a folder; not every storage takes that of a file well.
  const { parent, name } = split(path);
  if (name !== "" && parseArtifactPath(parent) !== undefined) {
    const size = await services.outputFiles.size(await placeOf(services, scope, parent), name);
    if (size !== undefined) return { files: [] };
  }
  const files: object[] = [];
  let continuation: string | undefined;
  do {
    const page = { size: 1000, ...(continuation === undefined ? {} : { continuation }) };
    const found = await services.outputFiles.list(place, { linkLifetimeMs: 60_000, page });
    for (const { name, isDirectory, contentLength } of found.items)
      files.push({
        path: name,
        is_dir: isDirectory,
        ...(isDirectory ? {} : { file_size: contentLength ?? 0 }),
      });
    continuation = found.continuation;
  } while (continuation !== undefined && files.length < mostFiles);
  return { files };
}

export async function readArtifact(
  services: Services,
  scope: TrackingScope,
  path: string,
): Promise<Uint8Array> {
  const { parent, name } = split(path);
  if (name === "" || parseArtifactPath(path) === undefined) throw notThere(path);
  const place = await placeOf(services, scope, parent);
  const size = await services.outputFiles.size(place, name);
  if (size === undefined) throw notThere(path);
  if (size > mostBytes)
    throw new AppError(
      "InvalidRequest",
      `'${name.slice(0, 100)}' has ${size} bytes: download it from the job's output files.`,
    );
  const whole = new Uint8Array(size);
  for (let offset = 0; offset < size;) {
    const part = await services.outputFiles.read(place, name, { offset, maxBytes: chunkBytes });
    if (part === undefined || part.length === 0) break;
    whole.set(part.subarray(0, size - offset), offset);
    offset += part.length;
  }
  return whole;
}

function split(path: string): { readonly parent: string; readonly name: string } {
  const slash = path.lastIndexOf("/");
  return { parent: path.slice(0, Math.max(slash, 0)), name: path.slice(slash + 1) };
}

async function placeOf(services: Services, scope: TrackingScope, path: string): Promise<StoragePlace> {
  const found = parseArtifactPath(path);
  if (found === undefined) throw notThere(path);
  const run =
    "run" in found.owner
      ? found.owner.run
      : parseRunId((await getModel(services, scope, found.owner.model)).model.info.source_run_id);
  const job = await jobOf(services, scope, run);
  const directory = job === undefined ? undefined : artifactDirectory(job);
  if (job === undefined || directory === undefined) throw notThere(path);
  const below = `${artifactFolder}/${found.path}`;
  return openPlace(services, job, directory, below);
}

async function jobOf(
  services: Services,
  scope: TrackingScope,
  run: RunKey | undefined,
): Promise<JobDocument | undefined> {
  if (run === undefined || run.kind === "free") return undefined;
  const job = await services.state.jobs.get(jobRef(scope, run.experiment, run.job));
  return scope.kind === "job" && job?.guid !== scope.job.guid ? undefined : job;
}

function notThere(path: string): AppError {
  return new AppError("ResourceNotFound", `There is no artifact '${path.slice(0, 200)}' here.`);
}
