// Artifacts that clients send: short ones through the app, long ones in parts past it.
import { AppError } from "../../domain/shared/errors.ts";
import { formatId, refOf } from "../../domain/shared/resource-id.ts";
import { checkArtifactName } from "../../domain/tracking/artifacts.ts";
import { createdId } from "../../domain/tracking/created-id.ts";
import type { Requests } from "../../domain/tracking/requests.ts";
import type { Services } from "../../services/services.ts";
import { artifactHome, keptPath } from "./artifact-homes.ts";
import type { ArtifactHome } from "./artifact-homes.ts";
import type { TrackingScope } from "./scope.ts";
import { noteTracked } from "./tracked.ts";

/** A part of ten megabytes, as clients make them, takes so long on the slowest of lines; and there are many. */
const uploadLifetimeMs = 6 * 3_600_000;

export async function writeArtifact(
  services: Services,
  scope: TrackingScope,
  path: string,
  content: Uint8Array,
): Promise<object> {
  await services.artifacts.write(await writablePath(services, scope, path), content);
  return {};
}

/** Removes a file, or a folder with what is in it. */
export async function removeArtifact(
  services: Services,
  scope: TrackingScope,
  path: string,
): Promise<object> {
  const { at, home } = await artifactHome(services, scope, path);
  if (at.path !== at.root) checkArtifactName(at);
  await services.artifacts.remove(await keptPath(services, scope, ownHome(home), at.path));
  return {};
}

export async function beginUpload(
  services: Services,
  scope: TrackingScope,
  path: string,
  { path: file, num_parts: parts }: Requests["beginUpload"],
) {
  const target = await writablePath(services, scope, fileIn(path, file));
  const upload = createdId.of(services.random.uuid());
  const links = await services.artifacts.partLinks(target, upload, parts, uploadLifetimeMs);
  return {
    upload_id: upload,
    credentials: links.map((url, index) => ({ url, part_number: index + 1, headers: {} })),
  };
}

export async function finishUpload(
  services: Services,
  scope: TrackingScope,
  path: string,
  { path: file, upload_id: upload, parts }: Requests["finishUpload"],
): Promise<object> {
  const target = await writablePath(services, scope, fileIn(path, file));
  const numbers = parts.map(({ part_number: number }) => number).toSorted((a, b) => a - b);
  const missing = numbers.findIndex((number, index) => number !== index + 1);
  if (missing >= 0)
    throw new AppError("InvalidRequest", `parts: part ${missing + 1} is missing, or there twice.`, {
      target: "parts",
    });
  if ((await services.artifacts.assemble(target, upload, numbers)) === "missing")
    throw new AppError(
      "InvalidRequest",
      "upload_id: not all of its parts have arrived; send the file again.",
      {
        target: "upload_id",
      },
    );
  return {};
}

/** What has arrived of it is seen by nobody, and goes by itself. */
export async function abandonUpload(
  services: Services,
  scope: TrackingScope,
  path: string,
  { path: file }: Requests["abandonUpload"],
): Promise<object> {
  await writablePath(services, scope, fileIn(path, file));
  return {};
}

async function writablePath(services: Services, scope: TrackingScope, path: string): Promise<string> {
  const { at, home } = await artifactHome(services, scope, path);
  checkArtifactName(at);
  const own = ownHome(home);
  const target = await keptPath(services, scope, own, at.path);
  if (own.job !== undefined) await noteTracked(services, own.job);
  return target;
}

/** @throws AppError InvalidRequest for what is a job's to write. */
function ownHome(home: ArtifactHome): ArtifactHome & { readonly kind: "kept" } {
  if (home.kind === "kept") return home;
  throw new AppError(
    "InvalidRequest",
    `The artifacts of ${formatId(refOf<"job">(home.job))} are files of its output directory '${home.directory}': only the job writes them. Log to a run of your own.`,
  );
}

/** Clients say where the file lies on their side; its name is what counts. */
function fileIn(folder: string, file: string): string {
  return `${folder}/${file.split(/[/\\]/).at(-1) ?? ""}`;
}
