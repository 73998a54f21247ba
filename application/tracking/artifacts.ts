// Artifacts of runs and models, listed and read wherever they are.
import { parseArtifactPath } from "../../domain/tracking/artifacts.ts";
import { AppError } from "../../domain/shared/errors.ts";
import { longestArtifactBytes } from "../../services/artifacts.ts";
import type { OutputFile, StoragePlace } from "../../services/output-files.ts";
import type { Services } from "../../services/services.ts";
import type { Page } from "../../services/state.ts";
import { recordReader } from "../job-files.ts";
import { artifactHome, artifactNotThere, placeIn } from "./artifact-homes.ts";
import type { ArtifactHome } from "./artifact-homes.ts";
import type { TrackingScope } from "./scope.ts";

/** So many files of one folder are listed, and so much of one is read at once. */
const mostFiles = 10_000;
const chunkBytes = 4 * 1024 * 1024;
/** What is longer is fetched from the storage itself. */
const longestHere = 2 * chunkBytes;
const linkLifetimeMs = 3_600_000;

export async function listArtifacts(services: Services, scope: TrackingScope, path: string) {
  const { at, home } = await artifactHome(services, scope, path);
  // Clients ask so whether something is a folder; not every storage takes that of a file well.
  const { parent, name } = split(at.path);
  if (name !== "" && parseArtifactPath(parent) !== undefined) {
    const size = await services.outputFiles.size(await placeIn(services, scope, home, parent), name);
    if (size !== undefined) return { files: [] };
  }
  const place = await placeIn(services, scope, home, at.path);
  const files: object[] = [];
  let continuation: string | undefined;
  do {
    const page = { size: 1000, ...(continuation === undefined ? {} : { continuation }) };
    const found = await listed(services, place, page, home.kind === "kept");
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

/** What the service keeps has no place before the first of it is written. */
async function listed(
  services: Services,
  place: StoragePlace,
  page: { readonly size: number },
  mayBeMissing: boolean,
): Promise<Page<OutputFile>> {
  try {
    return await services.outputFiles.list(place, { linkLifetimeMs, page });
  } catch (error) {
    if (mayBeMissing && error instanceof AppError && error.code === "ResourceNotFound") return { items: [] };
    throw error;
  }
}

export type ReadArtifact = { readonly bytes: Uint8Array } | { readonly link: string };

/** The file, or where it is: a long one goes past the app, which would hold it in memory. */
export async function readArtifact(
  services: Services,
  scope: TrackingScope,
  path: string,
): Promise<ReadArtifact> {
  const found = await findFile(services, scope, path);
  const { place, name, size } = found;
  // The forwarder of a node follows no links.
  if (scope.kind === "workspace" && size > longestHere) return { link: await linkTo(services, found) };
  if (size > longestArtifactBytes)
    throw new AppError(
      "InvalidRequest",
      `'${name.slice(0, 100)}' has ${size} bytes; a job reads at most ${longestArtifactBytes} this way: mount the storage.`,
    );
  const whole = new Uint8Array(size);
  for (let offset = 0; offset < size;) {
    const part = await services.outputFiles.read(place, name, { offset, maxBytes: chunkBytes });
    if (part === undefined || part.length === 0) break;
    whole.set(part.subarray(0, size - offset), offset);
    offset += part.length;
  }
  return { bytes: whole };
}

/** Where a file is, for who reads it from the storage, whole or in parts. */
export async function artifactLink(services: Services, scope: TrackingScope, path: string) {
  const found = await findFile(services, scope, path);
  return { url: await linkTo(services, found), headers: {}, file_size: found.size };
}

interface FoundFile {
  readonly home: ArtifactHome;
  readonly place: StoragePlace;
  readonly name: string;
  /** In bytes. */
  readonly size: number;
}

/** @throws AppError ArtifactNotFound */
async function findFile(services: Services, scope: TrackingScope, path: string): Promise<FoundFile> {
  const { at, home } = await artifactHome(services, scope, path);
  const { parent, name } = split(at.path);
  if (name === "" || parseArtifactPath(parent) === undefined) throw artifactNotThere(path);
  const place = await placeIn(services, scope, home, parent);
  const size = await services.outputFiles.size(place, name);
  if (size === undefined) throw artifactNotThere(path);
  return { home, place, name, size };
}

async function linkTo(services: Services, { home, place, name }: FoundFile): Promise<string> {
  if (home.kind === "output") await recordReader(services, home.job);
  return services.outputFiles.link(place, name, linkLifetimeMs);
}

function split(path: string): { readonly parent: string; readonly name: string } {
  const slash = path.lastIndexOf("/");
  return { parent: path.slice(0, Math.max(slash, 0)), name: path.slice(slash + 1) };
}
